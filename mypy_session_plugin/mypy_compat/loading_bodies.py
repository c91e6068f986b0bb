"""What a class body says of how its attributes are loaded, as far as that differs from a plain column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from mypy.nodes import (
    AssignmentStmt,
    BytesExpr,
    CallExpr,
    Decorator,
    DictExpr,
    EllipsisExpr,
    Expression,
    FloatExpr,
    FuncDef,
    IntExpr,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    ReturnStmt,
    SetExpr,
    Statement,
    StrExpr,
    TempNode,
    TupleExpr,
    UnaryExpr,
)
from mypy.types import Type, UnboundType, UnionType, get_proper_type

from mypy_session_plugin.facts.loading import AfterFlush, AttributeKind, Strategy
from mypy_session_plugin.mypy_compat.class_syntax import is_true, keywords, last_name, literal_mapping
from mypy_session_plugin.mypy_compat.module_syntax import ModuleSyntax

#: Where what is found here is stored with the class, see `class_bodies`.
ATTRIBUTES, DOUBTFUL, EAGER_DEFAULTS, KEYS_ELSEWHERE = "attributes", "doubtful", "eager_defaults", "keys"
#: The attributes whose assignment calls a method of the class, and what stands for those that are not written there.
VALIDATED, ANY_ATTRIBUTE = "validated", "*"
#: The functions that make a relationship.
RELATIONSHIPS = frozenset({"relationship", "relation", "Relationship"})
#: The functions that make a column.
COLUMNS = frozenset({"Column", "Field", "mapped_column"})
_OTHERS = frozenset({"deferred", "column_property", "composite", "query_expression", "synonym"})
_MAPPING = COLUMNS | _OTHERS
#: An attribute as JSON: what differs from a plain column; None if it is not certain what it is.
Loading: TypeAlias = "dict[str, str | bool] | None"

#: What `lazy=` says of a relationship.
_LAZY = {
    "select": Strategy.LAZY,
    "True": Strategy.LAZY,
    "joined": Strategy.EAGER,
    "False": Strategy.EAGER,
    "selectin": Strategy.EAGER,
    "subquery": Strategy.EAGER,
    "immediate": Strategy.EAGER,
    "raise": Strategy.RAISE,
    "raise_on_sql": Strategy.RAISE_ON_SQL,
    "noload": Strategy.NOLOAD,
    "None": Strategy.NOLOAD,
}
_NEVER_LOADED = {"dynamic": AttributeKind.DYNAMIC, "write_only": AttributeKind.WRITE_ONLY}
#: Values that are no column, whatever the class.
LITERALS = (BytesExpr, DictExpr, EllipsisExpr, FloatExpr, IntExpr, LambdaExpr, ListExpr, SetExpr, StrExpr, TupleExpr)
_MAPPED = frozenset({"Mapped", "DynamicMapped", "WriteOnlyMapped"})
#: Names in annotations that are not taken for those of aliases.
_PLAIN_TYPES = frozenset(
    re.findall(
        r"\w+",
        """
    Any Decimal Dict Enum List Literal None Set UUID bool bytes date datetime dict float int list set str time timedelta
    """,
    )
)
#: Positional arguments of a column by which the database gives it its values.
_GENERATORS = frozenset({"ColumnDefault", "Computed", "DefaultClause", "FetchedValue", "Identity", "Sequence"})
_SQL_FUNCTIONS = frozenset({"literal", "literal_column", "select", "text"})
#: What `__mapper_args__` says of how attributes are mapped, other than by the class body.
_REMAPPING = frozenset({"properties", "include_properties", "exclude_properties", "column_prefix"})


def declared_loading(body: Iterable[Statement], class_name: str, module: ModuleSyntax) -> dict[str, object]:
    """What is to be stored of a class body; empty if all that it declares is plain columns and plain relationships."""
    found: dict[str, Loading] = {}
    mapper_arguments: list[Expression | None] = []
    validated: list[str] = []
    keys_elsewhere = False
    doubtful = module.hooks_into_loading
    for statement in body:
        if isinstance(statement, AssignmentStmt):
            for name in _names(statement):
                if name == "__mapper_args__":
                    mapper_arguments.append(statement.rvalue)
                elif name == "__table_args__":
                    keys_elsewhere = _may_have_key(statement.rvalue)
                else:
                    loading = _loading(statement, module)
                    found[name] = loading if found.get(name, loading) == loading else None
        else:
            mapper_arguments.extend(_returned_arguments(statement))
            validated.extend(_validated(statement))
            doubtful = doubtful or _is_run_when_loaded(statement)
    found.update((name, None) for name in module.mapped_afterwards.get(class_name, ()))
    arguments = [literal_mapping(item) if item is not None else None for item in mapper_arguments]
    doubtful = doubtful or any(item is None or not _REMAPPING.isdisjoint(item) for item in arguments)
    eager = any("eager_defaults" in item for item in arguments if item is not None)
    attributes = {name: loading for name, loading in found.items() if loading is None or loading}
    keys_elsewhere = keys_elsewhere or any("primary_key" in item for item in arguments if item is not None)
    stored = {ATTRIBUTES: attributes, DOUBTFUL: doubtful, EAGER_DEFAULTS: eager, KEYS_ELSEWHERE: keys_elsewhere}
    return {key: value for key, value in {**stored, VALIDATED: validated}.items() if value}


def _may_have_key(value: Expression) -> bool:
    """Whether `__table_args__` may say which columns are the primary key."""
    if isinstance(value, DictExpr):
        return False
    items = value.items if isinstance(value, TupleExpr) else [value]
    calls = [item.callee for item in items if isinstance(item, CallExpr)]
    plain = sum(isinstance(item, (CallExpr, DictExpr)) for item in items) == len(items)
    return not plain or any(last_name(callee) == "PrimaryKeyConstraint" for callee in calls)


def _names(statement: AssignmentStmt) -> Iterator[str]:
    return (target.name for target in statement.lvalues if isinstance(target, NameExpr))


def _loading(statement: AssignmentStmt, module: ModuleSyntax) -> Loading:
    """What an assignment in the class body makes of its target."""
    value, annotation = statement.rvalue, statement.unanalyzed_type
    if isinstance(value, CallExpr) and isinstance(value.callee, (NameExpr, MemberExpr)):
        if module.is_of_library(value.callee, RELATIONSHIPS):
            return _relationship(value)
        if module.is_of_library(value.callee, _MAPPING):
            return _typed(_mapped(value, module), annotation, module)
    literal = value.expr if isinstance(value, UnaryExpr) else value
    if isinstance(literal, (*LITERALS, TempNode)) or last_name(value) in ("True", "False", "None"):
        return _typed({}, annotation, module)
    is_other = isinstance(annotation, UnboundType) and annotation.name.rpartition(".")[2] not in _MAPPED
    return {} if is_other else None


def _typed(loading: Loading, annotation: Type | None, module: ModuleSyntax) -> Loading:
    """A column with what its annotation may say of it: mypy itself forgets an alias and what `Annotated` has."""
    if loading is None or is_annotated(annotation):
        return None
    if not isinstance(annotation, UnboundType) or annotation.name.rpartition(".")[2] != "Mapped":
        return loading
    names = {name for item in annotation.args for name in _unknown_names(item, module)}
    return loading | {"type": min(names)} if names else loading


def _unknown_names(type_: Type, module: ModuleSyntax) -> Iterator[str]:
    """The names in `Mapped[...]`, options of a union by themselves, that may be those of aliases."""
    unbound = get_proper_type(type_)
    if isinstance(unbound, UnionType):
        for item in unbound.items:
            yield from _unknown_names(item, module)
    elif isinstance(unbound, UnboundType):
        name = unbound.name.rpartition(".")[2]
        if name in ("Optional", "Union"):
            for item in unbound.args:
                yield from _unknown_names(item, module)
        elif name not in _PLAIN_TYPES and name not in module.classes:
            yield name


def is_annotated(annotation: Type | None) -> bool:
    """Whether `Annotated[...]`, in which a column may be described, is part of an annotation."""
    if not isinstance(annotation, UnboundType):
        return False
    return annotation.name.rpartition(".")[2] == "Annotated" or any(map(is_annotated, annotation.args))


def _mapped(call: CallExpr, module: ModuleSyntax) -> Loading:
    """The call of a function that maps a column or something made of columns."""
    name = last_name(call.callee)
    originals = _MAPPING.intersection(module.originals(call.callee))
    name = name if name in originals or len(originals) != 1 else min(originals)
    arguments = keywords(call)
    if arguments is None:
        return None
    match name:
        case "synonym":
            first = call.args[0] if call.args else arguments.get("name")
            return {"of": first.value} if isinstance(first, StrExpr) else None
        case "query_expression":
            strategy = Strategy.EAGER if call.args or "default_expr" in arguments else Strategy.NOLOAD
            return {"kind": AttributeKind.EXPRESSION.value, "strategy": strategy.value}
        case "composite":
            plain = arguments.keys().isdisjoint({"deferred", "group", "raiseload"})
            columns = [_mapped(item, module) for item in call.args if isinstance(item, CallExpr)]
            return {"kind": AttributeKind.COMPOSITE.value} if plain and all(map(_comes_along, columns)) else None
        case "deferred" | "column_property":
            return _property(call, arguments, name == "deferred", module)
        case _:
            return _column(call, module)


def _comes_along(column: Loading) -> bool:
    return column is not None and "strategy" not in column


def _relationship(call: CallExpr) -> Loading:
    arguments = keywords(call)
    if arguments is not None and isinstance(arguments.get("sa_relationship"), CallExpr):
        call = arguments["sa_relationship"]  # type: ignore[assignment]
        arguments = keywords(call)
    if arguments is not None and "sa_relationship_kwargs" in arguments:
        more = literal_mapping(arguments["sa_relationship_kwargs"])
        arguments = None if more is None else arguments | more
    if arguments is None:
        return None
    lazy = arguments.get("lazy")
    text = lazy.value if isinstance(lazy, StrExpr) else last_name(lazy) if lazy is not None else "select"
    if text in _NEVER_LOADED:
        return {"kind": _NEVER_LOADED[text].value}
    strategy = _LAZY.get(text)
    if strategy is None:
        return None
    declared: dict[str, str | bool] = {} if strategy is Strategy.LAZY else {"strategy": strategy.value}
    uselist = arguments.get("uselist")
    if uselist is not None and last_name(uselist) in ("True", "False"):
        kind = AttributeKind.TO_MANY if is_true(uselist) else AttributeKind.TO_ONE
        declared["kind"] = kind.value
    return declared


def _column(call: CallExpr, module: ModuleSyntax) -> Loading:
    """`mapped_column(...)`, `Column(...)` or SQLModel's `Field(...)`."""
    arguments = keywords(call)
    if arguments is None:
        return None
    inner = arguments.get("sa_column")
    if isinstance(inner, CallExpr) and module.is_of_library(inner.callee, _MAPPING):
        return _mapped(inner, module)
    if inner is not None:
        return None
    if "sa_column_kwargs" in arguments:
        more = literal_mapping(arguments["sa_column_kwargs"])
        if more is None:
            return None
        arguments |= more
    declared = _deferral(arguments, ("deferred", "deferred_group", "deferred_raiseload"))
    if declared is None:
        return None
    key = arguments.get("primary_key")
    if key is not None and last_name(key) != "False":
        declared["primary_key"] = is_true(key)
    declared |= _generated(call, arguments)
    return declared


