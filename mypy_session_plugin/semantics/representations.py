"""`repr(x)`, `f"{x}"`, `print(x)` and their like: the `__repr__` of a mapped dataclass reads the attributes it shows.

They are read in the order of the class body, and the first that cannot be read ends that.
Source: https://docs.sqlalchemy.org/en/20/orm/dataclasses.html#declarative-dataclass-mapping
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mypy.nodes import (
    Context,
    DictExpr,
    Expression,
    IndexExpr,
    IntExpr,
    ListExpr,
    MemberExpr,
    OpExpr,
    SetExpr,
    TupleExpr,
    TypeInfo,
)

from mypy_session_plugin.facts.objects import ContainerFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value, objects
from mypy_session_plugin.flow.formats import Showing, is_text_format, shown_by
from mypy_session_plugin.flow.graph import Call, Operation
from mypy_session_plugin.semantics import attribute_reads, sessions
from mypy_session_plugin.semantics.dataclass_fields import METHOD, fields_shown, may_be_of_subclass
from mypy_session_plugin.semantics.events import Reader
from mypy_session_plugin.semantics.instances import facts_in
from mypy_session_plugin.semantics.world import World

#: What shows its elements by their `__repr__`.
_DISPLAYS = frozenset({"dict", "list", "set", "tuple"})
#: How deep containers in containers are looked into.
_DEPTH = 3


def shown_by_call(world: World, store: Store, instruction: Call) -> bool:
    """Whether a call does no more than to show what it is given, after what that reads."""
    showings = list(shown_by(instruction.node))
    _show_given(
        world, store, instruction.node, showings, {item.node: store.value(item.value) for item in instruction.arguments}
    )
    return bool(showings)


def shown_by_operation(world: World, store: Store, instruction: Operation) -> bool:
    """Whether an operation is `"%s" % x` or `"%s" % (x, y)`, which only shows, after what that reads."""
    node = instruction.node
    if not isinstance(node, OpExpr) or not is_text_format(node):
        return False
    right = store.value(instruction.operands[-1])
    held, given = _held(store, right), {node.right: right}
    if held is not None:
        # Of a tuple that is not written here nobody knows to which place an element goes.
        given = dict(zip(node.right.items, held, strict=True)) if isinstance(node.right, TupleExpr) else {}
    _show_given(world, store, node, shown_by(node), given)
    return True


def _show_given(
    world: World, store: Store, node: Context, showings: Iterable[Showing], given: Mapping[Expression, Value]
) -> None:
    for showing in showings:
        if showing.expression in given:
            _show(world, store, node, showing, given[showing.expression])


def _show(world: World, store: Store, node: Context, showing: Showing, value: Value, depth: int = _DEPTH) -> None:
    held = _held(store, value)
    if held is not None and depth:
        for place, item in enumerate(held):
            element = Showing(_element(showing.expression, place), showing.by, True)
            _show(world, store, node, element, item, depth - 1)
        return
    info = _class_of(world, store, value)
    names = fields_shown(info, showing.by_repr) if info is not None else ()
    if not names or info is None:
        return
    sessions.may_load(store, value)
    by = f"{info.name}.{METHOD}()" if showing.by == "repr()" else f"{info.name}.{METHOD}(), called by {showing.by},"
    for name in names:
        read = MemberExpr(showing.expression, name)
        read.set_line(showing.expression)
        attribute_reads.read_by(world, store, node, value, Reader(read, by, ends=True), info)


def _held(store: Store, value: Value) -> tuple[Value, ...] | None:
    """The items of a container that shows them all; None for everything else."""
    found = objects(value)
    only = store.heap.get(next(iter(found))) if len(found) == len(value) == 1 else None
    return only.fixed if isinstance(only, ContainerFacts) and only.kind in _DISPLAYS else None


def _element(container: Expression, place: int) -> Expression:
    """How a message names an item of a container."""
    if isinstance(container, (ListExpr, SetExpr, TupleExpr)):
        return container.items[place]
    if isinstance(container, DictExpr):
        return container.items[place][1]
    element = IndexExpr(container, IntExpr(place))
    element.set_line(container)
    return element


def _class_of(world: World, store: Store, value: Value) -> TypeInfo | None:
    """The one class of which a value certainly is an instance, and of no subclass."""
    instances = facts_in(store, value)
    names = {facts.class_name for facts in instances}
    if len(instances) != len(value) or len(names) != 1:
        return None
    info = world.types.class_of(names.pop())
    is_exact = info is not None and (all(facts.constructed for facts in instances) or not may_be_of_subclass(info))
    return info if is_exact else None
