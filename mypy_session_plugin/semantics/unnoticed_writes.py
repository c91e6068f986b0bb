"""Which writes no session takes notice of, and what in the code may still make something of them.

Four kinds: of a detached instance, of the original that `merge()` has copied, of an instance that only the other
direction of a relationship leads to, and of the value of a column that does not tell of changes in place.

See https://docs.sqlalchemy.org/en/20/orm/cascades.html#backref-cascade and
https://docs.sqlalchemy.org/en/20/orm/extensions/mutable.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from mypy.nodes import (
    CallExpr,
    Context,
    DelStmt,
    Expression,
    ExpressionStmt,
    FuncItem,
    IndexExpr,
    MemberExpr,
    Node,
)

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import InstanceFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import ATTACHED, Situation, State
from mypy_session_plugin.facts.store import SYMBOLIC, Store
from mypy_session_plugin.facts.unnoticed import Cause, Notice
from mypy_session_plugin.facts.values import NONE_VALUE, Bound, ObjectId, Unnoticed, Value, objects
from mypy_session_plugin.flow import graph
from mypy_session_plugin.flow.liveness import reads
from mypy_session_plugin.flow.syntax import written_targets
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import unnoticed, writes
from mypy_session_plugin.semantics.binding import is_phantom
from mypy_session_plugin.semantics.cascades import MERGE, may_be_one, was_saved
from mypy_session_plugin.semantics.columns import tells_of_no_change
from mypy_session_plugin.semantics.instances import facts_of, instances_of
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.targets import element_annotation
from mypy_session_plugin.semantics.unknown_calls import reachable
from mypy_session_plugin.semantics.world import World

#: Instructions that make nothing of what they read: what they give is looked at where it is used.
PASSING = (
    graph.LoadName,
    graph.LoadConstant,
    graph.LoadItem,
    graph.Copy,
    graph.Not,
    graph.IsInstance,
    graph.Await,
    graph.Unpack,
    graph.DeleteName,
    graph.DeleteAttribute,
    graph.DeleteItem,
    graph.EnterContext,
    graph.ExitContext,
    graph.CatchException,
)
#: What is looked at whether or not anything was written before: all else only reads, or hands on.
WRITING = frozenset({graph.StoreAttribute, graph.StoreItem, graph.DeleteItem, graph.Call})


class UnnoticedWrites:
    """Follows such writes in one graph: in that of a function, not in one that is followed from its caller."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._follows = len(world.frames) == 1 and isinstance(world.unit, FuncItem)
        self._after: dict[type, Callable[[Any, Store], None]] = {
            graph.StoreAttribute: self._attribute,
            graph.StoreItem: self._item,
            graph.DeleteItem: self._item,
            graph.Call: self._call,
        }

    def before(self, instruction: graph.Instruction, store: Store) -> None:
        """An instruction is about to run, which may read or hand on what was written."""
        if isinstance(instruction, graph.Call) and instruction.method is not None and self._follows:
            self._merged(instruction, store)
        elif unnoticed.UNNOTICED not in store.variables or isinstance(instruction, PASSING):
            return
        elif isinstance(instruction, graph.LoadAttribute):
            self._read(instruction, store)
        elif isinstance(instruction, graph.Yield):
            unnoticed.change(store, unnoticed.settled)
        elif isinstance(instruction, graph.Call):
            self._given(instruction, store)
        else:
            self._used(store, self._operands(instruction, store))

    def after(self, instruction: graph.Instruction, store: Store) -> None:
        """An instruction has run, which may have written."""
        if self._follows:
            handler = self._after.get(type(instruction))
            if handler is not None:
                handler(instruction, store)

    def _operands(self, instruction: graph.Instruction, store: Store) -> Iterable[Value]:
        """The values that an instruction hands on."""
        if isinstance(instruction, graph.StoreName):
            outer = "." in instruction.variable or instruction.variable in self._world.captured
            return [store.value(instruction.value)] if outer else []
        if isinstance(instruction, graph.StoreAttribute | graph.StoreItem):
            return [store.value(instruction.value)]
        if isinstance(instruction, graph.Compare) and instruction.operator in ("is", "is not"):
            return []
        if isinstance(instruction, graph.Next):
            return [frozenset(atom for atom in store.value(instruction.iterable) if isinstance(atom, Bound))]
        return [store.value(name) for name in reads(instruction)]

    def _used(self, store: Store, values: Iterable[Value], adds: bool = False) -> None:
        """Values go somewhere: `adds` tells that they are only added to a session."""
        found = reachable(store, values)

        def changed(write: Unnoticed) -> Unnoticed:
            if write.cause is Cause.IN_PLACE and adds:
                return write
            return unnoticed.settled(write) if _leads_to(store, found, write) else write

        if found:
            unnoticed.change(store, changed)

    def _given(self, instruction: graph.Call, store: Store) -> None:
        receiver = frozenset() if instruction.receiver is None else store.value(instruction.receiver)
        is_session = bool(receiver) and all(
            isinstance(item, ObjectId) and store.session(item) is not None for item in receiver
        )
        values = [store.value(argument.value) for argument in instruction.arguments]
        if instruction.callee is not None:
            values.append(store.value(instruction.callee))
        self._used(store, values if is_session else [*values, receiver], self._adds(instruction, store, receiver))

    def _adds(self, instruction: graph.Call, store: Store, receiver: Value) -> bool:
        """Whether a method of a session only adds what it is given."""
        return any(
            is_phantom(element_annotation(parameter.annotation)) == "Added"
            for stub in self._stubs(instruction, store, receiver)
            for parameter in stub.parameters
        )

    def _stubs(self, instruction: graph.Call, store: Store, receiver: Value) -> tuple[FunctionStub, ...]:
        """The stub of a method of a session; nothing for every other call."""
        names = [facts.class_name for item in objects(receiver) if (facts := store.session(item)) is not None]
        found = self._world.library.method(names, instruction.method) if names and instruction.method else None
        return found or ()

    def _read(self, instruction: graph.LoadAttribute, store: Store) -> None:
        """An attribute is read; a change in place begins with that too."""
        owner = store.value(instruction.object)
        found = set(objects(owner))

        def changed(write: Unnoticed) -> Unnoticed:
            if write.cause in (Cause.DETACHED, Cause.COPIED):
                return unnoticed.settled(write) if _leads_to(store, found, write) else write
            same = write.cause is Cause.IN_PLACE and _attribute_of(write.node) == instruction.name
            if same and write.notice is Notice.UNREAD and instruction.node not in self._changed_in_place:
                return Unnoticed(write.node, write.cause, Notice.READ, write.instance, write.session)
            return write

        unnoticed.change(store, changed)

    def _attribute(self, instruction: graph.StoreAttribute, store: Store) -> None:
        """An attribute of an instance is assigned, which no session may hold, and nobody else have."""
        node, owner = instruction.node, store.value(instruction.object) - NONE_VALUE
        only = self._own(store, owner)
        if only is None or not isinstance(node, MemberExpr):
            return
        self._linked(store, owner, node.name, store.value(instruction.value), instruction.statement or node)
        why = self._why_unnoticed(store, only, owner) if writes.is_column(self._world, node) else None
        if why is not None:
            cause, origin = why
            node = instruction.statement or node
            unnoticed.note(store, Unnoticed(node, cause, Notice.UNREAD, owner, origin=origin))

    def _why_unnoticed(self, store: Store, only: ObjectId, owner: Value) -> tuple[Cause, Origin | None] | None:
        """Why no session takes notice of what is assigned to an instance; None where one may."""
        facts = facts_of(store, only)
        is_detached = _all_in(facts, State.DETACHED) and _all_sessions_are_own(store)
        written = unnoticed.writes_in(store)
        copied = [write for write in written if write.cause is Cause.COPIED and write.instance == owner]
        if copied and (is_detached or unnoticed.are_transient(store, owner)):
            only_copied = all(write.notice in (Notice.MADE, Notice.UNREAD) for write in copied)
            return (Cause.COPIED, _first(write.origin for write in copied)) if only_copied else None
        if is_detached and self._is_alone(store, only, facts):
            return Cause.DETACHED, _first(facts.situations.values())
        return None

    def _linked(self, store: Store, owner: Value, name: str, value: Value, node: Context) -> None:
        """An instance is put into a relationship of another, which may be in no session."""
        only, facts = self._own(store, owner), None
        for item in objects(owner):
            facts = store.heap.get(item)
        if only is None or not isinstance(facts, InstanceFacts) or not unnoticed.are_transient(store, owner):
            return
        surely = [edge for edge in facts.links.surely if edge.attribute == name and {edge.target} == value]
        session = _session_of(store, instances_of(store, value), {State.PENDING, State.PERSISTENT})
        if surely and session is not None and not self._is_captured(store, only):
            unnoticed.note(store, Unnoticed(node, Cause.BACKREF, Notice.READ, owner, frozenset({session})))

    def _call(self, instruction: graph.Call, store: Store) -> None:
        made = store.value(instruction.target)
        if any(item.kind == "construct" and item.site == site_of(instruction.node) for item in objects(made)):
            for argument in instruction.arguments:
                if argument.name is not None:
                    self._linked(store, made, argument.name, store.value(argument.value), instruction.node)
        elif instruction.method in writes.CHANGING and instruction.node in self._dropped:
            self._in_place(instruction.node, store)

    def _merged(self, instruction: graph.Call, store: Store) -> None:
        """A call may merge an instance that nobody else has, and drop the copy."""
        receiver = store.value(instruction.receiver) if instruction.receiver is not None else frozenset()
        effects = [stub.effect("cascades") for stub in self._stubs(instruction, store, receiver)]
        merges = any(effect is not None and effect.arguments["kind"] == MERGE for effect in effects)
        value = store.value(instruction.arguments[0].value) if merges and instruction.arguments else frozenset()
        only = self._own(store, value)
        is_alone = only is not None and self._is_alone(store, only, facts_of(store, only))
        if unnoticed.UNNOTICED in store.variables:
            self._given(instruction, store)
        if is_alone and instruction.node in self._dropped:
            origin = Origin(instruction.node.line, "merged")
            unnoticed.note(store, Unnoticed(instruction.node, Cause.COPIED, Notice.MADE, value, origin=origin))

    def _item(self, instruction: graph.StoreItem | graph.DeleteItem, store: Store) -> None:
        self._in_place(instruction.node, store)

    def _in_place(self, node: Context, store: Store) -> None:
        """An item of a container is assigned or deleted, or a method of it called: perhaps of a column's value."""
        column = changed_column(node)
        if column is None or column.name in self._assigned or self._tells_by_name:
            return
        info, owner = info_of(self._world.type(column.expr)), writes.value_at(store, column.expr)
        found = instances_of(store, owner)
        if info is None or len(owner) != 1 or not found or not tells_of_no_change(info, column.name):
            return
        (only,) = found
        session = _session_of(store, found, {State.PERSISTENT})
        facts = store.session(session) if session is not None else None
        if session is None or facts is None or only.older or _may_be_changed_elsewhere(facts):
            return
        if not facts_of(store, only).links.other and not self._is_captured(store, only):
            notice = Notice.UNREAD if self._own(store, owner) is not None else Notice.READ
            unnoticed.note(store, Unnoticed(node, Cause.IN_PLACE, notice, owner, frozenset({session})))

    def leave(self, store: Store) -> None:
        """The function returns: tell what has come of the writes."""
        for event in unnoticed.told(store):
            self._world.listener(event, store)

    def _own(self, store: Store, value: Value) -> ObjectId | None:
        """The one instance that a value certainly is, if this function's own code has made or loaded it."""
        found = instances_of(store, value)
        if not self._follows or len(value) != 1 or not found or found[0].older or found[0].kind in SYMBOLIC:
            return None
        line = _line_of(found[0].site)
        unit = self._world.unit
        return found[0] if unit.line <= line <= (unit.end_line or unit.line) else None

    def _is_alone(self, store: Store, identity: ObjectId, facts: InstanceFacts) -> bool:
        """Whether no code beside this function can have the instance."""
        if facts.links.other or self._is_captured(store, identity):
            return False
        return not any(identity in value for value in store.paths.values())

    def _is_captured(self, store: Store, identity: ObjectId) -> bool:
        """Whether a function inside this one has the instance."""
        names = self._world.captured | self._world.rebound
        return any(identity in store.variables.get(name, frozenset()) for name in names)

    @cached_property
    def _dropped(self) -> frozenset[Node]:
        """The calls whose result nobody uses."""
        statements = [node for node in self._world.nodes if isinstance(node, ExpressionStmt)]
        return frozenset(getattr(statement.expr, "expr", statement.expr) for statement in statements)

    @cached_property
    def _assigned(self) -> frozenset[str]:
        """The attributes that the unit assigns."""
        targets = (target for node in self._world.nodes for target in written_targets(node))
        return frozenset(target.name for target in targets if isinstance(target, MemberExpr))

    @cached_property
    def _tells_by_name(self) -> bool:
        """Whether the unit tells a session of changes, by the name of an attribute."""
        return any(
            isinstance(node, CallExpr) and getattr(node.callee, "name", "") in writes.BY_NAME
            for node in self._world.nodes
        )

    @cached_property
    def _changed_in_place(self) -> frozenset[Node]:
        """The attributes that are read only to be changed in place."""
        found = (changed_column(part) for node in self._world.nodes for part in _changing_parts(node))
        return frozenset(column for column in found if column is not None)


