"""What the class body of a pydantic model says that mypy does not keep: which of its fields are read by their own name.

`Model.model_validate(instance)` reads the attributes of the instance that are called as its fields are, if the model
is made `from_attributes`, unless an alias or a validator of the whole model stands before that.
Source: https://docs.pydantic.dev/latest/concepts/models/#arbitrary-class-instances
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    MypyFile,
    NameExpr,
    PassStmt,
    Statement,
    StrExpr,
    TempNode,
    TypeInfo,
)
from mypy.types import Type, UnboundType

from mypy_session_plugin.mypy_compat.class_syntax import is_true, keywords, last_name, literal_mapping
from mypy_session_plugin.mypy_compat.loading_bodies import LITERALS
from mypy_session_plugin.mypy_compat.written_types import names_written

#: The base of all models.
BASE_MODEL = "pydantic.main.BaseModel"
#: The method that makes a model of an object.
VALIDATE = "model_validate"
#: The class that makes an object of a type, and its method that does so.
ADAPTER, ADAPT = "pydantic.type_adapter.TypeAdapter", "validate_python"
#: The names of both methods.
MAKING = frozenset({ADAPT, VALIDATE})
#: Where what is found here is stored with the class: its fields, each with the names in its annotation, those of which
#: code of its own may see first what was read (EVERY: all of them), whether it is made from attributes, and that it
#: reads its input in no way of its own.
FIELDS, PREPARED, FROM_ATTRIBUTES, PLAIN_MODEL = "fields", "prepared", "from_attributes", "plain_model"
EVERY = "*"
_CONFIG = "model_config"
#: Settings of a model that leave what is read as it is.
_PLAIN_SETTINGS = frozenset(
    {
        "arbitrary_types_allowed",
        "extra",
        "frozen",
        FROM_ATTRIBUTES,
        "json_encoders",
        "json_schema_extra",
        "populate_by_name",
        "protected_namespaces",
        "str_strip_whitespace",
        "strict",
        "title",
        "use_attribute_docstrings",
        "use_enum_values",
        "validate_assignment",
        "validate_default",
    }
)
#: Methods by which a class has its instances made in a way of its own.
_OWN_WAYS = frozenset(
    {
        "__get_pydantic_core_schema__",
        "__get_validators__",
        "__init__",
        "__new__",
        "__pydantic_init_subclass__",
        VALIDATE,
    }
)
#: Decorators of what sees the input of the whole model, unless it comes after the fields.
_OF_MODEL = frozenset({"model_validator", "root_validator"})
#: Decorators of what sees the input of a field, unless it comes after that was validated.
_OF_FIELD = frozenset({"field_validator", "validator"})
#: Decorators of what sees no input.
_OF_NONE = frozenset(
    {
        "abstractmethod",
        "cached_property",
        "classmethod",
        "computed_field",
        "deprecated",
        "field_serializer",
        "model_serializer",
        "override",
        "property",
        "setter",
        "staticmethod",
    }
)
#: What makes an attribute that is no field, and sees no input either.
_PRIVATE = "PrivateAttr"
#: Annotations of what is no field.
_NO_FIELD = frozenset({"ClassVar", "Final", "InitVar"})


def declared_fields(info: TypeInfo, module: MypyFile) -> dict[str, object]:
    """What is to be stored of a class; empty for one that is no model."""
    if not any(base.fullname == BASE_MODEL for base in info.mro[1:]):
        return {}
    fields: dict[str, list[str]] = {}
    prepared: set[str] = set()
    settings = dict(info.defn.keywords)
    opaque = False
    for statement in info.defn.defs.body:
        if isinstance(statement, AssignmentStmt):
            target = statement.lvalues[0]
            if isinstance(target, NameExpr) and target.name == _CONFIG:
                opaque = opaque or not _read_settings(statement.rvalue, settings)
            elif isinstance(target, NameExpr) and _is_field(target.name, statement):
                fields[target.name] = names_written(statement.unanalyzed_type, module)
            elif statement.unanalyzed_type is None and isinstance(statement.rvalue, CallExpr):
                opaque = opaque or not _is_plain_value(statement.rvalue)
                prepared.update(_prepared(statement.rvalue.callee))
        else:
            opaque = opaque or not _is_harmless(statement)
            for decorator in _decorators(statement) if isinstance(statement, Decorator) else ():
                prepared.update(_prepared(decorator))
    from_attributes = settings.get(FROM_ATTRIBUTES)
    opaque = opaque or not settings.keys() <= _PLAIN_SETTINGS | {"table"}
    if from_attributes is not None and last_name(from_attributes) not in ("True", "False"):
        opaque = True
    found: dict[str, object] = {FIELDS: fields, PREPARED: sorted(prepared), PLAIN_MODEL: not opaque}
    return found if from_attributes is None else found | {FROM_ATTRIBUTES: is_true(from_attributes)}


def _read_settings(value: Expression, settings: dict[str, Expression]) -> bool:
    """Take up the settings of `model_config`; False where they cannot be read."""
    more: Mapping[str, Expression] | None = literal_mapping(value)
    if isinstance(value, CallExpr) and not any(name is None for name in value.arg_names):
        more = keywords(value)
    settings.update(more or {})
    return more is not None


def _is_field(name: str, statement: AssignmentStmt) -> bool:
    """Whether an assignment declares a field that has no other name where it is read."""
    annotation, value = statement.unanalyzed_type, statement.rvalue
    if annotation is None or name.startswith("_") or _names(annotation) & _NO_FIELD:
        return False
    if isinstance(value, CallExpr):
        arguments = keywords(value) if last_name(value.callee) == "Field" else None
        return arguments is not None and arguments.keys().isdisjoint({"alias", "validation_alias"})
    return isinstance(value, (*LITERALS, TempNode)) or last_name(value) in ("True", "False", "None")


def _names(annotation: Type) -> set[str]:
    """The name of an annotation."""
    return {annotation.name.rpartition(".")[2]} if isinstance(annotation, UnboundType) else set()


def _is_harmless(statement: Statement) -> bool:
    """Whether a statement of the class body leaves the fields to be read as they are."""
    if isinstance(statement, FuncDef):
        return statement.name not in _OWN_WAYS
    if isinstance(statement, Decorator):
        return statement.func.name not in _OWN_WAYS and all(map(_comes_after, _decorators(statement)))
    if isinstance(statement, ExpressionStmt):
        return isinstance(statement.expr, StrExpr)
    return isinstance(statement, PassStmt) or (isinstance(statement, ClassDef) and statement.name != "Config")


def _is_plain_value(call: CallExpr) -> bool:
    """Whether what a call gives a class sees no input but that of fields: `_name = field_validator("name")(short)`."""
    callee = call.callee.callee if isinstance(call.callee, CallExpr) else call.callee
    return last_name(callee) in _OF_FIELD or last_name(callee) == _PRIVATE


def _prepared(decorator: Expression) -> Iterable[str]:
    """The fields of which what a decorator makes may see, and replace, what was read before it is validated."""
    call = decorator if isinstance(decorator, CallExpr) else None
    name = last_name(decorator if call is None else call.callee)
    if name in _OF_NONE or name in _OF_MODEL or name == _PRIVATE:
        return ()
    arguments = keywords(call) if call is not None and name in _OF_FIELD else None
    if call is None or arguments is None:
        return (EVERY,)
    mode = arguments.get("mode")
    if (mode is None or (isinstance(mode, StrExpr) and mode.value == "after")) and "pre" not in arguments:
        return ()
    named = [given for given, key in zip(call.args, call.arg_names, strict=True) if key is None]
    texts = [given.value for given in named if isinstance(given, StrExpr)]
    return texts if len(texts) == len(named) else (EVERY,)


def _decorators(statement: Decorator) -> Iterator[Expression]:
    yield from statement.original_decorators or statement.decorators


def _comes_after(decorator: Expression) -> bool:
    """Whether a validator of the whole model gets what was read; every other decorator is of a field, or of none."""
    callee = decorator.callee if isinstance(decorator, CallExpr) else decorator
    if last_name(callee) not in _OF_MODEL:
        return True
    mode = (keywords(decorator) or {}).get("mode") if isinstance(decorator, CallExpr) else None
    return isinstance(mode, StrExpr) and mode.value == "after"
