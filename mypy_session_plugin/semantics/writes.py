"""Assignments and calls outside of a session that write through it: attributes and collections of mapped instances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.nodes import AssignmentStmt, CallExpr, Context, Expression, MemberExpr, OperatorAssignmentStmt

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Method, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import Call, LoadAttribute, StoreAttribute
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import info_of, is_any
from mypy_session_plugin.semantics import contents, work
from mypy_session_plugin.semantics.containers import PUTS, PUTS_ALL, REARRANGES
from mypy_session_plugin.semantics.instances import RELATED
from mypy_session_plugin.semantics.mapped import attribute_type, is_mapped_attribute
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.shapes import Entity
from mypy_session_plugin.semantics.unknown_calls import reachable
from mypy_session_plugin.semantics.world import World

#: Methods that change a collection.
CHANGING = PUTS | PUTS_ALL | REARRANGES | {"pop", "popitem", "popleft"}
#: Packages whose functions keep nothing that they are given.
QUIET = frozenset({"builtins", "copy", "json", "logging", "math", "operator", "pprint", "string", "time", "warnings"})
#: Functions that change an object by the name of an attribute.
BY_NAME = frozenset({"setattr", "delattr", "__setattr__", "set_attribute", "flag_modified", "flag_dirty"})


def attribute(world: World, store: Store, instruction: StoreAttribute) -> None:
    """`object.name = value`."""
    node = instruction.node
    owner = store.value(instruction.object)
    target = node.expr if isinstance(node, MemberExpr) else None
    if not _may_be_instance(world, store, owner, target):
        return
    column = isinstance(node, MemberExpr) and is_column(world, node)
    contents.written(store, owner, column)
    surely = column and _is_changed(instruction.statement, node)
    work.write_instance(store, owner, instruction.statement or node, surely)


def is_column(world: World, target: MemberExpr) -> bool:
    """Whether an attribute is certainly a column of a mapped class."""
    info = info_of(world.type(target.expr))
    if info is None or not is_mapped_attribute(info, target.name):
        return False
    return not isinstance(world.shapes.of(attribute_type(info, target.name)), RELATED)


def _is_changed(statement: Context | None, target: Context) -> bool:
    """Whether a statement assigns something other than what the attribute holds, as far as can be told."""
    if isinstance(statement, OperatorAssignmentStmt):
        return True
    if not isinstance(statement, AssignmentStmt) or not isinstance(target, MemberExpr):
        return False
    place = place_of(target)
    return not any(
        isinstance(part, MemberExpr) and (part.name == target.name if place is None else place_of(part) == place)
        for part in descendants(statement.rvalue, into_functions=True)
    )


def _may_be_instance(world: World, store: Store, owner: Value, node: Expression | None) -> bool:
    """Whether an object may be a mapped instance; by its type where no value is known."""
    found = [store.heap.get(item) for item in objects(owner)]
    if any(isinstance(facts, InstanceFacts) for facts in found):
        return True
    if found and len(found) == len(owner) and all(isinstance(facts, (SessionFacts, LibraryFacts)) for facts in found):
        return False
    type_ = world.type(node) if node is not None else None
    if is_any(type_):
        return True
    info = info_of(type_)
    if info is None or info.is_protocol or info.fullname == "builtins.object":
        return True
    return isinstance(world.shapes.of(type_), Entity)


def deleted(world: World, store: Store, node: Context, owner: Value) -> None:
    """`del object.name`."""
    if _may_be_instance(world, store, owner, node.expr if isinstance(node, MemberExpr) else None):
        work.may_write(store)


def item(world: World, store: Store, node: Context, container: Value) -> None:
    """`container[index] = value`, or its deletion: perhaps in a column that keeps track of that."""
    if not _is_made_here(store, container):
        work.may_write(store)


def method(world: World, store: Store, instruction: Call) -> None:
    """A method of a collection is called, which may be one of an instance."""
    receiver = store.value(instruction.receiver) if instruction.receiver is not None else frozenset()
    if instruction.method in CHANGING and not _is_made_here(store, receiver):
        owner = _owner_of_collection(instruction.node)
        if owner is not None and _takes_in(world, store, instruction, owner):
            work.write_instance(store, value_at(store, owner), instruction.node, surely=True)
        elif owner is None or _may_be_instance(world, store, frozenset(), owner):
            work.may_write(store)


def _takes_in(world: World, store: Store, instruction: Call, owner: Expression) -> bool:
    """Whether a new instance is put into a relationship that takes it into the session of the owner."""
    callee = getattr(instruction.node, "callee", None)
    collection = getattr(callee, "expr", None)
    if instruction.method not in ("append", "add") or not isinstance(collection, MemberExpr):
        return False
    relationship = world.shapes.relationships.of(info_of(world.type(owner)), collection.name)
    new = [work.is_new(store, store.value(argument.value)) for argument in instruction.arguments]
    return new == [True] and relationship is not None and relationship.many and "save-update" in relationship.cascades


def value_at(store: Store, expression: Expression) -> Value:
    """What an access path is known to hold; nothing where that is not known."""
    place = place_of(expression)
    if place is None:
        return frozenset()
    return store.variables.get(place[0], frozenset()) if len(place) == 1 else store.paths.get(place, frozenset())


def _owner_of_collection(node: Context) -> Expression | None:
    """`order` in `order.items.append(item)`."""
    callee = node.callee if isinstance(node, CallExpr) else None
    collection = callee.expr if isinstance(callee, MemberExpr) else None
    return collection.expr if isinstance(collection, MemberExpr) else None


def _is_made_here(store: Store, container: Value) -> bool:
    return (
        bool(container)
        and len(objects(container)) == len(container)
        and all(
            isinstance(store.heap.get(identity), ContainerFacts) and identity.kind == "container"
            for identity in objects(container)
        )
    )


def closed_call(store: Store, instruction: Call, values: Iterable[Value], package: str) -> None:
    """A call of the standard library's or SQLAlchemy's: it may keep a session, or call a method that it is given."""
    name = getattr(getattr(instruction.node, "callee", None), "name", "")
    if name in BY_NAME:
        work.may_write(store)
    if package == "builtins" and name != "getattr":
        return
    sessions = {item for value in values for item in _sessions_in(store, value)}
    if package not in QUIET:
        sessions |= work.of_instances(store, reachable(store, values))
    work.share(store, sessions)
    work.pass_time(store)


def _sessions_in(store: Store, value: Value) -> Iterator[ObjectId]:
    """The sessions among a value, and those that its methods are bound to."""
    for atom in value:
        if isinstance(atom, Method):
            yield from objects(atom.receiver)
        elif isinstance(atom, ObjectId) and store.session(atom) is not None:
            yield atom


def loaded(world: World, store: Store, owner: Value, instruction: LoadAttribute) -> None:
    """An attribute of an instance is read, which may be loaded for that."""
    found = [store.heap.get(identity) for identity in objects(owner)]
    if not any(isinstance(facts, InstanceFacts) for facts in found):
        return
    node = instruction.node
    info = info_of(world.type(node.expr)) if isinstance(node, MemberExpr) else None
    related = info is None or isinstance(world.shapes.of(attribute_type(info, instruction.name)), RELATED)
    work.read_attribute(store, owner, related)
