"""The signature of what a call calls, with the aliases that its author wrote.

The value of a call is plain `T` to mypy; the aliases are in the type of the callee.  Some decorators lose them there
(`contextmanager`, `lru_cache`): then they are in the signature of the function that is decorated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mypy.erasetype import erase_typevars
from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import (
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    OverloadedFuncDef,
    RefExpr,
    SuperExpr,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.subtypes import is_same_type, is_subtype
from mypy.typeops import get_all_type_vars
from mypy.types import AnyType, CallableType, Instance, Overloaded, ProperType, Type, TypeOfAny, get_proper_type

from mypy_session_plugin.mypy_compat.signatures import has_phantom_type, is_declared
from mypy_session_plugin.mypy_compat.types import Types, info_of, is_manager

#: What tells, for one signature, which argument goes to which parameter; None if they do not fit.
Assign = Callable[[CallableType], "Sequence[tuple[int, Expression]] | None"]


#: Modules whose generic classes are containers, in which a phantom type says something of their elements.
_CONTAINERS = frozenset({"builtins", "typing", "collections", "_collections_abc", "_typeshed"})


def phantom_signature(types: Types, callee: Expression, assign: Assign) -> CallableType | None:
    """The signature of a callee, if phantom types are written in it; of overloads, the one that is called.

    `self` and `cls` are left out of methods.  None where no phantom type is written, or where it is not certain which
    overload is called.
    """
    found = types.of(callee)
    if found is None:
        return None
    proper: ProperType | None = get_proper_type(found)
    if isinstance(proper, Instance):
        proper = _called_object(proper)
    if isinstance(proper, Overloaded):
        return _matching(types, proper, assign) if has_phantom_type(proper) else None
    decorated = _undecorated(types, callee)
    if not isinstance(proper, CallableType):
        return decorated
    if decorated is not None and (_returns_manager(proper) or _is_same(proper, decorated)):
        return decorated
    if not has_phantom_type(proper):
        return None
    written = _as_written(proper)
    return written if has_phantom_type(written) else None


def _as_written(signature: CallableType) -> CallableType:
    """The signature without the aliases that only inference has put into it.

    `first(users)` of a `list[Persistent[User]]` makes the type variable of `first` stand for `Persistent[User]`, which
    its author has not said.  What a class's own variables stand for in the type of a receiver was written there.
    """
    definition = signature.definition
    function = definition.func if isinstance(definition, Decorator) else definition
    declared = function.type if isinstance(function, FuncDef) else None
    if not isinstance(declared, CallableType):
        is_generic = signature.is_type_obj() and bool(signature.type_object().type_vars)
        return _forgotten(signature, range(len(signature.arg_types)), True) if is_generic else signature
    skipped = len(declared.arg_types) - len(signature.arg_types)
    if skipped not in (0, 1):
        return signature
    is_made = signature.is_type_obj()
    inferred = [
        position for position, written in enumerate(declared.arg_types[skipped:]) if not _is_written(written, is_made)
    ]
    return _forgotten(signature, inferred, not _is_written(declared.ret_type, is_made))


def _is_written(declared: Type, is_constructor: bool) -> bool:
    """Whether the aliases in what has become of a declared type were written by an author."""
    if has_phantom_type(declared):
        return True
    return not is_constructor and any(variable.id.raw_id > 0 for variable in get_all_type_vars(declared))


def _forgotten(signature: CallableType, positions: Iterable[int], result: bool) -> CallableType:
    types = list(signature.arg_types)
    for position in positions:
        if has_phantom_type(types[position]):
            types[position] = AnyType(TypeOfAny.special_form)
    forgets = result and has_phantom_type(signature.ret_type) and not signature.is_type_obj()
    returned = AnyType(TypeOfAny.special_form) if forgets else signature.ret_type
    return signature.copy_modified(arg_types=types, ret_type=returned)


def _returns_manager(signature: CallableType) -> bool:
    return is_manager(signature.ret_type)


def _is_same(one: CallableType, other: CallableType) -> bool:
    """Whether a decorator has left the signature as it was, but for the aliases in it."""
    return is_same_type(one.copy_modified(fallback=other.fallback), other)


def _called_object(proper: Instance) -> ProperType | None:
    """`__call__` of an object; what `functools.cache` makes of a function is called as the function is."""
    if proper.type.fullname == "functools._lru_cache_wrapper":
        return None
    method = proper.type.get("__call__")
    signature = get_proper_type(method.type) if method is not None and method.type is not None else None
    return _without_self(signature) if isinstance(signature, CallableType) and not proper.args else None


def _undecorated(types: Types, callee: Expression) -> CallableType | None:
    """The signature under the decorators of what is called; None if it is not decorated or has no phantom type."""
    definition, is_bound = _definition(types, callee)
    if not isinstance(definition, Decorator):
        return None
    signature = definition.func.type
    if not isinstance(signature, CallableType) or not has_phantom_type(signature):
        return None
    return _without_self(signature) if is_bound and not definition.func.is_static else signature


def _definition(types: Types, callee: Expression) -> tuple[SymbolNode | None, bool]:
    """What a callee is defined as, and whether its first parameter is given already."""
    if isinstance(callee, RefExpr) and isinstance(callee.node, Decorator):
        return callee.node, False
    if isinstance(callee, MemberExpr):
        if isinstance(callee.expr, RefExpr) and isinstance(callee.expr.node, TypeInfo):
            definition = _member(callee.expr.node, callee.name)
            return definition, isinstance(definition, Decorator) and definition.func.is_class
        info = info_of(types.of(callee.expr))
        return (None, True) if info is None else (_member(info, callee.name), True)
    if isinstance(callee, SuperExpr) and callee.info is not None:
        for base in callee.info.mro[1:]:
            if callee.name in base.names:
                return base.names[callee.name].node, True
    return None, False


def _member(info: TypeInfo, name: str) -> SymbolNode | None:
    entry = info.get(name)
    return None if entry is None else entry.node


def _without_self(signature: CallableType) -> CallableType:
    return signature.copy_modified(
        arg_types=signature.arg_types[1:], arg_kinds=signature.arg_kinds[1:], arg_names=signature.arg_names[1:]
    )


def _matching(types: Types, overloaded: Overloaded, assign: Assign) -> CallableType | None:
    """The first overload that takes the arguments by their types; None if an argument of type Any leaves a choice."""
    fitting = [item for item in overloaded.items if _takes(types, item, assign)]
    if not fitting:
        return None
    if len(fitting) > 1 and any(
        isinstance(get_proper_type(given), AnyType) for given in _given_types(types, fitting[0], assign)
    ):
        return None
    return fitting[0]


def _takes(types: Types, item: CallableType, assign: Assign) -> bool:
    assigned = assign(item)
    if assigned is None:
        return False
    for position, argument in assigned:
        given = types.of(argument)
        if given is None or not is_subtype(given, erase_typevars(item.arg_types[position])):
            return False
    return True


def _given_types(types: Types, item: CallableType, assign: Assign) -> Iterator[Type]:
    for _position, argument in assign(item) or ():
        given = types.of(argument)
        if given is not None:
            yield given


def written_method(type_: Type | None) -> CallableType | None:
    """The signature of a method that mypy has found behind an operator, if an author wrote phantom types in it.

    Those may be what the type variables of its class stand for; in `list[Persistent[User]]` that is a matter of
    containers.
    """
    proper = get_proper_type(type_) if type_ is not None else None
    if not isinstance(proper, CallableType) or not has_phantom_type(proper):
        return None
    definition = proper.definition.func if isinstance(proper.definition, Decorator) else proper.definition
    if not isinstance(definition, FuncDef):
        return None
    is_own = bool(definition.info) and definition.info.module_name not in _CONTAINERS
    return _as_written(proper) if is_own or has_phantom_type(definition.type) else None


def attribute_as_written(types: Types, node: MemberExpr) -> Type | None:
    """The type that the author gave an attribute, with what the type variables of its class stand for.

    None for what is no declared attribute.
    """
    proper = get_proper_type(types.of(node.expr))
    entry = proper.type.get(node.name) if isinstance(proper, Instance) else None
    variable = entry.node if entry is not None else None
    if not isinstance(proper, Instance) or not isinstance(variable, Var) or variable.type is None:
        return None
    if not is_declared(variable):
        return None
    if not variable.info or not any(found.id.raw_id > 0 for found in get_all_type_vars(variable.type)):
        return variable.type
    return expand_type_by_instance(variable.type, map_instance_to_supertype(proper, variable.info))


def method_of(info: TypeInfo | None, name: str) -> CallableType | None:
    """The signature of a method without `self`, as its author wrote it.

    None for a class with type variables: what they stand for is in the type of the object alone.
    """
    return None if info is None or info.type_vars else _own_method(_member(info, name))


def setter_of(info: TypeInfo | None, name: str) -> CallableType | None:
    """The signature of a property's setter, as `method_of` gives that of a method."""
    node = None if info is None or info.type_vars else _member(info, name)
    is_settable = isinstance(node, OverloadedFuncDef) and node.is_property and len(node.items) > 1
    return _own_method(node.items[1]) if is_settable and isinstance(node, OverloadedFuncDef) else None


def _own_method(node: SymbolNode | None) -> CallableType | None:
    function = node.func if isinstance(node, Decorator) else node
    signature = function.type if isinstance(function, FuncDef) and not function.is_static else None
    return _without_self(signature) if isinstance(signature, CallableType) else None


def own_signature(function: object) -> CallableType | None:
    """The signature of a function of the checked code, as its body sees it."""
    signature = getattr(function, "type", None)
    proper = get_proper_type(signature) if signature is not None else None
    return proper if isinstance(proper, CallableType) else None


def is_generator(signature: CallableType) -> bool:
    """Whether the signature is that of a generator function: calling it runs nothing."""
    definition = signature.definition
    function = definition.func if isinstance(definition, Decorator) else definition
    return isinstance(function, FuncDef) and (function.is_generator or function.is_async_generator)