def _deferral(arguments: dict[str, Expression], names: tuple[str, str, str]) -> Loading:
    """The strategy that three arguments give: whether it is deferred, its group, whether reading it raises."""
    deferred, group, raises = (arguments.get(name) for name in names)
    declared: dict[str, str | bool] = {}
    if any(item is not None and last_name(item) not in ("True", "False") for item in (deferred, raises)):
        return None
    if group is not None and not isinstance(group, StrExpr):
        return None if last_name(group) != "None" else {}
    if is_true(deferred) or (deferred is None and (group is not None or is_true(raises))):
        declared["strategy"] = (Strategy.RAISE if is_true(raises) else Strategy.DEFERRED).value
        if isinstance(group, StrExpr):
            declared["group"] = group.value
    return declared


def _generated(call: CallExpr, arguments: dict[str, Expression]) -> Iterator[tuple[str, str]]:
    """What a flush leaves of a column to which the database, or an expression, gives its value."""
    positional = [item for item, name in zip(call.args, call.arg_names, strict=True) if name is None]
    generators = {last_name(item.callee) for item in positional if isinstance(item, CallExpr)} & _GENERATORS
    defaults = [arguments.get(name) for name in ("default", "insert_default")]
    if generators or _is_given(arguments.get("server_default")) or any(isinstance(item, CallExpr) for item in defaults):
        yield "inserted", AfterFlush.UNKNOWN.value
    onupdate = arguments.get("onupdate")
    if "Computed" in generators or _is_given(arguments.get("server_onupdate")) or _is_sql(onupdate):
        yield "updated", AfterFlush.EXPIRED.value
    elif isinstance(onupdate, (CallExpr, OpExpr)) or last_name(_root(onupdate)) == "func":
        yield "updated", AfterFlush.UNKNOWN.value


