"""Reads and writes of mapped attributes: what the rules see of them, and what is loaded afterwards."""

from __future__ import annotations

from mypy.nodes import Context, Expression, FuncDef, IndexExpr, MemberExpr, TypeInfo

from mypy_session_plugin.facts.loading import Attribute, AttributeKind, Strategy
from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value, objects
from mypy_session_plugin.flow.graph import DeleteAttribute, LoadAttribute, StoreAttribute
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of
from mypy_session_plugin.semantics import loads, sessions
from mypy_session_plugin.semantics.events import AttributeEvent, Reader
from mypy_session_plugin.semantics.instances import facts_in
from mypy_session_plugin.semantics.mapped import has_own
from mypy_session_plugin.semantics.relationships import is_validated
from mypy_session_plugin.semantics.world import World

#: What `inspect()` of an instance gives.
INSTANCE_STATE = "sqlalchemy.orm.state.InstanceState"
#: Kinds of attributes of which an assignment needs to know what was there before.
ASSIGNED_AFTER_A_LOAD = frozenset({AttributeKind.TO_MANY, AttributeKind.RELATED, AttributeKind.UNKNOWN})
#: What gives away how a factory, or the one of a registry, makes sessions.
OPTIONS = frozenset({"kw", "session_factory"})
#: The method that runs where any attribute is read.
EVERY_READ = "__getattribute__"


def _owner_class(world: World, node: Context) -> TypeInfo | None:
    return info_of(world.type(node.expr)) if isinstance(node, MemberExpr) else None


def read(world: World, store: Store, instruction: LoadAttribute, owner: Value) -> None:
    """An attribute is read: let the rules see it, if it is mapped, and follow what that loads.

    A property may load, or read, whatever it likes; a method only where it is called.
    """
    info = _owner_class(world, instruction.node)
    if info is None and _is_of_class(world, instruction.node):
        return
    if info is None:
        # A pattern reads attributes without an expression for each.
        loads.shown(store, objects(owner))
        if not objects(owner):
            loads.doubt_named(store, owner, instruction.name)
        return
    attribute = None if has_own(info, EVERY_READ) else world.shapes.attributes.of(info, instruction.name)
    if attribute is not None:
        reader = _reader(world, instruction.node)
        world.listener(
            AttributeEvent(instruction.node, owner, attribute, info.name, world.raising, reader=reader), store
        )
        loads.read(store, owner, attribute, world.shapes.attribute_sets.group(info, attribute))
        if attribute.is_relationship and is_validated(info, instruction.name):
            # What is put into the collection is validated.
            loads.shown(store, objects(owner))
    elif _is_computed(info, instruction.name):
        loads.shown(store, objects(owner))


def _reader(world: World, read: Context) -> Reader | None:
    """What tells of a read by which loader options its instance is got at; None where it has a name of its own."""
    along = _along(world, read.expr) if isinstance(read, MemberExpr) else ""
    return Reader(read, along=along) if along and isinstance(read, MemberExpr) else None


def _along(world: World, owner: Expression) -> str:
    """The loader options that lead from the instance in `user` to that in `user.posts[0]`, with a dot behind them."""
    while isinstance(owner, IndexExpr):
        owner = owner.base
    attribute = attribute_of(world, owner)
    if attribute is None or not attribute.is_relationship or not isinstance(owner, MemberExpr):
        return ""
    info = _owner_class(world, owner)
    name = f"{info.name if info is not None else ''}.{owner.name}"
    option = "joinedload" if attribute.kind is AttributeKind.TO_ONE else "selectinload"
    return f"{_along(world, owner.expr)}{option}({name})."


def read_in_greenlet(world: World, store: Store, awaiting: Context, read: MemberExpr, owner: Value) -> None:
    """An attribute is read, at a node that waits for it, where an AsyncSession can load it."""
    info, attribute = _owner_class(world, read), attribute_of(world, read)
    if info is not None and attribute is not None:
        event = AttributeEvent(awaiting, owner, attribute, info.name, world.raising, waits=True, reader=Reader(read))
        world.listener(event, store)
        loads.read(store, owner, attribute, world.shapes.attribute_sets.group(info, attribute), waits=True)
    elif info is None or _is_computed(info, read.name):
        loads.shown(store, objects(owner))