def changed_column(node: Context) -> MemberExpr | None:
    """`user.settings` in `user.settings["a"]["b"] = 1` and in `user.settings.update(...)`."""
    if isinstance(node, CallExpr):
        callee = node.callee
        changes = isinstance(callee, MemberExpr) and callee.name in writes.CHANGING
        node = callee.expr if changes and isinstance(callee, MemberExpr) else node
    elif not isinstance(node, IndexExpr):
        return None
    while isinstance(node, IndexExpr):
        node = node.base
    return node if isinstance(node, MemberExpr) else None


def _changing_parts(node: Node) -> Iterable[Expression]:
    """The targets of a statement, and the call that it is."""
    return [node.expr] if isinstance(node, DelStmt | ExpressionStmt) else written_targets(node)


def _attribute_of(node: object) -> str:
    column = changed_column(node) if isinstance(node, Context) else None
    return column.name if column is not None else ""


def _leads_to(store: Store, found: Iterable[ObjectId], write: Unnoticed) -> bool:
    """Whether one of these objects is what was written, or may have it in a relationship that was loaded."""
    targets = [item for item in objects(write.instance) if isinstance(store.heap.get(item), InstanceFacts)]
    others = [item for item in found if isinstance(store.heap.get(item), InstanceFacts)]
    loaded = write.cause is Cause.DETACHED
    return any(
        other == target
        or may_be_one(store, other, target)
        or (loaded and was_saved(facts_of(store, other)) and was_saved(facts_of(store, target)))
        for target in targets
        for other in others
    )


