"""What a call is expected to give, where its own type is Any: the annotation that its result is assigned to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.nodes import AssignmentStmt, CallExpr, CastExpr, Context, NameExpr, TypeInfo, Var
from mypy.types import Type

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.mypy_compat.types import info_of, is_any
from mypy_session_plugin.semantics.binding import is_phantom
from mypy_session_plugin.semantics.closed_modules import CLOSED_MODULES
from mypy_session_plugin.semantics.shapes import PHANTOM_STATES
from mypy_session_plugin.semantics.world import World

#: By these a class says itself how its copies are made.
COPYING = frozenset({"__reduce__", "__reduce_ex__", "__setstate__", "__getnewargs__", "__getnewargs_ex__", "__new__"})


def expected(world: World, overloads: Sequence[FunctionStub], node: Context) -> Type | None:
    """The type of a call; of one whose state the stub says, and whose class only the author, that which is written."""
    found = world.type(node)
    if not is_any(found) or not any(map(_leaves_the_class_open, overloads)):
        return found
    written = list(_written(world, node))
    info = info_of(written[0]) if len(written) == 1 else None
    return written[0] if info is not None and not _copies_itself(info) else found


def _leaves_the_class_open(stub: FunctionStub) -> bool:
    """Whether the result is said to be in a state, and nothing that is given says of which class."""
    if is_phantom(stub.returns) not in PHANTOM_STATES:
        return False
    variable = stub.returns.arguments[0].name
    return "." not in variable and not any(variable in item.annotation.names for item in stub.parameters)


def _written(world: World, node: Context) -> Iterator[Type]:
    for item in world.nodes:
        match item:
            case AssignmentStmt(lvalues=[NameExpr(node=Var() as variable)], rvalue=value) if value is node:
                if item.unanalyzed_type is not None and variable.type is not None:
                    yield variable.type
            case CallExpr(analyzed=CastExpr(expr=value, type=type_)) if value is node:
                yield type_


def _copies_itself(info: TypeInfo) -> bool:
    own = (base for base in info.mro if base.module_name.partition(".")[0] not in CLOSED_MODULES)
    return any(not COPYING.isdisjoint(base.names) for base in own)
