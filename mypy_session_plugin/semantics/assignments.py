"""What assignments and deletions do to a store."""

from __future__ import annotations

from mypy.nodes import AssignmentStmt, IndexExpr, MemberExpr

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, UNKNOWN, Bound
from mypy_session_plugin.flow import graph
from mypy_session_plugin.flow.graph import Argument, ArgumentKind
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import (
    attribute_reads,
    boundaries,
    conditions,
    containers,
    contents,
    runners,
    sessions,
    work,
    writes,
)
from mypy_session_plugin.semantics.escapes import Escapes
from mypy_session_plugin.semantics.functions import is_generator_expression
from mypy_session_plugin.semantics.identities import keep_sessions
from mypy_session_plugin.semantics.loans import Loans
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.mapped import is_set_by_code
from mypy_session_plugin.semantics.own_objects import name_object
from mypy_session_plugin.semantics.phantom_bodies import PhantomBody
from mypy_session_plugin.semantics.phantom_operators import PhantomOperators
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.related import RelatedAttributes
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.unknown_calls import call_unknown, lose_code
from mypy_session_plugin.semantics.world import World


class Assignments:
    """Interprets the assignments and deletions of one graph."""

    def __init__(
        self,
        world: World,
        stability: Stability,
        escapes: Escapes,
        body: PhantomBody,
        operators: PhantomOperators,
        related: RelatedAttributes,
        loans: Loans,
    ) -> None:
        self._world = world
        self._stability = stability
        self._escapes = escapes
        self._body = body
        self._operators = operators
        self._related = related
        self._loans = loans
        #: Variables that have held a session.
        self._holders: set[str] = set()

    def store_name(self, instruction: graph.StoreName, store: Store) -> None:
        """A variable is assigned."""
        value = store.value(instruction.value)
        keep_sessions(store, instruction.variable, value, self._holders)
        value = self._body.stored_name(instruction, conditions.kept(value), store)
        self._escapes.kept_name(instruction, value, store)
        self._loans.kept_name(instruction, value, store)
        if "." in instruction.variable or instruction.variable in self._stability.rebound:
            containers.link_all(store, value)
            lose_code(store, [value])
        if instruction.variable in self._world.captured:
            work.share_captured(store, [value])
        contents.forget_variable(self._world, store, instruction.variable)
        store.assign(instruction.variable, value, site_of(instruction.node))
        name_object(store, instruction)

    def store_attribute(self, instruction: graph.StoreAttribute, store: Store) -> None:
        """An attribute is assigned."""
        promised = self._operators.store_attribute(instruction, store)
        value = self._body.stored_attribute(instruction, store.value(instruction.value), store)
        self._escapes.kept_attribute(instruction, value, store)
        self._loans.kept_attribute(instruction, value, store)
        place = None if self._related.assign(instruction, value, store) else instruction.place
        writes.attribute(self._world, store, instruction)
        attribute_reads.written(self._world, store, instruction)
        sessions.assign_setting(store, store.value(instruction.object), instruction.name, value)
        boundaries.use_instance(self._world, store, store.value(instruction.object), instruction.node)
        runners.assigned(self._world, store, instruction, value)
        if not promised and self._is_set_by_code(instruction):
            place = place_of(instruction.node.expr) if isinstance(instruction.node, MemberExpr) else None
            call_unknown(store, [store.value(instruction.object), value], [place], site_of(instruction.node))
            if UNKNOWN in store.value(instruction.object):
                work.may_write(store)
            place, value = instruction.place, NOTHING_KNOWN
        store.assign_attribute(instruction.name, place, conditions.kept(value), site_of(instruction.node))

    def _is_set_by_code(self, instruction: graph.StoreAttribute) -> bool:
        """Whether the attribute is a property of the user's, whose setter may do anything with what it is given."""
        target = instruction.node
        info = info_of(self._world.type(target.expr)) if isinstance(target, MemberExpr) else None
        return info is not None and is_set_by_code(info, instruction.name)

    def store_item(self, instruction: graph.StoreItem, store: Store) -> None:
        """`container[index] = value`."""
        if self._operators.store_item(instruction, store):
            return
        value = self._body.stored_item(instruction, store.value(instruction.value), store)
        self._loans.kept_item(instruction, value, store)
        writes.item(self._world, store, instruction.node, store.value(instruction.object))
        self._hand_over_item(instruction, store)
        containers.rearrange(store, store.value(instruction.object))
        containers.put(self._world, store, store.value(instruction.object), value, instruction.node)

    def _hand_over_item(self, instruction: graph.StoreItem, store: Store) -> None:
        """What is assigned to an element of a library's object crosses if the stub of its `__setitem__` says so."""
        node, statement = instruction.node, instruction.statement
        if not isinstance(node, IndexExpr) or not isinstance(statement, AssignmentStmt):
            return
        info = info_of(self._world.type(node.base))
        overloads = self._world.library.method([base.fullname for base in info.mro], "__setitem__") if info else None
        pairs = ((instruction.index, node.index), (instruction.value, statement.rvalue))
        arguments = [
            (
                Argument(given, ArgumentKind.POSITIONAL, None, written, None),
                store.value(given),
                self._world.type(written),
            )
            for given, written in pairs
        ]
        bound = self._world.binder.bind(overloads, arguments, None, {}) if overloads else None
        if bound is not None:
            receiver = store.value(instruction.object)
            boundaries.hand_over(self._world, store, bound, receiver, statement, NOTHING_KNOWN, starts=True)

    def delete_name(self, instruction: graph.DeleteName, store: Store) -> None:
        """`del name`."""
        keep_sessions(store, instruction.variable, NOTHING_KNOWN, self._holders)
        contents.forget_variable(self._world, store, instruction.variable)
        store.assign(instruction.variable, NOTHING_KNOWN, site_of(instruction.node))

    def delete_attribute(self, instruction: graph.DeleteAttribute, store: Store) -> None:
        """`del place.name`."""
        writes.deleted(self._world, store, instruction.node, store.value(instruction.object))
        attribute_reads.deleted(store, instruction)
        store.assign_attribute(instruction.name, instruction.place, NOTHING_KNOWN, site_of(instruction.node))

    def delete_item(self, instruction: graph.DeleteItem, store: Store) -> None:
        """`del container[index]`."""
        writes.item(self._world, store, instruction.node, store.value(instruction.object))
        containers.rearrange(store, store.value(instruction.object))

    def unpack(self, instruction: graph.Unpack, store: Store) -> None:
        """A value is taken apart by an assignment to several targets."""
        value = store.value(instruction.value)
        if any(isinstance(atom, Bound) or is_generator_expression(atom) for atom in value):
            call_unknown(store, [value], (), site_of(instruction.node))
        values = containers.unpack(
            self._world, store, value, len(instruction.targets), instruction.starred, instruction.node
        )
        for target, item in zip(instruction.targets, values, strict=True):
            store.variables[target] = item
