"""Objects of the module's own classes: what their constructors keep in them, and what their blocks do.

Such an object is nothing in the store but the access paths that begin with it.  Until a variable has it, the temporary
that holds it is the first name of these.
"""

from __future__ import annotations

import re

from mypy.nodes import FuncDef, NameExpr, ReturnStmt, TypeInfo

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.store import Name, Store
from mypy_session_plugin.facts.values import (
    FALSE,
    NONE_VALUE,
    NOTHING_KNOWN,
    Bound,
    Constant,
    Value,
    carrier,
)
from mypy_session_plugin.flow.graph import Argument, Call, EnterContext, ExitContext, Place, StoreName
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import info_of, parameters_of
from mypy_session_plugin.semantics import work
from mypy_session_plugin.semantics.boundaries import any_running
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.entries import Entries, Entry, assigned
from mypy_session_plugin.semantics.events import Ending
from mypy_session_plugin.semantics.followed import Follower, Part, joined
from mypy_session_plugin.semantics.frames import Frame, become, call_object, root_of
from mypy_session_plugin.semantics.functions import Callee
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.ownership import taken_over
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.summaries import known_outside
from mypy_session_plugin.semantics.unknown_calls import escape
from mypy_session_plugin.semantics.world import World

#: Methods by which an object is made in another way, or that run where nothing says that they are called.
IMPLICIT = frozenset(
    re.findall(
        r"\w+",
        """
    __new__ __call__ __getattr__ __getattribute__ __setattr__ __delattr__ __get__ __set__ __delete__ __del__ __copy__
    __deepcopy__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __len__ __contains__ __getitem__
    __setitem__ __delitem__ __missing__ __iter__ __next__ __reversed__ __aiter__ __anext__ __await__ __add__ __radd__
    __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__ __rtruediv__ __mod__ __rmod__ __matmul__
    __lshift__ __rlshift__ __ilshift__ __rshift__ __rrshift__ __irshift__ __and__ __rand__ __iand__ __or__ __ror__
    __ior__ __xor__ __neg__ __pos__ __invert__ __abs__ __int__ __float__ __index__ __str__ __repr__ __format__
        """,
    )
)
#: How the manager of a block stands to its object, which has been entered.
ENTERED = "entered object"
#: Stands for the exception that is under way: it is true, and not None.
EXCEPTION: Value = frozenset({Constant("exception", "exception")})


@dataclass(frozen=True, slots=True)
class Block:
    """The block of an object: what leaves it, the places of the object, and the target of its block, if that is it."""

    exit: Callee
    place: Place
    target: NameExpr | None


