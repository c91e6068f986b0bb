"""Functions that touch nothing: one look at the syntax tells that a call of one reaches no session and no instance.

Such a function reads, computes and gives back a value that can hold neither; it stores, yields and passes on nothing
of what it was given, and calls only what touches nothing itself: the standard library, expressions of SQLAlchemy, and
other such functions of the module.
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    ARG_POS,
    AssignmentExpr,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    Decorator,
    DelStmt,
    DictExpr,
    DictionaryComprehension,
    Expression,
    ForStmt,
    FuncDef,
    FuncItem,
    GeneratorExpr,
    GlobalDecl,
    ImportBase,
    IndexExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    NonlocalDecl,
    OperatorAssignmentStmt,
    RefExpr,
    SetComprehension,
    SetExpr,
    StarExpr,
    SuperExpr,
    TypeInfo,
    WithStmt,
    YieldExpr,
    YieldFromExpr,
)
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    Overloaded,
    TupleType,
    Type,
    TypeAliasType,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

from mypy_session_plugin.flow.syntax import bound_names, descendants
from mypy_session_plugin.mypy_compat.types import Types, class_named_by, info_of
from mypy_session_plugin.semantics.closed_modules import CLOSED_MODULES
from mypy_session_plugin.semantics.functions import Functions
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.mapped import MappedClasses

#: What runs other code, or changes what its caller has.
_FORBIDDEN = (
    AwaitExpr,
    DelStmt,
    Decorator,
    GlobalDecl,
    ImportBase,
    NonlocalDecl,
    SuperExpr,
    WithStmt,
    YieldExpr,
    YieldFromExpr,
)
#: SQLAlchemy's modules that only build expressions.
_EXPRESSIONS = (
    "sqlalchemy.sql.",
    "sqlalchemy.orm.attributes",
    "sqlalchemy.orm.base",
    "sqlalchemy.orm.strategy_options",
)
#: Methods of the builtins that keep what they are given, or change what they are called on.
_MUTATING = frozenset(
    {
        "append",
        "extend",
        "insert",
        "add",
        "update",
        "setdefault",
        "remove",
        "discard",
        "pop",
        "popitem",
        "clear",
        "sort",
    }
    | {"reverse", "appendleft", "extendleft", "popleft", "rotate", "__setitem__", "__delitem__"}
)
#: What makes a container of its own.
_FRESH = (ListExpr, SetExpr, DictExpr, ListComprehension, SetComprehension, DictionaryComprehension)
_CONTAINERS = frozenset({"builtins.list", "builtins.set", "builtins.dict", "collections.defaultdict"})
#: Functions that store or run what they are given.
_RUNNING = frozenset({"setattr", "delattr", "exec", "eval", "next", "iter", "map", "filter", "super", "__import__"})
#: Functions that go through what they are given.
_ITERATING = frozenset(
    f"builtins.{name}"
    for name in ("list", "tuple", "set", "frozenset", "dict", "sorted", "any", "all", "sum", "min", "max", "enumerate")
) | {"builtins.zip", "builtins.reversed"}
#: The modules whose classes hold plain values, and what their type arguments say.
_PLAIN_MODULES = frozenset(
    {
        "builtins",
        "collections",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "pathlib",
        "re",
        "typing",
        "uuid",
        "zoneinfo",
    }
)
_OPEN = frozenset({"builtins.object", "builtins.function", "builtins.type", "builtins.BaseException"})


#: What mypy puts into the names of classes inside functions: their methods get at the variables around them.
LOCAL = "@"


class Untouched:
    """Tells which functions of a module touch nothing; `types` has the types of its bodies."""

    def __init__(self, types: Types, functions: Functions, library: Library, mapped: MappedClasses) -> None:
        self._types = types
        self._functions = functions
        self._library = library
        self._mapped = mapped
        self._known: dict[FuncDef, bool] = {}

    def touches_nothing(self, function: FuncDef) -> bool:
        """Whether a call of the function reaches nothing.

        Raises `Waiting` if the body of one that it calls has no types yet.
        """
        known = self._known.get(function)
        if known is None:
            # A function that calls itself touches nothing if nothing else in it does.
            self._known[function] = True
            try:
                known = self._scan(function)
            except Exception:
                self._forget()
                raise
            if not known:
                self._forget()
            self._known[function] = known
        return known

    def _forget(self) -> None:
        """What was said on the assumption that a function touches nothing does not hold."""
        self._known = {function: known for function, known in self._known.items() if not known}

    def _scan(self, function: FuncDef) -> bool:
        if function.is_conditional or function.is_coroutine or function.is_generator:
            return False
        if function.info and LOCAL in function.info.fullname:
            return False
        if not self._is_plain(_returned(function)):
            return False
        fresh = _fresh_variables(function)
        return all(self._is_harmless(node, fresh) for node in descendants(function.body, into_functions=True))

    def _is_harmless(self, node: Node, fresh: frozenset[str]) -> bool:
        match node:
            case CallExpr():
                return self._is_harmless_call(node, fresh)
            case AssignmentStmt():
                return all(self._is_own(target, fresh) for target in node.lvalues)
            case OperatorAssignmentStmt():
                return isinstance(node.lvalue, NameExpr) and self._is_plain(self._types.of(node.lvalue))
            case AssignmentExpr():
                return True
            case ForStmt():
                return self._is_own(node.index, fresh) and self._is_gone_through(node.expr)
            case GeneratorExpr() | DictionaryComprehension():
                return all(map(self._is_gone_through, node.sequences))
            case MemberExpr():
                return not self._is_library_object(node.expr)
            case IndexExpr():
                return not self._is_library_object(node.base)
            case FuncItem() if not isinstance(node, LambdaExpr):
                return not (node.is_generator or node.is_coroutine)
            case _:
                return not isinstance(node, _FORBIDDEN)

    def _is_own(self, target: Node, fresh: frozenset[str]) -> bool:
        """Whether an assignment changes only what the function has for itself."""
        if isinstance(target, NameExpr):
            return not (target.fullname and "." in target.fullname)
        if isinstance(target, IndexExpr):
            return isinstance(target.base, NameExpr) and target.base.name in fresh
        if isinstance(target, StarExpr):
            return self._is_own(target.expr, fresh)
        items = getattr(target, "items", None)
        return isinstance(items, list) and all(self._is_own(item, fresh) for item in items)

    def _is_gone_through(self, iterable: Expression) -> bool:
        """Whether going through this runs no query: not a Query or a Result, and not of unknown type."""
        info = info_of(self._types.of(iterable))
        return info is not None and self._is_closed(info) and not self._is_stubbed(info)

    def _is_library_object(self, expression: Expression) -> bool:
        """Whether this is an object of which a stub tells: reading its attributes may do something."""
        info = info_of(self._types.of(expression))
        return info is not None and self._is_stubbed(info)

    def _is_stubbed(self, info: TypeInfo) -> bool:
        return any(self._library.class_stub(base.fullname) is not None for base in info.mro)

    def _is_closed(self, info: TypeInfo) -> bool:
        return info.module_name.partition(".")[0] in CLOSED_MODULES

    def _is_harmless_call(self, call: CallExpr, fresh: frozenset[str]) -> bool:
        if not all(map(self._is_harmless_argument, call.args)):
            return False
        callee = call.callee
        definition = callee.node if isinstance(callee, RefExpr) else None
        iterates = isinstance(callee, RefExpr) and callee.fullname in _ITERATING
        positional = (value for value, kind in zip(call.args, call.arg_kinds, strict=True) if kind == ARG_POS)
        if iterates and not all(map(self._is_gone_through, positional)):
            return False
        if isinstance(definition, TypeInfo):
            return self._is_harmless_class(definition)
        found = self._functions.called(call)
        if found is not None:
            return not found.manages and self.touches_nothing(found.function)
        if isinstance(callee, MemberExpr) and not isinstance(definition, FuncDef | Decorator):
            return self._is_harmless_method(callee, call, fresh)
        return isinstance(callee, RefExpr) and self._is_harmless_function(callee.fullname)

    def _is_harmless_argument(self, argument: Expression) -> bool:
        """Whether an argument is nothing that the callee can run; a lambda's body is looked at by itself."""
        if isinstance(argument, LambdaExpr):
            return True
        if isinstance(argument, RefExpr) and isinstance(argument.node, TypeInfo):
            return self._is_harmless_class(argument.node) or argument.node.is_newtype
        type_ = self._types.of(argument)
        proper = get_proper_type(type_) if type_ is not None else None
        if isinstance(argument, RefExpr) and isinstance(argument.node, FuncDef):
            return self._functions.has_types(argument.node) and self.touches_nothing(argument.node)
        runs = isinstance(proper, CallableType | Overloaded) or self._is_library_object(argument)
        return proper is not None and not runs

    def _is_harmless_class(self, info: TypeInfo) -> bool:
        """Whether making an object of a class only keeps what it is given in it."""
        if self._is_stubbed(info) or self._mapped.is_mapped(info) or info.fallback_to_any:
            return False
        for base in info.mro:
            for name in ("__init__", "__new__", "__post_init__"):
                symbol = base.names.get(name)
                if symbol is not None and not symbol.plugin_generated:
                    return base.module_name.partition(".")[0] in CLOSED_MODULES - {"sqlalchemy"}
        return True

    def _is_harmless_method(self, callee: MemberExpr, call: CallExpr, fresh: frozenset[str]) -> bool:
        if callee.fullname and "." in callee.fullname and isinstance(callee.expr, RefExpr):
            return self._is_harmless_function(callee.fullname)
        type_ = self._types.of(callee.expr)
        info = info_of(type_) or class_named_by(type_)
        if info is None or self._is_stubbed(info):
            return False
        base = next((base for base in info.mro if callee.name in base.names), None)
        if base is None or not self._is_harmless_module(base.module_name):
            return False
        if callee.name in _MUTATING:
            own = isinstance(callee.expr, NameExpr) and callee.expr.name in fresh
            return own or base.fullname == "builtins.str"
        return True

    def _is_harmless_function(self, full_name: str) -> bool:
        module, _, name = full_name.rpartition(".")
        if not module or self._library.function(full_name) is not None or name in _RUNNING:
            return False
        return self._is_harmless_module(module)

    def _is_harmless_module(self, module: str) -> bool:
        if module.startswith(_EXPRESSIONS):
            return True
        return module.partition(".")[0] in CLOSED_MODULES - {"sqlalchemy"}

    def _is_plain(self, type_: Type | None, seen: frozenset[object] = frozenset()) -> bool:
        """Whether a value of the type can hold no instance and no session: numbers, text, and containers of these.

        `seen` are the aliases that the type stands in: one that is defined by itself adds nothing to what it holds.
        """
        if isinstance(type_, TypeAliasType):
            if type_.alias in seen:
                return True
            seen |= {type_.alias}
        proper = get_proper_type(type_) if type_ is not None else None
        match proper:
            case NoneType() | LiteralType() | UninhabitedType():
                return True
            case UnionType() | TupleType():
                return all(self._is_plain(item, seen) for item in proper.items)
            case Instance():
                is_open = any(base.fullname in _OPEN for base in proper.type.mro[:-1])
                known = proper.type.module_name in _PLAIN_MODULES or proper.type.is_enum
                return known and not is_open and all(self._is_plain(item, seen) for item in proper.args)
            case _:
                return False


