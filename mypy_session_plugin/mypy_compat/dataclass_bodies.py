"""What the class body of a mapped dataclass says that mypy does not keep: which attributes its `__repr__` reads.

Source: https://docs.sqlalchemy.org/en/20/orm/dataclasses.html#declarative-dataclass-mapping
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.nodes import AssignmentStmt, CallExpr, Expression, NameExpr, Statement, TypeInfo
from mypy.types import Type, UnboundType

from mypy_session_plugin.mypy_compat.class_syntax import is_true, keywords, last_name

#: The base that makes dataclasses of its subclasses, and the decorator that makes one of a class.
AS_DATACLASS, DECORATOR = "sqlalchemy.orm.decl_api.MappedAsDataclass", "mapped_as_dataclass"
#: Where what is found here is stored with the class: its fields, each with whether `repr` shows it, and what is said of
#: `repr`.
SHOWN, REPR = "shown", "repr"
#: What is said of `repr`: it is made or not, as it is said of a base, or nobody knows what comes of it.
MADE, NOT_MADE, INHERITED, UNKNOWN = "made", "not made", "inherited", "unknown"
#: Annotations of what is no field.
_NO_FIELD = frozenset({"ClassVar", "InitVar"})


def declared_fields_shown(info: TypeInfo, body: Iterable[Statement]) -> dict[str, object]:
    """What is to be stored of a class; empty for one that is no mapped dataclass."""
    said = _said_of_repr(info)
    return {} if said is None else {SHOWN: dict(_fields(body)), REPR: said}


def _said_of_repr(info: TypeInfo) -> str | None:
    """What a class says of its own `repr`; None for one that is no mapped dataclass."""
    decorators = info.defn.decorators
    makers = [item for item in decorators if last_name(_callee(item)) == DECORATOR]
    is_derived = any(base.fullname == AS_DATACLASS for base in info.mro[1:])
    if not makers and not is_derived:
        return None
    if len(decorators) > len(makers) or info.defn.metaclass is not None:
        return UNKNOWN
    if is_derived:
        return _meaning(info.defn.keywords)
    options = keywords(makers[0]) if isinstance(makers[0], CallExpr) else {}
    said = UNKNOWN if options is None else _meaning(options)
    return MADE if said == INHERITED else said


def _meaning(options: dict[str, Expression]) -> str:
    if "dataclass_callable" in options:
        return UNKNOWN
    if REPR not in options:
        return INHERITED
    return {"True": MADE, "False": NOT_MADE}.get(last_name(options[REPR]), UNKNOWN)


def _callee(decorator: Expression) -> Expression:
    return decorator.callee if isinstance(decorator, CallExpr) else decorator


def _fields(body: Iterable[Statement]) -> Iterator[tuple[str, bool]]:
    for statement in body:
        target = statement.lvalues[0] if isinstance(statement, AssignmentStmt) else None
        if isinstance(statement, AssignmentStmt) and isinstance(target, NameExpr):
            annotation = statement.unanalyzed_type
            if annotation is not None and not _is_no_field(annotation):
                yield target.name, _is_shown(statement.rvalue)


def _is_no_field(annotation: Type) -> bool:
    return isinstance(annotation, UnboundType) and annotation.name.rpartition(".")[2] in _NO_FIELD


def _is_shown(value: Expression) -> bool:
    """Whether `repr` certainly shows a field with this default."""
    options = keywords(value) if isinstance(value, CallExpr) else {}
    return options is not None and (REPR not in options or is_true(options[REPR]))