def _may_be_changed_elsewhere(facts: SessionFacts) -> bool:
    """Whether other code may have assigned attributes of what the session holds."""
    if facts.registry:
        return facts.work.reached or not facts.work.given
    return facts.work.reached or facts.escaped


def _first(origins: Iterable[Origin | None]) -> Origin | None:
    return min((origin for origin in origins if origin is not None), default=None)


def _all_in(facts: InstanceFacts, state: State) -> bool:
    return all(isinstance(item, Situation) and item.state is state for item in facts.situations)


def _session_of(store: Store, instances: Iterable[ObjectId], states: set[State]) -> ObjectId | None:
    """The one session that holds all of these, none of which is to be deleted."""
    known = [item for identity in instances for item in facts_of(store, identity).situations]
    if not all(isinstance(item, Situation) and item.state in states and not item.marked for item in known):
        return None
    found = {item.session for item in known if isinstance(item, Situation) and item.state in ATTACHED}
    return found.pop() if len(found) == 1 else None


def _all_sessions_are_own(store: Store) -> bool:
    """Whether the function has made all sessions that it knows, so that nobody else has what they loaded."""
    sessions = [facts for facts in store.heap.values() if isinstance(facts, SessionFacts)]
    return all(facts.made_here and not facts.escaped for facts in sessions)


def _line_of(site: object) -> int:
    """The line of a site; 0 for what no line of the unit has made."""
    while isinstance(site, tuple) and site:
        site = site[0]
    return site if isinstance(site, int) else 0