def _returned(function: FuncDef) -> Type | None:
    signature = function.type
    return signature.ret_type if isinstance(signature, CallableType) else None


def _fresh_variables(function: FuncDef) -> frozenset[str]:
    """The local variables that only ever hold containers that the function has made itself."""
    held: dict[str, list[Node]] = {}
    for target, value in _assignments(function):
        held.setdefault(target, []).append(value)
    parameters = {argument.variable.name for argument in function.arguments}
    return frozenset(name for name, values in held.items() if name not in parameters and all(map(_is_fresh, values)))


def _assignments(function: FuncDef) -> Iterator[tuple[str, Node]]:
    for node in descendants(function.body, into_functions=True):
        if isinstance(node, AssignmentStmt):
            for target in node.lvalues:
                if isinstance(target, NameExpr):
                    yield target.name, node.rvalue
                else:
                    yield from ((part.name, node) for part in bound_names(target))
        elif isinstance(node, ForStmt):
            yield from ((part.name, node) for part in bound_names(node.index))
        elif isinstance(node, AssignmentExpr):
            yield node.target.name, node.value
        elif isinstance(node, FuncItem):
            yield from ((argument.variable.name, node) for argument in node.arguments)


def _is_fresh(value: Node) -> bool:
    if isinstance(value, CallExpr):
        return isinstance(value.callee, RefExpr) and value.callee.fullname in _CONTAINERS
    return isinstance(value, _FRESH)
