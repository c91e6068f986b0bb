"""Units that read attributes which they do not name: whether one of these may need SQL of its own.

The types of what they read tell: a model reads the attributes that are called as its fields.  Columns that are loaded
with their instance need an expiry, or the end of a session, which the syntax tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from mypy.nodes import CallExpr, FuncDef, MemberExpr, MypyFile, Node, ReturnStmt, TypeInfo
from mypy.types import Instance, NoneType, TupleType, Type, get_proper_type

from mypy_session_plugin.flow.formats import shown_by
from mypy_session_plugin.mypy_compat.model_bodies import MAKING
from mypy_session_plugin.mypy_compat.types import Types, Waiting, info_of, is_recursive, union_items
from mypy_session_plugin.semantics.dataclass_fields import fields_shown
from mypy_session_plugin.semantics.loading_hints import is_read_apart, is_to_raise
from mypy_session_plugin.semantics.model_fields import fields, model_made, parts
from mypy_session_plugin.semantics.own_bodies import OwnBodies
from mypy_session_plugin.semantics.relationships import target_of
from mypy_session_plugin.semantics.response_models import response_models


class HiddenReads:
    """Answers for the units of one module; `types` has the types of its bodies."""

    def __init__(self, types: Types, bodies: OwnBodies) -> None:
        self._types = types
        self._bodies = bodies
        self._validating: dict[Node, bool] = {}

    def may_validate(self, unit: FuncDef | MypyFile) -> bool:
        """Whether a model may be made, by the unit or by what it may run, of what is not loaded."""
        try:
            return any(map(self._validates, self._bodies.reached([unit])))
        except Waiting:
            return True

    def may_answer(self, unit: FuncDef | MypyFile) -> bool:
        """Whether what a unit returns may be answered with, and lack what the model of the response reads."""
        models = self._response_models.get(unit, ()) if isinstance(unit, FuncDef) else ()
        returned = [node.expr for node in self._bodies.nodes(unit) if isinstance(node, ReturnStmt) and node.expr]
        classes = {info for value in returned for info in _classes(self._types.of(value))}
        return any(info is None or _lacks(info, model) for info in classes for model in models)

    @cached_property
    def _response_models(self) -> Mapping[FuncDef, Sequence[TypeInfo]]:
        return response_models(self._types.tree)

    def may_show(self, unit: FuncDef | MypyFile) -> bool:
        """Whether a unit shows, as text, an instance of a mapped dataclass."""
        shown = [showing.expression for node in self._bodies.nodes(unit) for showing in shown_by(node)]
        classes = {info for value in shown for info in _classes(self._types.of(value)) if info is not None}
        return any(fields_shown(info, by_repr=True) for info in classes)

    def _validates(self, body: Node) -> bool:
        if body not in self._validating:
            calls = (node for node in self._bodies.nodes(body) if isinstance(node, CallExpr) and node.args)
            self._validating[body] = any(map(self._may_miss, calls))
        return self._validating[body]

    def _may_miss(self, call: CallExpr) -> bool:
        callee = call.callee
        if not isinstance(callee, MemberExpr) or callee.name not in MAKING:
            return False
        model = model_made(callee.name, self._types.of(callee.expr))
        info = info_of(self._types.of(call.args[0]))
        return model is not None and info is not None and _lacks(info, model)


def _lacks(info: TypeInfo, model: TypeInfo, within: tuple[TypeInfo, ...] = ()) -> bool:
    """Whether an instance of a class may be loaded without an attribute that a model, or one in it, has a field for."""
    if any(is_read_apart(info, name) or is_to_raise(info, name) for name in fields(model)):
        return True
    inner = [(part.model, target_of(info, part.name)[0]) for part in parts(model) if part.model not in within]
    return any(target is not None and _lacks(target, part, (*within, model)) for part, target in inner)


def _classes(type_: Type | None) -> Iterator[TypeInfo | None]:
    """The classes of a value and of what it holds; None for one that is not known."""
    if type_ is None or is_recursive(type_):
        yield None
        return
    for item in union_items(type_):
        match proper := get_proper_type(item):
            case Instance():
                yield proper.type
                yield from (info for part in proper.args for info in _classes(part))
            case TupleType():
                yield from (info for part in proper.items for info in _classes(part))
            case NoneType():
                pass
            case _:
                yield None