def _is_given(value: Expression | None) -> bool:
    return value is not None and last_name(value) != "None"


def _is_sql(value: Expression | None) -> bool:
    """Whether a value is certainly an SQL expression: `func.now()`, `text("...")`."""
    if not isinstance(value, CallExpr):
        return False
    callee = value.callee
    if isinstance(callee, MemberExpr) and last_name(callee.expr) == "func":
        return True
    return last_name(callee) in _SQL_FUNCTIONS


def _root(value: Expression | None) -> Expression:
    while isinstance(value, MemberExpr):
        value = value.expr
    return value if value is not None else NameExpr("")


def _property(call: CallExpr, arguments: dict[str, Expression], is_deferred: bool, module: ModuleSyntax) -> Loading:
    """`deferred(...)` and `column_property(...)`: of a column, or of an expression that is read with the row."""
    declared = _deferral(arguments, ("deferred", "group", "raiseload"))
    if declared is None or not call.args:
        return None
    if is_deferred:
        raises = is_true(arguments.get("raiseload"))
        declared["strategy"] = (Strategy.RAISE if raises else Strategy.DEFERRED).value
        if isinstance(arguments.get("group"), StrExpr):
            declared["group"] = arguments["group"].value  # type: ignore[attr-defined]
    first = call.args[0]
    if isinstance(first, CallExpr) and module.is_of_library(first.callee, COLUMNS):
        column = _column(first, module)
        return None if column is None else column | declared
    if not isinstance(first, (CallExpr, OpExpr)) or "expire_on_flush" in arguments:
        return None
    expired = AfterFlush.EXPIRED.value
    return declared | {"kind": AttributeKind.EXPRESSION.value, "inserted": expired, "updated": expired}


def _returned_arguments(statement: Statement) -> Iterator[Expression | None]:
    """What a function `__mapper_args__` returns; None if that is not one expression."""
    function = statement.func if isinstance(statement, Decorator) else statement
    if isinstance(function, FuncDef) and function.name == "__mapper_args__":
        body = function.body.body
        last = body[-1] if len(body) == 1 else None
        yield last.expr if isinstance(last, ReturnStmt) else None


def _validated(statement: Statement) -> Iterator[str]:
    """The attributes that a method validates."""
    for item in (statement.original_decorators or statement.decorators) if isinstance(statement, Decorator) else ():
        if isinstance(item, CallExpr) and last_name(item.callee) == "validates":
            given = (value for value, name in zip(item.args, item.arg_names, strict=True) if name is None)
            yield from (value.value if isinstance(value, StrExpr) else ANY_ATTRIBUTE for value in given)


def _is_run_when_loaded(statement: Statement) -> bool:
    """Whether a method is called for each instance that is loaded."""
    if not isinstance(statement, Decorator):
        return False
    decorators = statement.original_decorators or statement.decorators
    return any(last_name(item) == "reconstructor" for item in decorators)
