"""Which statements, by their syntax, certainly do nothing but read: SELECT of columns and entities, without a lock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mypy.nodes import (
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    Expression,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    RefExpr,
    StarExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.types import Instance, TupleType, Type, get_proper_type

from mypy_session_plugin.flow.syntax import assignments, children
from mypy_session_plugin.mypy_compat.types import info_of, is_none, is_recursive, union_items
from mypy_session_plugin.semantics.shapes import COLLECTIONS

#: Functions that make a SELECT or a part of one, by their own name; those of `func` are aggregates and pure functions.
FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """
    select exists and_ or_ not_ true false null case cast literal distinct desc asc nulls_first nulls_last
    nullsfirst nullslast between tuple_ aliased selectinload joinedload subqueryload lazyload noload raiseload
    contains_eager load_only defer undefer count sum min max avg coalesce lower upper length abs round trim ltrim
    rtrim concat substr substring replace date now current_timestamp extract any_ all_ row_number rank dense_rank
    over label union union_all intersect except_
    """,
    )
)
#: Methods of statements, queries and columns that neither lock nor write.
METHODS = frozenset(
    re.findall(
        r"\w+",
        """
    where filter filter_by order_by group_by having limit offset slice distinct options select_from join outerjoin
    join_from outerjoin_from with_only_columns correlate correlate_except add_columns scalar_subquery subquery
    exists alias label over within_group in_ not_in notin_ is_ is_not isnot is_distinct_from like ilike not_like
    not_ilike contains startswith endswith icontains istartswith iendswith between desc asc nulls_first nulls_last
    any has of_type as_scalar cast collate selectinload joinedload subqueryload load_only unique_params params
    union union_all intersect except_ query all first one one_or_none with_entities reset_joinpoint op
    regexp_match concat
    """,
    )
)
#: Expressions of which each part is looked at by itself.
TRANSPARENT = (ComparisonExpr, ConditionalExpr, IndexExpr, ListExpr, OpExpr, StarExpr, TupleExpr, UnaryExpr)
#: Where the types of values are defined that are sent as parameters.
PARAMETER_MODULES = frozenset({"builtins", "datetime", "decimal", "uuid"})


class Statements:
    """Answers for the code of one unit, given as all its nodes, by what it assigns to each variable."""

    def __init__(self, nodes: Iterable[Node], type_of: Callable[[Expression], Type | None]) -> None:
        self._nodes = nodes
        self._type_of = type_of
        self._assigned: dict[object, list[Expression | None]] | None = None
        self._known: dict[Expression, bool] = {}

    def only_reads(self, expression: Expression) -> bool:
        """Whether the value of an expression is a SELECT, or an argument of one, that neither writes nor locks."""
        known = self._known.get(expression)
        if known is None:
            known = self._known[expression] = self._is_plain(expression, frozenset())
        return known

    def _is_plain(self, expression: Node, following: frozenset[object]) -> bool:
        if isinstance(expression, Expression) and _is_parameter_type(self._type_of(expression)):
            return True
        match expression:
            case CallExpr():
                return self._is_plain_call(expression, following)
            case NameExpr() if isinstance(expression.node, Var):
                return self._is_plain_variable(expression, expression.node, following)
            case NameExpr():
                return isinstance(expression.node, TypeInfo)
            case MemberExpr():
                return not _is_locking(expression) and self._is_plain(expression.expr, following)
            case _ if isinstance(expression, TRANSPARENT):
                return all(self._is_plain(part, following) for part in children(expression))
            case _:
                return False

    def _is_plain_call(self, call: CallExpr, following: frozenset[object]) -> bool:
        callee = call.callee
        if not all(self._is_plain(argument, following) for argument in call.args):
            return False
        if isinstance(callee, NameExpr):
            return _is_function(callee)
        if not isinstance(callee, MemberExpr):
            return False
        if callee.name in FUNCTIONS and (_is_function(callee) or _is_func(callee.expr)):
            return True
        return callee.name in METHODS and self._is_plain(callee.expr, following)

    def _is_plain_variable(self, name: NameExpr, variable: Var, following: frozenset[object]) -> bool:
        if variable in following or _is_parameter_type(variable.type):
            return True
        values = self._values().get(variable)
        if not values:
            return False
        inside = following | {variable}
        return all(value is not None and self._is_plain(value, inside) for value in values)

    def _values(self) -> dict[object, list[Expression | None]]:
        """What each variable of the unit is assigned; None for what is no plain assignment."""
        if self._assigned is None:
            self._assigned = {}
            for variable, value in assignments(self._nodes):
                self._assigned.setdefault(variable, []).append(value)
        return self._assigned


def _is_function(callee: RefExpr) -> bool:
    return callee.fullname.startswith("sqlalchemy.") and callee.fullname.rpartition(".")[2] in FUNCTIONS


def _is_func(owner: Expression) -> bool:
    return isinstance(owner, RefExpr) and owner.fullname in ("sqlalchemy.sql.functions.func", "sqlalchemy.func")


def _is_locking(member: MemberExpr) -> bool:
    return member.name in ("with_for_update", "from_statement", "prefix_with", "suffix_with", "with_hint")


def _is_parameter_type(type_: Type | None) -> bool:
    """Whether a value of the type is no SQL: it is sent as a parameter, or as several."""
    if type_ is None or is_recursive(type_):
        return False
    return all(_is_parameter(item) for item in union_items(type_) if not is_none(item))


def _is_parameter(type_: Type) -> bool:
    proper = get_proper_type(type_)
    if isinstance(proper, TupleType):
        return all(map(_is_parameter_type, proper.items))
    if isinstance(proper, Instance) and proper.args:
        return proper.type.fullname in COLLECTIONS and all(map(_is_parameter_type, proper.args))
    info = info_of(proper)
    if info is None or info.fallback_to_any:
        return False
    return info.is_enum or info.module_name in PARAMETER_MODULES
