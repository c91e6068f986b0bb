"""Which functions of a module are answered with a `response_model`, and with which."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, Decorator, FuncDef, IndexExpr, MypyFile, RefExpr, TypeInfo

from mypy_session_plugin.semantics.model_fields import fields

KEYWORD = "response_model"
_LISTS = frozenset({"builtins.list", "typing.Sequence"})


def models_named(call: CallExpr) -> Iterator[TypeInfo]:
    """The models that a decorator names as that of the response, or of each element of a list."""
    for name, value in zip(call.arg_names, call.args, strict=True):
        if name != KEYWORD:
            continue
        is_list = isinstance(value, IndexExpr) and isinstance(value.base, RefExpr) and value.base.fullname in _LISTS
        model = value.index if is_list and isinstance(value, IndexExpr) else value
        if isinstance(model, RefExpr) and isinstance(model.node, TypeInfo):
            yield model.node


def response_models(tree: MypyFile) -> dict[FuncDef, list[TypeInfo]]:
    """The functions of a module whose decorators name response models with fields, and these."""
    found: dict[FuncDef, list[TypeInfo]] = {}
    for statement in tree.defs:
        made_by = statement.original_decorators if isinstance(statement, Decorator) else []
        named = [model for call in made_by if isinstance(call, CallExpr) for model in models_named(call)]
        models = [model for model in named if any(fields(model))]
        if models and isinstance(statement, Decorator):
            found[statement.func] = models
    return found
