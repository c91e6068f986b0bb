"""Functions of the module that is checked: which one a call certainly runs."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from mypy.nodes import (
    NOT_ABSTRACT,
    CallExpr,
    Decorator,
    EllipsisExpr,
    Expression,
    ExpressionStmt,
    FuncDef,
    FuncItem,
    GeneratorExpr,
    MemberExpr,
    MypyFile,
    RaiseStmt,
    RefExpr,
    SuperExpr,
    SymbolNode,
    SymbolTable,
    TypeInfo,
)

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.values import Atom, Function, Value
from mypy_session_plugin.mypy_compat.types import Types, Waiting, class_named_by, info_of

#: Decorators that leave the body to be what a call runs.
TRANSPARENT = frozenset({"builtins.staticmethod", "builtins.classmethod", "functools.wraps"})
#: The same, but the body runs only with the first call of its arguments.
CACHING = frozenset({"functools.lru_cache", "functools.cache"})
#: What makes a context manager of a generator function.
MANAGING = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
#: The bodies of code that runs elsewhere are read so deep into the functions of the module that they call.
MAXIMUM_DEPTH = 3


class Binding(Enum):
    """What takes the first parameter of a function that is called."""

    NOTHING = "nothing"
    RECEIVER = "receiver"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Callee:
    """The function of this module that a call runs.

    `cached`: the body runs only with the first call.  `manages`: its call makes a context manager.
    """

    function: FuncDef
    binding: Binding
    cached: bool
    manages: bool

    @property
    def is_lazy(self) -> bool:
        """Whether the call itself runs nothing: the body runs while it is gone through, or entered and left."""
        return self.function.is_generator or self.function.is_async_generator


class Functions:
    """Finds the callees of calls in one module."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self._classes: list[TypeInfo] | None = None

    def called(self, call: CallExpr) -> Callee | None:
        """The function of this module that a call certainly runs, by the syntax and the types."""
        callee = call.callee
        if isinstance(callee, SuperExpr):
            return None
        if isinstance(callee, RefExpr) and isinstance(callee.node, FuncDef | Decorator):
            definition: SymbolNode = callee.node
            function = _function(definition)
            return self._callee(definition, Binding.NOTHING) if function is not None and not function.info else None
        return self._method(callee) if isinstance(callee, MemberExpr) else None

    def given(self, value: Value) -> Callee | None:
        """The function of this module that a value certainly is, if it is one without anything of its own."""
        atom = next(iter(value)) if len(value) == 1 else None
        if not isinstance(atom, Function) or not is_bare(atom) or not isinstance(atom.node, FuncDef):
            return None
        function = atom.node
        is_plain = not (function.is_decorated or function.info or is_local(function))
        return self._callee(function, Binding.NOTHING) if is_plain else None

    def _method(self, callee: MemberExpr) -> Callee | None:
        type_ = self._types.of(callee.expr)
        named = class_named_by(type_)
        info = named or info_of(type_)
        found = self.method_of(info, callee.name) if info is not None else None
        return None if found is not None and found.binding is Binding.RECEIVER and named is not None else found

    def method_of(self, info: TypeInfo, name: str) -> Callee | None:
        """The method of a class by a name, if its body is in view and no other class of the module has its own."""
        entry = info.get(name)
        function = _function(entry.node) if entry is not None else None
        if entry is None or entry.node is None or function is None:
            return None
        if function.info.is_protocol or self._is_overridden(info, function):
            return None
        binding = Binding.CLASS if function.is_class else Binding.RECEIVER
        return self._callee(entry.node, Binding.NOTHING if function.is_static else binding)

    def _is_overridden(self, info: TypeInfo, function: FuncDef) -> bool:
        """Whether a subclass in this module has a method of its own; other modules' are taken to do as this one."""
        if self._classes is None:
            self._classes = list(_classes(self._types.tree.names))
        return any(
            function.name in other.names and other is not info and info in other.mro and other is not function.info
            for other in self._classes
        )

    def _callee(self, definition: SymbolNode, binding: Binding) -> Callee | None:
        function = _function(definition)
        if function is None or not self._is_known(function):
            return None
        decorators = definition.original_decorators if isinstance(definition, Decorator) else []
        names = {decorator_name(decorator) for decorator in decorators}
        if not names <= TRANSPARENT | CACHING | MANAGING:
            return None
        return Callee(function, binding, bool(names & CACHING), bool(names & MANAGING))

    def _is_known(self, function: FuncDef) -> bool:
        """Whether the body stands in this module, is the only one of its name, and has types."""
        if function.abstract_status != NOT_ABSTRACT or function.is_overload or function.is_property:
            return False
        is_one_of_several = function.is_conditional and not is_local(function)
        if is_one_of_several or function.type is None or not is_here(self._types.tree, function):
            return False
        return not _is_stub(function) and self.has_types(function)

    def has_types(self, function: FuncDef) -> bool:
        """Whether the body of a function has its final types.  Raises `Waiting` where it will have them later.

        The bodies of functions without annotations, and of those with constrained type variables, never have types.
        """
        if self._types.is_deferred(function):
            raise Waiting
        known = self._types.is_checked(function)
        if not known:
            self._types.wait_for(function)
        return known


def _function(definition: object) -> FuncDef | None:
    function = definition.func if isinstance(definition, Decorator) else definition
    return function if isinstance(function, FuncDef) else None


def is_bare(function: Function) -> bool:
    """Whether a function names nothing of the function around it, and has no defaults."""
    return not (function.captured or function.defaults)


def is_generator_expression(atom: Atom) -> bool:
    """Whether an atom is a generator expression that waits: its code runs where it is gone through."""
    return isinstance(atom, Function) and isinstance(atom.node, GeneratorExpr)


def is_local(function: FuncDef) -> bool:
    """Whether a function is defined inside another: its value tells which definition is called."""
    return not function.info and "." not in function.fullname


def _is_stub(function: FuncDef) -> bool:
    """Whether the body says nothing of what the function does: `...`, or that it is for others to write."""
    last = function.body.body[-1] if function.body.body else None
    if isinstance(last, ExpressionStmt):
        return isinstance(last.expr, EllipsisExpr)
    raised = last.expr if isinstance(last, RaiseStmt) else None
    name = raised.callee if isinstance(raised, CallExpr) else raised
    return isinstance(name, RefExpr) and name.fullname == "builtins.NotImplementedError"


def is_here(tree: MypyFile, function: FuncItem) -> bool:
    """Whether the body stands in the module that is checked: what mypy has from its cache has none, nor arguments."""
    if not hasattr(function, "arguments"):
        return False
    if function.info:
        return function.info.module_name == tree.fullname
    module, _, _name = function.fullname.rpartition(".")
    return not module or module == tree.fullname


def decorator_name(decorator: Expression) -> str:
    """The full name of a decorator, or of what makes it; empty for what is no name."""
    called = decorator.callee if isinstance(decorator, CallExpr) else decorator
    return called.fullname if isinstance(called, RefExpr) else ""


def _classes(names: SymbolTable) -> Iterator[TypeInfo]:
    for entry in names.values():
        if isinstance(entry.node, TypeInfo) and entry.node.names is not names:
            yield entry.node
