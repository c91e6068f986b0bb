"""What is called: a stubbed function or method, a constructor, a builtin with a meaning of its own, or unknown code."""

from __future__ import annotations

from mypy.nodes import CallExpr, Context, FuncDef, IndexExpr

from mypy_session_plugin.facts.effects import PHANTOM_MODULE, PHANTOM_PACKAGE
from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    NOTHING_KNOWN,
    Bound,
    Function,
    ObjectId,
    Value,
    carrier,
    may_be_code,
    objects,
)
from mypy_session_plugin.flow.graph import Argument, ArgumentKind, Call, LoadItem, Temporary
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import (
    attribute_reads,
    boundaries,
    conditions,
    containers,
    implicit_sql,
    library_calls,
    lives,
    loads,
    sessions,
    spawning,
    validations,
    writes,
)
from mypy_session_plugin.semantics.call_sites import CallSite, CallSites, called_value
from mypy_session_plugin.semantics.constructions import construct
from mypy_session_plugin.semantics.escapes import Escapes
from mypy_session_plugin.semantics.events import RevealEvent
from mypy_session_plugin.semantics.foreign_calls import ForeignCalls
from mypy_session_plugin.semantics.frames import root_of
from mypy_session_plugin.semantics.functions import is_generator_expression
from mypy_session_plugin.semantics.generators import MANAGER
from mypy_session_plugin.semantics.leading import mark_read
from mypy_session_plugin.semantics.live_results import GENERATOR
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.own_objects import OwnObjects
from mypy_session_plugin.semantics.phantom_calls import PhantomCalls
from mypy_session_plugin.semantics.phantom_carriers import PARTIAL
from mypy_session_plugin.semantics.shapes import SessionShape, session_class
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.stubbed_calls import StubbedCalls
from mypy_session_plugin.semantics.summaries import Summaries
from mypy_session_plugin.semantics.unknown_calls import call_unknown, held_below, reachable, write_unknown
from mypy_session_plugin.semantics.world import World

REVEAL = (f"{PHANTOM_MODULE}.reveal_state", f"{PHANTOM_PACKAGE}.reveal_state")
INSPECT = ("sqlalchemy.inspection.inspect",)
#: Functions with a meaning of their own.
SPECIAL = frozenset({*REVEAL, *INSPECT, "builtins.isinstance", "builtins.bool", "builtins.vars", "functools.partial"})


