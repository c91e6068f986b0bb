"""By which models the functions of a module are answered: their `response_model`, else the annotation of their result.

Source: https://fastapi.tiangolo.com/tutorial/response-model/
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, Decorator, FuncDef, IndexExpr, MypyFile, RefExpr, TypeInfo
from mypy.types import CallableType, Instance, get_proper_type

from mypy_session_plugin.mypy_compat.written_types import is_alias, names_written
from mypy_session_plugin.semantics.model_fields import fields

KEYWORD = "response_model"
_LISTS = frozenset({"builtins.list", "typing.Sequence"})


def models_of(call: CallExpr, function: FuncDef, module: MypyFile) -> Iterator[TypeInfo]:
    """The models by which a decorator has a function answered, or by which each element of a list is."""
    if None in call.arg_names[1:] or any(kind.is_star() for kind in call.arg_kinds):
        return
    if KEYWORD in call.arg_names:
        yield from _models_named(call)
    else:
        yield from _models_returned(function, module)


def _models_returned(function: FuncDef, module: MypyFile) -> Iterator[TypeInfo]:
    """The model that a function says it returns, or several; the type of a coroutine is that of what it gives."""
    written, declared = function.unanalyzed_type, function.type
    if not isinstance(written, CallableType) or not isinstance(declared, CallableType) or function.is_generator:
        return
    result = get_proper_type(declared.ret_type)
    if function.is_coroutine and isinstance(result, Instance) and result.args:
        result = get_proper_type(result.args[-1])
    if is_alias(names_written(written.ret_type, module), result):
        return
    if isinstance(result, Instance) and result.type.fullname in _LISTS:
        result = get_proper_type(result.args[0])
    if isinstance(result, Instance) and not result.args:
        yield result.type


def _models_named(call: CallExpr) -> Iterator[TypeInfo]:
    for name, value in zip(call.arg_names, call.args, strict=True):
        if name != KEYWORD:
            continue
        is_list = isinstance(value, IndexExpr) and isinstance(value.base, RefExpr) and value.base.fullname in _LISTS
        model = value.index if is_list and isinstance(value, IndexExpr) else value
        if isinstance(model, RefExpr) and isinstance(model.node, TypeInfo):
            yield model.node


def response_models(tree: MypyFile) -> dict[FuncDef, list[TypeInfo]]:
    """The functions of a module that may be answered by models with fields, and these."""
    found: dict[FuncDef, list[TypeInfo]] = {}
    for statement in tree.defs:
        if not isinstance(statement, Decorator):
            continue
        calls = [call for call in statement.original_decorators if isinstance(call, CallExpr)]
        named = [model for call in calls for model in models_of(call, statement.func, tree)]
        models = [model for model in named if any(fields(model))]
        if models:
            found[statement.func] = models
    return found