def read_by(
    world: World, store: Store, node: Context, owner: Value, reader: Reader, class_: TypeInfo | None = None
) -> None:
    """An attribute is read at a node by what does not name it: let the rules see it, and follow what that loads.

    `class_` is the one of the owner, where its type is not to tell.
    """
    info = class_ or _owner_class(world, reader.read)
    attribute = world.shapes.attributes.of(info, reader.read.name)
    if info is not None and attribute is not None:
        told(world, store, node, owner, reader, info)
        loads.read(store, owner, attribute, world.shapes.attribute_sets.group(info, attribute))
    elif info is None or _is_computed(info, reader.read.name):
        loads.shown(store, objects(owner))


def told(world: World, store: Store, node: Context, owner: Value, reader: Reader, info: TypeInfo) -> None:
    """Let the rules see an attribute that is read, of an instance of this class, by what does not name it."""
    attribute = world.shapes.attributes.of(info, reader.read.name)
    if attribute is not None:
        world.listener(AttributeEvent(node, owner, attribute, info.name, world.raising, reader=reader), store)


def looked_at(store: Store, owner: Value, name: str) -> None:
    """An attribute is read that tells what an instance has loaded, or which session: what follows may depend on it.

    Or it gives away the options of sessions that will be made.
    """
    if name in OPTIONS:
        sessions.forget_settings(store, owner)
    for item in objects(owner):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts) and facts.class_name == INSTANCE_STATE:
            loads.doubt(store, objects(facts.holds))
        elif name == "__dict__":
            loads.doubt(store, [item])


def _is_of_class(world: World, node: Context) -> bool:
    """Whether an attribute is read of a class: `User.name` is no read of any instance."""
    return isinstance(node, MemberExpr) and class_named_by(world.type(node.expr)) is not None


def may_load(world: World, store: Store, node: Context, owner: Value, failing: bool = False) -> None:
    """An attribute is read: its session flushes before, and that may fail, if it is not certainly loaded."""
    if not _is_there(world, store, node, owner):
        sessions.may_load(store, owner, failing)


def _is_there(world: World, store: Store, node: Context, owner: Value) -> bool:
    instances = facts_in(store, owner)
    if not instances or len(instances) != len(owner):
        return False
    attribute = attribute_of(world, node)
    return attribute is not None and loads.are_loaded(instances, attribute)


def runs_code(world: World, info: TypeInfo, name: str) -> bool:
    """Whether an attribute is no mapped one, and runs code when it is read."""
    return world.shapes.attributes.of(info, name) is None and _is_computed(info, name)


def _is_computed(info: TypeInfo, name: str) -> bool:
    """Whether an attribute that is not mapped runs code when it is read."""
    entry = info.get(name)
    if entry is None or has_own(info, EVERY_READ):
        return has_own(info, "__getattr__", EVERY_READ)
    return not isinstance(entry.node, FuncDef)


def written(world: World, store: Store, instruction: StoreAttribute) -> None:
    """An attribute is assigned: of a mapped one that is its value from now on.

    What a collection held is loaded first, and what a primary key was, if that is expired.  A method that validates the
    value reads, and assigns, what it likes.
    """
    info = _owner_class(world, instruction.node)
    if info is not None and is_validated(info, instruction.name):
        loads.doubt(store, objects(store.value(instruction.object)))
    owner, attribute = store.value(instruction.object), attribute_of(world, instruction.node)
    if attribute is not None and attribute.kind in ASSIGNED_AFTER_A_LOAD:
        if attribute.kind is AttributeKind.TO_MANY and isinstance(instruction.node, MemberExpr):
            read_by(world, store, instruction.node, owner, Reader(instruction.node, "the assignment"))
        else:
            loads.read(store, owner, attribute)
    elif attribute is not None and attribute.primary_key and isinstance(instruction.node, MemberExpr):
        read_by(world, store, instruction.node, owner, Reader(instruction.node, "the assignment"))
    elif attribute is not None and attribute.primary_key is not False:
        loads.shown(store, objects(owner))
    loads.written(store, owner, instruction.name, attribute is None or attribute.strategy is Strategy.EAGER)


def deleted(store: Store, instruction: DeleteAttribute) -> None:
    """`del instance.attribute`."""
    loads.doubt_named(store, store.value(instruction.object), instruction.name)


def attribute_of(world: World, node: Context) -> Attribute | None:
    """The mapped attribute that an expression reads; None for every other one."""
    info = _owner_class(world, node)
    return world.shapes.attributes.of(info, node.name) if isinstance(node, MemberExpr) else None
