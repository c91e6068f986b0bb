"""What the syntax and the types alone say of a call: read once for each call of a graph."""

from __future__ import annotations

from mypy.nodes import CallExpr, Expression, FuncDef, MemberExpr, NameExpr, RefExpr, TypeInfo
from mypy.types import Instance, get_proper_type

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Method, Value, carrier
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of
from mypy_session_plugin.semantics import decorated
from mypy_session_plugin.semantics.closed_modules import CLOSED_MODULES
from mypy_session_plugin.semantics.flask import name_on_extension
from mypy_session_plugin.semantics.functions import Callee
from mypy_session_plugin.semantics.world import World

#: The types of calls that only make a coroutine: it runs when it is awaited.
COROUTINES = ("typing.Coroutine", "types.CoroutineType")
#: The types of calls of generator functions: their bodies run while the generator is gone through.
GENERATORS = frozenset(
    f"typing.{name}"
    for name in ("Generator", "Iterator", "Iterable", "AsyncGenerator", "AsyncIterator", "AsyncIterable")
)


@dataclass(frozen=True, slots=True)
class CallSite:
    """One call.

    `full_name` is that of a callee named directly.  `stubbed_bases` are the classes of a method's receiver that a
    session stub describes, and `overridden` says that a class of the user's has the method before any of them.
    `function` is the stub of a function, `constructs` the class whose constructor is called, `package` where the
    callee is defined.  `runs` is the function of this module that is called, and `touches_nothing` says of it that no
    session and no instance can tell.  `lazy` is `coroutine` or `generator` where the call runs nothing yet, else empty.
    """

    node: CallExpr
    full_name: str
    stubbed_bases: tuple[str, ...]
    overridden: bool
    function: tuple[FunctionStub, ...] | None
    constructs: TypeInfo | None
    package: str
    lazy: str
    runs: Callee | None
    touches_nothing: bool

    @property
    def is_closed(self) -> bool:
        """Whether the callee is the standard library's or SQLAlchemy's."""
        return self.package in CLOSED_MODULES


class CallSites:
    """What is known of each call of one graph, read once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read: dict[Call, CallSite] = {}

    def of(self, instruction: Call) -> CallSite | None:
        """The site of a call; None for one that the syntax makes without writing it."""
        node = instruction.node
        if not isinstance(node, CallExpr):
            return None
        site = self._read.get(instruction)
        if site is None:
            site = self._read[instruction] = read_call(self._world, instruction, node)
        return site

    def package(self, instruction: Call) -> str:
        """Where the callee is defined; empty where that is not known."""
        site = self.of(instruction)
        return "" if site is None else site.package


def called_value(instruction: Call, store: Store) -> Value:
    """The value that is called; for a method, bound to its receiver."""
    if instruction.callee is not None:
        return store.value(instruction.callee)
    receiver = store.value(instruction.receiver) if instruction.receiver is not None else NOTHING_KNOWN
    return carrier(Method(receiver, instruction.method or "", getattr(instruction.node, "callee", None)))


def read_call(world: World, instruction: Call, node: CallExpr) -> CallSite:
    """What is known of a call before any value is."""
    callee = node.callee
    untyped = world.own.untyped.name_of(callee)
    full_name = untyped or (callee.fullname if isinstance(callee, RefExpr) else "")
    info = (
        info_of(world.type(callee.expr)) if instruction.method is not None and isinstance(callee, MemberExpr) else None
    )
    overridden = info is not None and is_overridden(world, info, instruction.method or "")
    stubbed: tuple[str, ...] = ()
    if info is not None and not overridden:
        stubbed = tuple(base.fullname for base in info.mro if world.library.class_stub(base.fullname) is not None)
    elif info is None and isinstance(callee, MemberExpr) and (made := decorated.class_of(world, callee.expr)):
        stubbed = (made,)
    function = None
    if untyped:
        function = world.library.function(untyped)
    elif (
        instruction.method is None
        and full_name
        and not (isinstance(callee, RefExpr) and isinstance(callee.node, TypeInfo))
    ):
        function = world.library.function(full_name)
    on_extension = name_on_extension(world, callee)
    if on_extension is not None:
        function = world.library.function(f"sqlalchemy.orm.{on_extension}")
    constructs = class_named_by(world.type(callee))
    package = "sqlalchemy" if on_extension else _module_of(world, callee, constructs).partition(".")[0]
    runs = world.own.functions.called(node) if constructs is None else None
    harmless = runs is not None and not runs.manages and world.own.untouched.touches_nothing(runs.function)
    lazy = _lazy(world, node, runs)
    return CallSite(node, full_name, stubbed, overridden, function, constructs, package, lazy, runs, harmless)


def is_overridden(world: World, info: TypeInfo, method: str) -> bool:
    """Whether a class of the user's defines the method before any class that a stub describes."""
    for base in info.mro:
        if world.library.class_stub(base.fullname) is not None:
            return False
        if method in base.names and base.module_name.partition(".")[0] not in CLOSED_MODULES:
            return True
    return False


def _lazy(world: World, node: CallExpr, runs: Callee | None) -> str:
    type_ = world.type(node)
    proper = None if type_ is None else get_proper_type(type_)
    name = proper.type.fullname if isinstance(proper, Instance) else ""
    if name in COROUTINES:
        return "coroutine"
    generates = runs is not None and (runs.function.is_generator or runs.function.is_async_generator)
    return "generator" if generates and name in GENERATORS else ""


def _module_of(world: World, callee: Expression, constructs: TypeInfo | None) -> str:
    if constructs is not None:
        return constructs.module_name
    if isinstance(callee, MemberExpr):
        info = info_of(world.type(callee.expr))
        if info is not None:
            return next((base.module_name for base in info.mro if callee.name in base.names), "")
    if isinstance(callee, NameExpr | MemberExpr) and isinstance(callee.node, FuncDef | TypeInfo):
        return callee.node.fullname
    return callee.fullname if isinstance(callee, RefExpr) else ""