class OwnObjects:
    """Makes, enters and leaves the objects of the module's classes in one graph."""

    def __init__(self, world: World, stability: Stability, entries: Entries, follower: Follower) -> None:
        self._world = world
        self._stability = stability
        self._entries = entries
        self._follower = follower

    def construct(self, instruction: Call, site: CallSite, store: Store) -> Value | None:
        """A new object; None where it is not known what its constructor does."""
        info = site.constructs
        if info is None or any_running(store) or self._world.fails_half_way() or not self._is_plain(info):
            return None
        if site.node not in self._world.kept_objects:
            return None
        place = (root_of(instruction.target),)
        values = [taken_over(store, store.value(argument.value)) for argument in instruction.arguments]
        entry = info.get("__init__")
        constructor = entry.node if entry is not None else None
        if entry is not None and entry.plugin_generated:
            done = self._fill(constructor, info, instruction.arguments, values, place, store)
            return NOTHING_KNOWN if done else None
        if isinstance(constructor, FuncDef) and constructor.info.fullname == "builtins.object":
            return NOTHING_KNOWN
        runs = self._world.own.functions.method_of(info, "__init__")
        if runs is None:
            return None
        read = self._entries.read(runs, instruction.arguments, NOTHING_KNOWN, values, store, place, direct=True)
        made = self._run(instruction, runs, read, Part(site.node), store)
        return None if made is None else NOTHING_KNOWN

    def _is_plain(self, info: TypeInfo) -> bool:
        """Whether making an object of a class runs its `__init__` alone."""
        if info.fallback_to_any or info.metaclass_type is not None or info.is_newtype or info.is_enum:
            return False
        here = self._world.types.tree.fullname
        return all(
            base.fullname == "builtins.object" or (base.module_name == here and not IMPLICIT & base.names.keys())
            for base in info.mro
        )

    def _fill(
        self,
        constructor: object,
        info: TypeInfo,
        arguments: tuple[Argument, ...],
        values: list[Value],
        place: Place,
        store: Store,
    ) -> bool:
        """The constructor of a dataclass keeps each argument in the attribute of that name."""
        if not isinstance(constructor, FuncDef) or info.get("__post_init__") is not None:
            return False
        names = [argument.variable.name for argument in constructor.arguments[1:]]
        given = assigned(constructor, names, arguments)
        for name, _argument, position in given or ():
            escape(store, values[position])
            store.assign_attribute(name, (*place, name), values[position], place)
        return given is not None

    def enter(self, instruction: EnterContext, store: Store) -> Value | None:
        """What an object gives to its block; None where it is not known."""
        info = info_of(self._world.type(instruction.node))
        names = ("__aenter__", "__aexit__") if instruction.is_async else ("__enter__", "__exit__")
        if info is None or any_running(store) or self._world.fails_half_way() or info.module_name != self._tree_name:
            return None
        functions = self._world.own.functions
        enters, exits = (functions.method_of(info, name) for name in names)
        if enters is None or exits is None or not all(_runs_at_once(one, instruction) for one in (enters, exits)):
            return None
        place = place_of(instruction.node)
        if place is None or not self._stability.keeps(instruction.node):
            place = (root_of(instruction.manager),)
        part = Part(instruction.node, "enter", ending=Ending.BLOCK)
        given = self._run(instruction, enters, self._entry(enters, place, store), part, store)
        if given is None:
            return None
        target = self._stability.target_of(instruction.node)
        is_itself = _gives_itself(enters.function)
        if is_itself:
            call_object(store, place, root_of(instruction.target))
        block = Block(exits, place, target if is_itself and isinstance(target, NameExpr) else None)
        store.variables[instruction.manager] = carrier(Bound(ENTERED, frozenset(), (), instruction.node, block))
        return known_outside(store, given)

    def leave(self, atom: Bound, instruction: ExitContext, store: Store) -> Value | None:
        """Whether the exit of an object swallows the exception that is under way; None where it is not known."""
        block = atom.stub
        if not isinstance(block, Block) or any_running(store) or self._world.fails_half_way():
            return None
        function = block.exit.function
        names = [variable.name for variable, _type in parameters_of(function)][1:]
        values: dict[Name, Value] = dict.fromkeys(names, EXCEPTION if instruction.failed else NONE_VALUE)
        name = "leave by an exception" if instruction.failed else "leave"
        part = Part(instruction.node, name, raising=instruction.failed, ending=Ending.BLOCK)
        read = self._entry(block.exit, self._place(block, store), store)
        if read is not None:
            read = Entry({**read.values, **values}, read.places, read.shared)
        swallows = self._run(instruction, block.exit, read, part, store)
        return frozenset({FALSE}) if swallows == NONE_VALUE else swallows

    def _place(self, block: Block, store: Store) -> Place:
        """Where the object of a block stands: what the block calls it, as long as it calls nothing else so."""
        target = block.target
        if target is not None and store.epoch((target.name,)) == frozenset({site_of(target)}):
            return (target.name,)
        return block.place

    def _entry(self, method: Callee, place: Place, store: Store) -> Entry | None:
        """What a method of a block begins with: the object alone, which stands at a place."""
        return self._entries.read(method, (), NOTHING_KNOWN, (), store, place, direct=True)

    def _run(
        self, instruction: Call | EnterContext | ExitContext, runs: Callee, read: Entry | None, part: Part, store: Store
    ) -> Value | None:
        """What a method of an object gives back, after its effects; None, and nothing has happened, if not known."""
        body = self._follower.body(instruction, runs.function) if read is not None else None
        if read is None or body is None:
            return None
        site = self._world.call_site(part.node)
        frame = Frame((part.name, site) if part.name else site, read.places, body.rebound, read.shared)
        begun = frame.enter(store, read.values)
        outcome = self._follower.run(body, frame, begun, part)
        done = joined((outcome.returned, outcome.raised if part.raising else None)) if outcome is not None else None
        if done is None:
            return None
        after, given = frame.leave(store, begun, done)
        if any_running(after):
            return None
        work.commit_in_call(self._world, store, after, None)
        become(store, after)
        return given

    @property
    def _tree_name(self) -> str:
        return self._world.types.tree.fullname


def name_object(store: Store, instruction: StoreName) -> None:
    """A variable is given an object that was made here, or that another place has."""
    if not store.paths:
        return
    call_object(store, (root_of(instruction.value),), instruction.variable)
    value = getattr(instruction.statement, "rvalue", None)
    place = place_of(value) if value is not None else None
    if place is not None and place[0] != instruction.variable:
        call_object(store, place, instruction.variable)


def _runs_at_once(method: Callee, instruction: EnterContext) -> bool:
    """Whether a method of a block is what its statement expects: it runs, or is awaited, there."""
    return method.function.is_coroutine is instruction.is_async and not method.is_lazy


def _gives_itself(function: FuncDef) -> bool:
    """Whether a method gives back its own object, wherever it returns."""
    own = function.arguments[0].variable if function.arguments else None
    returns = [node for node in descendants(function.body, into_functions=False) if isinstance(node, ReturnStmt)]
    return bool(returns) and all(isinstance(node.expr, NameExpr) and node.expr.node is own for node in returns)
