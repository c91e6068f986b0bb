"""What mypy inferred: the types of expressions and what follows from them for control flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mypy.checker import TypeChecker
from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    FuncItem,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    RefExpr,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypeType,
    TypeVarType,
    UnboundType,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

from mypy_session_plugin.facts.effects import PHANTOM_MODULE
from mypy_session_plugin.mypy_compat.phases import bodies_follow, check_too, is_update
from mypy_session_plugin.mypy_compat.units import Unit, units_of

#: What the generator functions under `contextmanager` and `asynccontextmanager` become.
MANAGERS = frozenset({"contextlib._GeneratorContextManager", "contextlib._AsyncGeneratorContextManager"})

#: The modules that define exceptions, and those from which programs take them.
_ERRORS = {
    "sqlalchemy.exc": "sqlalchemy.exc",
    "sqlalchemy.orm.exc": "sqlalchemy.orm.exc",
    "builtins": "builtins",
    "pydantic_core._pydantic_core": "pydantic",
}


class Waiting(Exception):
    """The types of a body are needed that mypy has not checked yet: what needs them is analysed when it has.

    `unasked` is that function, or the top level, if mypy comes to it only when it is asked to.
    """

    def __init__(self, unasked: Unit | None = None) -> None:
        super().__init__()
        self.unasked = unasked


class Types:
    """The type map of a running checker (mypy keeps the last visit's, narrowed types).

    `is_called` tells of a class whether calling its objects has a meaning.  `exhausts` tells of what is called, by the
    full name of its class or module and its own, whether it goes through the argument of a call at a position.
    `nodes_of` goes through the nodes of a body.
    """

    def __init__(
        self,
        checker: TypeChecker,
        is_called: Callable[[TypeInfo], bool],
        exhausts: Callable[[str, str, CallExpr, int], bool],
        nodes_of: Callable[[Node], Iterable[Node]],
    ) -> None:
        self._checker = checker
        self._is_called = is_called
        self._exhausts = exhausts
        self._nodes_of = nodes_of
        # More than one map is a speculative check, inside which no probe fires on the mypy versions that were tested.
        (self._map,) = checker._type_maps
        self._tree = checker.tree
        self._checked: set[FuncDef] = set()
        self._asked_for: set[Unit] = set()
        self._units: list[FuncDef] | None = None
        #: Whether any module of this run may write phantom types.
        self.has_phantom_types = PHANTOM_MODULE in checker.modules

    @property
    def tree(self) -> MypyFile:
        """The module that is being checked."""
        return self._tree

    def is_current(self) -> bool:
        """Whether the checker still works with the type map and tree that this object reads."""
        return self._map is self._checker._type_maps[0] and self._tree is self._checker.tree

    def of(self, expression: Expression) -> Type | None:
        """The type of an expression as mypy keeps it, aliases included; None where it has none.

        Raises `Waiting` if it stands in a function that mypy has not checked.
        """
        found = self._map.get(expression)
        if found is None:
            self._missed(expression)
        return found

    def proper(self, expression: Expression) -> ProperType | None:
        """The type of an expression with aliases expanded; None where it has none."""
        found = self.of(expression)
        return None if found is None else get_proper_type(found)

    def is_typed(self, expression: Expression) -> bool:
        """Whether mypy has visited the expression: what it has not is unreachable."""
        return expression in self._map

    def is_deferred(self, unit: Unit) -> bool:
        """Whether mypy checks the unit once more: its types are not final."""
        again = (deferred.node for deferred in self._checker.deferred_nodes)
        return any(node is unit or getattr(node, "func", None) is unit for node in again)

    def is_checked(self, function: FuncDef) -> bool:
        """Whether an expression of a body has a type, or none needs one."""
        if function not in self._checked and self._has_types(function):
            self._checked.add(function)
        return function in self._checked

    def _has_types(self, function: FuncDef) -> bool:
        needed = False
        for node in self._nodes_of(function.body):
            if isinstance(node, Expression) and node in self._map:
                return True
            needed = needed or isinstance(node, CallExpr | NameExpr)
        return not needed

    def wait_for(self, unit: Unit) -> None:
        """Raises `Waiting` if mypy comes to a function, or the top level, that it has not checked, or can be asked to.

        The bodies of functions without annotations never have types.
        """
        if self.is_deferred(unit):
            raise Waiting
        if isinstance(unit, FuncDef):
            if bodies_follow(self._checker):
                raise Waiting
            if unit.is_dynamic() and not self._checker.options.check_untyped_defs:
                return
        if is_update(self._checker) and unit not in self._asked_for:
            raise Waiting(unit)

    def ask_for(self, unit: Unit) -> None:
        """Have mypy check a function too, or the top level."""
        self._asked_for.add(unit)
        check_too(self._checker, unit)

    def _missed(self, expression: Expression) -> None:
        """An expression has no type: mypy never gives it one, or has not come to the function in which it stands."""
        if not (bodies_follow(self._checker) or is_update(self._checker)):
            return
        if self._units is None:
            self._units = [unit for unit, _classes in units_of(self._tree) if isinstance(unit, FuncDef)]
        for function in self._units:
            is_inside = function.line <= expression.line <= (function.end_line or function.line)
            if is_inside and not self.is_checked(function):
                self.wait_for(function)

    def never_returns(self, call: CallExpr) -> bool:
        """Whether the call's type says that it does not come back (`NoReturn`, `Never`)."""
        return isinstance(self.proper(call), UninhabitedType)

    def is_callable_object(self, callee: Expression) -> bool:
        """Whether what is called is an object of a class whose calls have a meaning."""
        info = info_of(self.of(callee))
        return info is not None and self._is_called(info)

    def calls_generator(self, expression: Expression) -> bool:
        """Whether the expression is a call of a generator function, or of an asynchronous one."""
        callee = expression.callee if isinstance(expression, CallExpr) else None
        node = callee.node if isinstance(callee, RefExpr) else None
        if isinstance(callee, MemberExpr) and node is None:
            owner = self.of(callee.expr)
            info = class_named_by(owner) or info_of(owner)
            entry = info.get(callee.name) if info is not None else None
            node = entry.node if entry is not None else None
        function = node.func if isinstance(node, Decorator) else node
        return isinstance(function, FuncDef) and (function.is_generator or function.is_async_generator)

    def is_function_here(self, expression: Expression) -> bool:
        """Whether the expression names a function of the module, of which its body tells all.

        Phantom types say more than the body does.
        """
        from mypy_session_plugin.mypy_compat.signatures import has_phantom_signature

        function = expression.node if isinstance(expression, NameExpr) else None
        is_here = isinstance(function, FuncDef) and function.fullname.rpartition(".")[0] in ("", self._tree.fullname)
        return is_here and not has_phantom_signature(function)

    def is_list(self, expression: Expression) -> bool:
        """Whether the expression is a list of Python's own."""
        info = info_of(self.of(expression))
        return info is not None and info.fullname == "builtins.list"

    def goes_through(self, call: CallExpr, position: int) -> bool:
        """Whether a call certainly goes through its argument at a position before it returns."""
        owner, name = self._called(call.callee)
        return bool(owner) and self._exhausts(owner, name, call, position)

    def _called(self, callee: Expression) -> tuple[str, str]:
        """The full name of the class or module that defines what is called, and its name there; empty if not known."""
        node = callee.node if isinstance(callee, RefExpr) else None
        if isinstance(node, TypeInfo):
            return node.fullname, "__init__"
        if node is not None:
            owner, _, name = node.fullname.rpartition(".")
            return owner, name
        if not isinstance(callee, MemberExpr):
            return "", ""
        type_ = self.of(callee.expr)
        info = class_named_by(type_) or info_of(type_)
        bases = info.mro if info is not None else ()
        return next((base.fullname for base in bases if callee.name in base.names), ""), callee.name

    def may_suppress(self, manager: Expression, is_async: bool) -> bool:
        """Whether leaving the context manager may swallow an exception, by the same reading as mypy's.

        An `__exit__` that is declared to return `bool` may; so may one of unknown type.  What a generator function
        does tells its code.
        """
        found = self.proper(manager)
        if isinstance(found, UnionType) or is_manager(found):
            return True
        info = info_of(found)
        if info is None:
            return True
        method = info.get("__aexit__" if is_async else "__exit__")
        if method is None or method.type is None:
            return info.fallback_to_any
        signature = get_proper_type(method.type)
        if isinstance(signature, Overloaded):
            return any(_is_bool(_result(item, is_async)) for item in signature.items)
        return not isinstance(signature, CallableType) or _is_bool(_result(signature, is_async))

    def lookup(self, full_name: str) -> SymbolNode | None:
        """The definition of a full name, or None."""
        module, _, name = full_name.rpartition(".")
        tree = self._checker.modules.get(module)
        entry = tree.names.get(name) if tree is not None else None
        return None if entry is None else entry.node

    def class_of(self, full_name: str) -> TypeInfo | None:
        """The class of a full name; None for everything else."""
        node = self.lookup(full_name)
        return node if isinstance(node, TypeInfo) else None

    def errors(self, names: Iterable[str]) -> frozenset[str]:
        """The full names of exceptions, each of which may be raised, and of their bases."""
        return frozenset().union(*map(self.error, names))

    def error(self, name: str) -> frozenset[str]:
        """The full names of an exception of SQLAlchemy's, of pydantic's or of Python's own, and of its bases."""
        for module, public in _ERRORS.items():
            info = self.class_of(f"{module}.{name}")
            if info is not None:
                return frozenset({f"{public}.{name}", *(base.fullname for base in info.mro)})
        return frozenset({f"sqlalchemy.exc.{name}"})


def _result(signature: CallableType, is_async: bool) -> ProperType:
    result = get_proper_type(signature.ret_type)
    if is_async and isinstance(result, Instance) and result.args:
        return get_proper_type(result.args[-1])
    return result


def _is_bool(result: ProperType) -> bool:
    if isinstance(result, AnyType):
        return True
    if isinstance(result, LiteralType):
        return result.value is True
    return isinstance(result, Instance) and result.type.fullname == "builtins.bool"


def info_of(type_: Type | None) -> TypeInfo | None:
    """The class whose instances have the type: through type variables' bounds and literals; None for all else."""
    if type_ is None:
        return None
    proper = get_proper_type(type_)
    match proper:
        case Instance():
            return proper.type
        case TypeVarType():
            return info_of(proper.upper_bound) if not proper.values else None
        case LiteralType():
            return proper.fallback.type
        case TupleType():
            return proper.partial_fallback.type
        case _:
            return None


def class_named_by(type_: Type | None) -> TypeInfo | None:
    """The class that a class object of this type is: `type[User]`, or the class itself as a callable."""
    if type_ is None:
        return None
    proper = get_proper_type(type_)
    match proper:
        case TypeType():
            return info_of(proper.item)
        case CallableType() if proper.is_type_obj():
            return proper.type_object()
        case Overloaded() if proper.is_type_obj():
            return proper.type_object()
        case _:
            return None


def is_manager(type_: Type | None) -> bool:
    """Whether a value is what `contextmanager` or `asynccontextmanager` makes of a generator function's call."""
    proper = get_proper_type(type_) if type_ is not None else None
    return isinstance(proper, Instance) and proper.type.fullname in MANAGERS


def union_items(type_: Type) -> Iterator[Type]:
    """The items of a union, aliases of ours kept; the type itself where it is none."""
    proper = get_proper_type(type_)
    if isinstance(proper, UnionType):
        for item in proper.items:
            yield from union_items(item)
    else:
        yield type_


def is_recursive(type_: Type | None) -> bool:
    """Whether a type is an alias that is defined by itself: who follows its parts must stop there."""
    return isinstance(type_, TypeAliasType) and type_.is_recursive


def is_any(type_: Type | None) -> bool:
    """Whether nothing is known of a value of this type."""
    return type_ is None or isinstance(get_proper_type(type_), (AnyType, UnboundType))


def is_method(type_: Type | None) -> bool:
    """Whether a value of the type is a function or method."""
    proper = None if type_ is None else get_proper_type(type_)
    return isinstance(proper, (CallableType, Overloaded)) and not proper.is_type_obj()


def is_none(type_: Type) -> bool:
    """Whether the type is that of None."""
    return isinstance(get_proper_type(type_), NoneType)


def is_optional(type_: Type | None) -> bool:
    """Whether a value of the type may be None."""
    return type_ is not None and any(is_none(item) for item in union_items(type_))


def parameters_of(function: FuncItem) -> Iterator[tuple[Var, Type | None]]:
    """The parameters of a function of the checked code, with their declared types, aliases kept."""
    signature = function.type
    declared = signature.arg_types if isinstance(signature, CallableType) else []
    for position, argument in enumerate(function.arguments):
        yield argument.variable, declared[position] if position < len(declared) else None