class Calls:
    """Interprets calls in one graph."""

    def __init__(
        self, world: World, stability: Stability, escapes: Escapes, summaries: Summaries, own: OwnObjects
    ) -> None:
        self._world = world
        self._escapes = escapes
        self._summaries = summaries
        self._own = own
        self.phantom = PhantomCalls(world)
        self.sites = CallSites(world)
        self.stubbed = StubbedCalls(world, escapes)
        self._foreign = ForeignCalls(world, stability, self.sites)

    def evaluate(self, instruction: Call, store: Store) -> Value:
        """The value of a call, after its effects."""
        site = self.sites.of(instruction)
        if site is None:
            return self._foreign.evaluate(instruction, store)
        node = site.node
        implicit_sql.sent(self._world, store, node, site)
        special = self._special(instruction, site, store)
        if special is None:
            special = validations.validated(self._world, store, instruction)
        if special is not None:
            return special
        stubbed = self._stubbed(instruction, site, store)
        if stubbed is not None:
            return stubbed
        called = called_value(instruction, store)
        if not site.is_closed:
            write_unknown(store, [*(store.value(argument.value) for argument in instruction.arguments), called])
        known = self._promised_or_made(instruction, site, called, store)
        if known is not None:
            return known
        values = [store.value(argument.value) for argument in instruction.arguments]
        if not site.lazy:
            spawning.hand_on(self._world, store, instruction, site.runs, values)
        if site.touches_nothing:
            return self._run_harmless(instruction, site, called, values, store)
        if instruction.method in containers.PUTS_ALL:
            values = [self.iterated(value, node, store) for value in values]
        if containers.iterates(node):
            for argument, value in zip(instruction.arguments, values, strict=True):
                # What a call gives is told of apart from the call itself, which has its own use.
                self._escapes.use(store, value, node if isinstance(argument.node, CallExpr) else argument.node)
            values = [self.iterated(value, node, store) for value in values]
        if instruction.method in boundaries.KEEPING:
            receiver = store.value(instruction.receiver) if instruction.receiver is not None else frozenset()
            boundaries.keep(self._world, store, receiver, instruction.receiver_place, values)
        writes.method(self._world, store, instruction)
        changed = containers.call(self._world, store, instruction, values)
        if changed is not None:
            self._run_key(instruction, values, store)
            return changed
        return self._run(instruction, site, called, values, store)

    def _promised_or_made(self, instruction: Call, site: CallSite, called: Value, store: Store) -> Value | None:
        """What phantom types say of a call, or the object that it constructs; None for every other call."""
        promised = self.phantom.evaluate(instruction, called, store, site.is_closed)
        if promised is None and site.full_name == "builtins.map":
            promised = self._mapped(instruction, site.node, store)
        if promised is not None:
            return promised
        constructed = construct(self._world, site, instruction, store)
        if constructed is None and site.constructs is not None:
            constructed = self._own.construct(instruction, site, store)
        return constructed

    def _run(self, instruction: Call, site: CallSite, called: Value, values: list[Value], store: Store) -> Value:
        """A function that nothing but its body, if that is in view, tells of: it runs now, or later."""
        node = site.node
        if site.runs is not None and site.runs.manages:
            return carrier(Bound(MANAGER, called, tuple(values), node, instruction))
        lazy = site.lazy or ("coroutine" if _makes_coroutine(called) else "")
        if lazy:
            own = instruction if site.runs is not None else None
            return carrier(Bound(lazy, called, tuple(values), node, own))
        followed = self._summaries.call(instruction, site, called, values, store, node, instruction.target)
        if followed is not None:
            return followed
        result = self._foreign.evaluate(instruction, store)
        if site.full_name == "builtins.next" and values:
            lives.take_out(self._world, store, values[0], node.args[0], result)
        return result

    def _run_key(self, instruction: Call, values: list[Value], store: Store) -> None:
        """A function that tells the order of elements reads of them what it likes."""
        if may_be_code(values):
            receiver = [] if instruction.receiver is None else [store.value(instruction.receiver)]
            loads.shown(store, reachable(store, [*values, *receiver]))

    def _run_harmless(
        self, instruction: Call, site: CallSite, called: Value, values: list[Value], store: Store
    ) -> Value:
        """A function that changes nothing: it reads what it is given, which is of interest where that must load."""
        for value in values:
            sessions.may_load(store, value)
        places = {place for argument in instruction.arguments if (place := argument.place) is not None}
        if instruction.receiver is not None:
            places.add(instruction.receiver_place or (root_of(instruction.receiver),))
        kept = held_below(store, places)
        given = reachable(store, [*values, called, *kept])
        if loads.are_known(store, given):
            followed = self._summaries.call(instruction, site, called, values, store, site.node, instruction.target)
            if followed is not None:
                return followed
            loads.shown(store, given)
        return self._world.typed_value(store, site.node, "result")

    def _mapped(self, instruction: Call, node: CallExpr, store: Store) -> Value | None:
        """`map()` of a phantom-typed function; None for every other one."""
        if not self._world.types.has_phantom_types:
            return None
        gone_through = [
            self.iterated(store.value(argument.value), node, store) for argument in instruction.arguments[1:]
        ]
        elements = tuple(containers.next_of(store, value, node) for value in gone_through)
        return self.phantom.of_each(instruction, elements, store)

    def iterated(self, value: Value, node: Context, store: Store, name: str = "__iter__") -> Value:
        """What is gone through: a library's object gives its elements out, a container is its own."""
        boundaries.wait_for_elements(self._world, store, value)
        provided = self.stubbed.protocol(name, value, node, store) if objects(value) else None
        mark_read(store, value, node)
        if provided is not None:
            return provided
        generated = self.resumed(value, GENERATOR, node, store) if name == "__iter__" else None
        if generated is None and any(isinstance(atom, Bound) or is_generator_expression(atom) for atom in value):
            call_unknown(store, (), (), site_of(node), value)
        return value if generated is None else containers.generated(store, generated, node)

    def subscribed(self, instruction: LoadItem, store: Store) -> Value | None:
        """What a library's object gives for an index or a key; None for what is no such object."""
        node, owner = instruction.node, store.value(instruction.object)
        if not isinstance(node, IndexExpr) or not objects(owner):
            return None
        index = Argument(instruction.index, ArgumentKind.POSITIONAL, None, node.index, None)
        given = (index, store.value(instruction.index), self._world.type(node.index))
        return self.stubbed.protocol("__getitem__", owner, node, store, given=(given,))

    def resume(self, atom: Bound, node: Context, store: Store, target: Temporary) -> Value:
        """A coroutine is awaited: what its call stands for happens now, and the temporary `target` gets its result."""
        instruction = atom.stub
        promised = self.phantom.resume(atom, "coroutine", node, store)
        if promised is not None:
            return promised
        site = self.sites.of(instruction) if isinstance(instruction, Call) else None
        if isinstance(instruction, Call) and site is not None:
            overloads = self.stubbed.overloads(instruction, site, store, atom.function)
            if overloads is not None:
                done = self.stubbed.apply(instruction, overloads, atom.function, atom.held, store, node)
                if done is not None:
                    return done
            spawning.hand_on(self._world, store, instruction, site.runs, atom.held)
            followed = self._summaries.call(instruction, site, atom.function, atom.held, store, node, target)
            if followed is not None:
                return followed
        boundaries.use_by_call(self._world, store, [frozenset({atom})], node)
        boundaries.pass_on(self._world, store, atom.held)
        call_unknown(store, (), (), site_of(node), frozenset({atom}))
        self._foreign.serve(atom.call, store)
        return self._world.typed_value(store, node, "result")

    def resumed(self, value: Value, how: str, node: Context, store: Store) -> Value | None:
        """A phantom-typed generator gives its next element, or a context manager is entered; None for all else."""
        atom = next(iter(value)) if len(value) == 1 else None
        return self.phantom.resume(atom, how, node, store)

    def _special(self, instruction: Call, site: CallSite, store: Store) -> Value | None:
        node, full_name = site.node, site.full_name
        if full_name not in SPECIAL:
            return None
        values = [store.value(argument.value) for argument in instruction.arguments]
        if full_name in REVEAL and len(values) == 1:
            is_session = session_class_of(self._world.type(node.args[0])) is not None
            self._world.listener(RevealEvent(node, values[0], is_session), store)
            return values[0]
        if full_name == "builtins.isinstance" and len(values) == 2:
            return conditions.is_instance(instruction.arguments[0].place, node.args[1])
        if full_name in INSPECT and len(values) == 1:
            facts = LibraryFacts(attribute_reads.INSTANCE_STATE, holds=values[0])
            return frozenset({store.create(ObjectId("result", site_of(node)), facts)})
        if full_name == "functools.partial" and values:
            return carrier(Bound(PARTIAL, values[0], tuple(values[1:]), node))
        if full_name == "builtins.bool" and len(values) == 1:
            return values[0]
        if full_name == "builtins.vars" and len(values) == 1:
            attribute_reads.looked_at(store, values[0], "__dict__")
        return None

    def _stubbed(self, instruction: Call, site: CallSite, store: Store) -> Value | None:
        if instruction.receiver is not None:
            receiver = store.value(instruction.receiver)
        else:
            receiver = NOTHING_KNOWN if site.function is not None else called_value(instruction, store)
        overloads = self.stubbed.overloads(instruction, site, store, receiver)
        if overloads is None:
            return None
        values = tuple(store.value(argument.value) for argument in instruction.arguments)
        if library_calls.is_async(overloads):
            return carrier(Bound("coroutine", receiver, values, site.node, instruction))
        return self.stubbed.apply(instruction, overloads, receiver, values, store, site.node)


def session_class_of(type_: object) -> SessionShape | None:
    """The library's session class of a type; None for what is no session."""
    info = info_of(type_)  # type: ignore[arg-type]
    return None if info is None else session_class(info)


def _makes_coroutine(called: Value) -> bool:
    """Whether a call runs nothing yet: whichever function it is, its body is that of a coroutine."""
    return bool(called) and all(
        isinstance(atom, Function)
        and isinstance(atom.node, FuncDef)
        and atom.node.is_coroutine
        and not atom.node.is_async_generator
        and not atom.node.is_decorated
        for atom in called
    )
