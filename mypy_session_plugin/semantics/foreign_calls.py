"""Calls of which neither a stub nor a body says what they do: unknown code, and library code that does little."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mypy.nodes import CallExpr, Context, Expression, MemberExpr, RefExpr
from mypy.types import CallableType, Overloaded, get_proper_type

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    NONE_VALUE,
    NOTHING_KNOWN,
    Atom,
    Bound,
    Constant,
    Function,
    Method,
    ObjectId,
    Value,
    carrier,
    is_plain,
    may_be_code,
    objects,
)
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of
from mypy_session_plugin.semantics import boundaries, containers, contents, loads, representations, sessions, writes
from mypy_session_plugin.semantics.call_sites import CallSites, called_value
from mypy_session_plugin.semantics.closed_modules import CLOSED_MODULES
from mypy_session_plugin.semantics.entered import stacks_of
from mypy_session_plugin.semantics.leading import mark_read
from mypy_session_plugin.semantics.library_objects import may_be_session
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.remarks import forgets
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.unknown_calls import call_unknown, fill_empty, reachable, run_manager
from mypy_session_plugin.semantics.world import World

#: Functions that get at every variable.
EVALUATING = frozenset({"builtins.eval", "builtins.exec", "builtins.locals", "builtins.vars"})
#: Functions that call their first argument.
RUNNING = frozenset({"builtins.map", "builtins.filter", "functools.reduce"})
#: How what an attribute holds stands to its object, of which it may be a method.
ATTRIBUTE = "attribute"
#: Builtins, and methods of containers, that look at no attribute of what they are given.
COUNTING = frozenset(
    re.findall(
        r"\w+",
        """
    all any append bool clear copy dict enumerate extend filter get id insert isinstance items iter keys len list map
    max min next pop remove reversed set setdefault sorted tuple type update values zip
    """,
    )
)


class ForeignCalls:
    """Interprets the calls of one graph whose callee is not in view."""

    def __init__(self, world: World, stability: Stability, sites: CallSites) -> None:
        self._world = world
        self._stability = stability
        self._sites = sites

    def evaluate(self, instruction: Call, store: Store) -> Value:
        """The value of a call, after all that code which nobody has seen may do with what it is given."""
        node, world = instruction.node, self._world
        values = [store.value(argument.value) for argument in instruction.arguments]
        leading = [value for value in values if not is_plain(value)]
        for value in leading:
            mark_read(store, value, node)
        own = self._stability.own_place(getattr(node, "callee", node))
        source = instruction.receiver if own is None else own[0]
        receiver = store.value(source) if source is not None else frozenset()
        keeps_callbacks = any(stacks_of(store, receiver))
        if not keeps_callbacks and self._is_closed(instruction, (*values, receiver), store):
            shown = representations.shown_by_call(world, store, instruction)
            keeps = not shown and bool(leading) and not self._forgets(instruction)
            for value in leading:
                if keeps:
                    containers.link_all(store, value)
                sessions.may_load(store, value)
            if not self._only_counts(instruction, values):
                loads.shown(store, reachable(store, [*leading, receiver]))
            if leading and self._may_fill(instruction, leading):
                fill_empty(store, leading)
            writes.closed_call(store, instruction, (*values, receiver), self._sites.package(instruction))
            self._set_attribute(instruction, store)
        else:
            places = [own, *(argument.place for argument in instruction.arguments)]
            called = called_value(instruction, store) if own is None else receiver
            boundaries.use_by_call(world, store, [*values, called], node)
            if instruction.method not in boundaries.KEEPING:
                boundaries.pass_on(world, store, values)
            if getattr(getattr(node, "callee", None), "fullname", "") in EVALUATING:
                values = list(store.variables.values())
            for owner in _owners(store, getattr(node, "callee", node)):
                containers.link_all(store, owner)
            call_unknown(store, values, [*places, instruction.receiver_place], site_of(node), called)
            self.serve(node, store)
        result = world.typed_value(store, node, "result")
        if getattr(getattr(node, "callee", None), "fullname", "") == "builtins.getattr" and values:
            result |= carrier(Bound(ATTRIBUTE, NOTHING_KNOWN, (values[0],), node))
        lender = instruction.receiver_place
        sessions.update_sessions(store, result - NONE_VALUE, lambda facts: replace(facts, lender=lender))
        return result

    def serve(self, node: object, store: Store) -> None:
        """A test client, a task called directly and an application context may end the registry's session."""
        if not isinstance(node, CallExpr):
            return
        called: list[tuple[Expression, str]] = [(node.callee, "__call__")]
        if isinstance(node.callee, MemberExpr):
            called.append((node.callee.expr, node.callee.name))
        for owner, method in called:
            info = info_of(self._world.type(owner))
            if info is not None and self._world.library.serves(info, method):
                run_manager(store, frozenset(), (), site_of(node))

    def _set_attribute(self, instruction: Call, store: Store) -> None:
        """`setattr()` and `delattr()`: of a name that is not known, any attribute of the object."""
        callee = getattr(instruction.node, "callee", None)
        if getattr(callee, "fullname", "") not in ("builtins.setattr", "builtins.delattr"):
            return
        for argument in instruction.arguments[:1]:
            contents.written(store, store.value(argument.value), surely=False)
            if argument.place is not None:
                store.forget_below(argument.place)
                store.disturb(argument.place, site_of(instruction.node))
        for argument in instruction.arguments[1:2]:
            for atom in store.value(argument.value):
                if isinstance(atom, Constant):
                    store.assign_attribute(str(atom.value), None, NOTHING_KNOWN, site_of(instruction.node))

    def _is_closed(self, instruction: Call, values: Sequence[Value], store: Store) -> bool:
        """Whether the callee is library code that is given nothing to call, and SQLAlchemy's no session."""
        site = self._sites.of(instruction)
        if site is None or not site.is_closed or site.full_name in EVALUATING:
            return False
        if any(self._is_code(atom) for value in values for atom in _within(store, value)):
            return False
        written = [argument.node for argument in instruction.arguments]
        if site.full_name in RUNNING and not all(map(self._is_harmless, written[:1])):
            return False
        if site.package != "sqlalchemy":
            return not any(self._is_function(node) and not self._is_harmless(node) for node in written)
        return not any(may_be_session(store, value) for value in values)

    def _is_code(self, atom: Atom) -> bool:
        """Whether a value is code of the user's, or may do something to a session or an instance."""
        if isinstance(atom, Method):
            return not (isinstance(atom.node, Context) and self._is_harmless(atom.node))
        return isinstance(atom, Function) or (isinstance(atom, Bound) and atom.how != ATTRIBUTE)

    def _is_function(self, node: Context) -> bool:
        """Whether an argument is a function by its type: a class that is given is not made an object of."""
        type_ = self._world.type(node)
        proper = None if type_ is None else get_proper_type(type_)
        return isinstance(proper, Overloaded | CallableType) and not proper.is_type_obj()

    def _is_harmless(self, node: Context) -> bool:
        """Whether what is named is the standard library's: calling it does nothing to an instance."""
        if isinstance(node, MemberExpr) and not node.fullname:
            type_ = self._world.type(node.expr)
            info = info_of(type_) or class_named_by(type_)
            owner = next((base for base in info.mro if node.name in base.names), None) if info is not None else None
            return owner is not None and _is_closed_module(owner.module_name)
        return isinstance(node, RefExpr) and _is_closed_module(node.fullname)

    def _only_counts(self, instruction: Call, values: Sequence[Value]) -> bool:
        """Whether a builtin looks at what it is given, and not at the attributes of that, nor has code look at them."""
        callee = getattr(instruction.node, "callee", None)
        is_counting = self._sites.package(instruction) == "builtins" and getattr(callee, "name", "") in COUNTING
        return is_counting and not may_be_code(values)

    def _forgets(self, instruction: Call) -> bool:
        """Whether the callee brings what it is given to nothing else."""
        site = self._sites.of(instruction)
        return site is not None and forgets(self._world.library, site.full_name, site.constructs is not None)

    def _may_fill(self, instruction: Call, values: Sequence[Value]) -> bool:
        """Whether library code may put something into a container: no builtin does, but by a method it is given."""
        given_method = any(isinstance(atom, Method) for value in values for atom in value)
        return given_method or self._sites.package(instruction) != "builtins"


def _owners(store: Store, callee: Context) -> Iterator[Value]:
    """The instances of which the receiver of a method is an attribute: a collection that may link others to them."""
    part = callee.expr if isinstance(callee, MemberExpr) else None
    while isinstance(part, MemberExpr):
        part = part.expr
        value = writes.value_at(store, part)
        if any(isinstance(store.heap.get(item), InstanceFacts) for item in objects(value)):
            yield value


def _within(store: Store, value: Value) -> Iterator[Atom]:
    """What a value is, and what is in its containers."""
    for atom in value:
        yield atom
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        if isinstance(facts, ContainerFacts):
            yield from facts.elements


def _is_closed_module(name: str) -> bool:
    return name.partition(".")[0] in CLOSED_MODULES - {"sqlalchemy"}
