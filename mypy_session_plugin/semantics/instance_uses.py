"""What a body in view does with an instance that it is given: reads what must load, writes, or reads what is there.

A collection must load if its relationship is mapped to load when it is read, and nothing in the code that loaded the
instance tells of it: no option, no other read, no function that got the instance.
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Context,
    Expression,
    ForStmt,
    FuncItem,
    GeneratorExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    StrExpr,
    SymbolNode,
    TypeInfo,
    Var,
)

from mypy_session_plugin.facts.loading import AttributeKind, Strategy
from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.flow.syntax import descendants, written_targets
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import functions
from mypy_session_plugin.semantics.closed_modules import CLOSED_MODULES
from mypy_session_plugin.semantics.mapped import is_mapped_attribute
from mypy_session_plugin.semantics.statement_roots import QUERY, STATEMENT_PACKAGES
from mypy_session_plugin.semantics.world import World

#: Gives the attributes of an instance as awaitables, which load what is not there.
AWAITABLE = "awaitable_attrs"
LIBRARIES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")
#: What brought an instance that a query, or `get()`, has given.
LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class InstanceUse:
    """What certainly becomes of the instance: `loads` names the attribute that loads, `writes` one that is assigned.

    Neither: only attributes are read that are there, of which `reads` names one.
    """

    loads: str = ""
    writes: str = ""
    reads: str = ""


class InstanceUses:
    """Looks at the bodies that one unit hands instances to."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._store = store

    def of(self, body: FuncItem, variable: Var | str, facts: InstanceFacts, given: Context) -> InstanceUse | None:
        """What a body does with the instance in one of its variables; None where that is not certain.

        `given` is what the unit hands over.
        """
        info = self._world.types.class_of(facts.class_name)
        found = list(self._in(body, variable, info, functions.MAXIMUM_DEPTH)) if info is not None else []
        for use in found:
            if use.loads and self._must_load(facts, use.loads, body, given):
                return use
        writes = next((use for use in found if use.writes), None)
        if writes is not None:
            return writes
        reads = [use for use in found if use.reads]
        if reads and _is_expired(facts) and self._is_named_last(given):
            return InstanceUse(loads=reads[0].reads)
        return reads[0] if reads else None

    def _in(self, body: FuncItem, variable: Var | str, info: TypeInfo, depth: int) -> Iterator[InstanceUse]:
        """Everything that a body, or a function that it calls, does with the instance, or with each of a list."""
        nodes = list(descendants(body.body, into_functions=True))
        names = _Names(variable, nodes)
        assigned = {id(target) for node in nodes for target in written_targets(node)}
        for node in nodes:
            if isinstance(node, MemberExpr) and names.has(node.expr):
                yield from self._attribute(info, node, id(node) in assigned)
            elif isinstance(node, MemberExpr) and isinstance(node.expr, MemberExpr) and node.expr.name == AWAITABLE:
                if names.has(node.expr.expr):
                    yield from self._attribute(info, node, False)
            elif isinstance(node, CallExpr) and depth:
                yield from self._call(node, names, info, depth)

    def _attribute(self, info: TypeInfo, node: MemberExpr, is_assigned: bool) -> Iterator[InstanceUse]:
        attribute = self._world.shapes.attributes.of(info, node.name)
        many = attribute is not None and attribute.kind is AttributeKind.TO_MANY
        if attribute is not None and many and attribute.strategy is Strategy.LAZY and not is_assigned:
            yield InstanceUse(loads=node.name)
        elif is_mapped_attribute(info, node.name) and self._world.shapes.relationships.of(info, node.name) is None:
            yield InstanceUse(writes=node.name) if is_assigned else InstanceUse(reads=node.name)

    def _call(self, call: CallExpr, names: _Names, info: TypeInfo, depth: int) -> Iterator[InstanceUse]:
        """A function of the module that gets the instance, or is a method of it."""
        callee = self._world.own.functions.called(call)
        if callee is None:
            return
        parameters = [argument.variable for argument in callee.function.arguments]
        if isinstance(call.callee, MemberExpr) and names.has(call.callee.expr) and parameters:
            yield from self._in(callee.function, parameters[0], info, depth - 1)
        shift = 1 if callee.function.info and not callee.function.is_static else 0
        for position, (argument, name) in enumerate(zip(call.args, call.arg_names, strict=True)):
            if not names.has(argument):
                continue
            taken = [item for item in parameters if item.name == name] if name else parameters[position + shift :][:1]
            for parameter in taken:
                yield from self._in(callee.function, parameter, info, depth - 1)

    def _must_load(self, facts: InstanceFacts, attribute: str, body: FuncItem, given: Context) -> bool:
        """Whether nothing in the unit may have loaded the attribute of an instance that it has loaded itself."""
        loaded = {origin.event if origin is not None else "" for origin in facts.situations.values()}
        if loaded != {LOADED}:
            return False
        inside = {id(node) for node in descendants(body, into_functions=True)}
        outside = [node for node in self._world.nodes if id(node) not in inside]
        return not any(self._may_load(node, attribute, given) for node in outside)

    def _is_named_last(self, given: Context) -> bool:
        """Whether the unit does nothing more with the instance that it hands over, which might load it."""
        if not isinstance(given, NameExpr):
            return False
        named = (node for node in self._world.nodes if isinstance(node, NameExpr) and node.node is given.node)
        return not any((node.line, node.column) > (given.line, given.column) for node in named)

    def _may_load(self, node: Node, attribute: str, given: Context) -> bool:
        """Whether a node may load the attribute, or decide that a statement does."""
        match node:
            case MemberExpr() | NameExpr():
                return node.name in (attribute, "options") or self._is_foreign_statement(node)
            case StrExpr():
                return attribute in node.value
            case CallExpr():
                return "options" in node.arg_names or self._gets_instance(node, given) or self._is_foreign_call(node)
            case _:
                return False

    def _is_foreign_statement(self, node: RefExpr) -> bool:
        """Whether a name stands for a statement that another function has made."""
        if not isinstance(node.node, Var) or not self._is_statement(node):
            return False
        return not any(
            isinstance(item, AssignmentStmt)
            and any(isinstance(target, NameExpr) and target.node is node.node for target in item.lvalues)
            for item in self._world.nodes
        )

    def _is_foreign_call(self, call: CallExpr) -> bool:
        """Whether a function that is not the library's makes a statement."""
        callee = call.callee
        if not self._is_statement(call):
            return False
        owner = info_of(self._world.type(callee.expr)) if isinstance(callee, MemberExpr) else None
        module = owner.module_name if owner is not None else getattr(callee, "fullname", "")
        return module.partition(".")[0] not in LIBRARIES

    def _is_statement(self, node: Expression) -> bool:
        info = info_of(self._world.type(node))
        return info is not None and (info.fullname.startswith(STATEMENT_PACKAGES) or info.fullname == QUERY)

    def _gets_instance(self, call: CallExpr, given: Context) -> bool:
        """Whether a function of somebody else's gets the instance before, or the collection that it is in."""
        variable = given.node if isinstance(given, NameExpr) else None
        if variable is None or not any(isinstance(part, NameExpr) and part.node is variable for part in call.args):
            return False
        if any(part is given for part in call.args):
            return False
        callee = call.callee
        package = callee.fullname.partition(".")[0] if isinstance(callee, RefExpr) else ""
        return package not in CLOSED_MODULES


def _is_expired(facts: InstanceFacts) -> bool:
    """Whether nothing of an instance is loaded that has a row: whatever is read of it must be."""
    stands = (isinstance(item, Situation) and item.state is State.PERSISTENT for item in facts.situations)
    return facts.loads.is_expired and all(stands)


class _Names:
    """The variables of a body that hold the instance: the one that was given, loop variables over it, and copies."""

    def __init__(self, variable: Var | str, nodes: list[Node]) -> None:
        self._name = variable if isinstance(variable, str) else ""
        self._known: set[SymbolNode | None] = {variable} if isinstance(variable, Var) else set()
        for node in nodes:
            match node:
                case ForStmt(index=NameExpr() as target) if self.has(node.expr):
                    self._known.add(target.node)
                case AssignmentStmt(lvalues=[NameExpr() as target]) if self.has(node.rvalue):
                    self._known.add(target.node)
                case GeneratorExpr():
                    for index, sequence in zip(node.indices, node.sequences, strict=True):
                        if isinstance(index, NameExpr) and self.has(sequence):
                            self._known.add(index.node)

    def has(self, node: Node) -> bool:
        """Whether an expression is the instance."""
        return isinstance(node, NameExpr) and (node.node in self._known or (node.name == self._name != ""))
