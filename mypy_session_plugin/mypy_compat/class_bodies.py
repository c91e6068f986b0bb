"""What the body of a class says that mypy does not keep: the arguments of its `relationship()` and column calls.

They are read when mypy has built the class and before it analyses the body, and stored where mypy keeps what plugins
know of a class (`TypeInfo.metadata`): so they are there with a warm cache, in parallel workers and in the daemon, as
well as for classes of other modules.
"""

from __future__ import annotations

from typing import TypeAlias

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Decorator,
    DictExpr,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    Statement,
    StrExpr,
    TypeInfo,
)

from mypy_session_plugin.mypy_compat.class_syntax import is_true, keywords, last_name, literal_mapping, statements
from mypy_session_plugin.mypy_compat.dataclass_bodies import declared_fields_shown
from mypy_session_plugin.mypy_compat.loading_bodies import ATTRIBUTES, declared_loading
from mypy_session_plugin.mypy_compat.loading_bodies import COLUMNS as COLUMN_CONSTRUCTORS
from mypy_session_plugin.mypy_compat.loading_bodies import RELATIONSHIPS as CONSTRUCTORS
from mypy_session_plugin.mypy_compat.model_bodies import declared_fields
from mypy_session_plugin.mypy_compat.module_syntax import ModuleSyntax

#: The key of what this plugin stores with a class: the relationships, the columns whose values can be changed in place,
#: and TRACKED where something in the module may make such columns tell of that.
KEY, RELATIONSHIPS, COLUMNS, TRACKED = "mypy_session_plugin", "relationships", "columns", "tracked"
_COLUMN_ARGUMENTS = frozenset({"type_", "sa_type", "sa_column"})
#: Types of columns whose values are changed in place without the session's notice.
_CHANGEABLE = frozenset({"ARRAY", "JSON", "JSONB", "PickleType"})
#: Arguments that change what an operation takes along in ways that are not followed.
_LOADING = frozenset({"dynamic", "write_only", "noload"})

#: A relationship as JSON; None where its arguments cannot be read.
Declaration: TypeAlias = "dict[str, object] | None"


def note_body(info: TypeInfo, module: ModuleSyntax) -> None:
    """Store what the class body declares; nothing for a class without relationships or columns of interest."""
    relationships: dict[str, Declaration] = {}
    columns: list[str] = []
    opaque = False
    body = list(statements(info.defn))
    for statement in body:
        if isinstance(statement, AssignmentStmt):
            target, value = statement.lvalues[0], statement.rvalue
            if not isinstance(target, NameExpr):
                continue
            if target.name == "__mapper_args__":
                opaque = opaque or not _is_plain_mapping(value)
            elif isinstance(value, CallExpr) and module.is_of_library(value.callee, CONSTRUCTORS):
                relationships[target.name] = _declaration(value)
            elif isinstance(value, CallExpr) and _is_changeable(value, module):
                columns.append(target.name)
        else:
            opaque = opaque or _declares_more(statement)
    declared = {RELATIONSHIPS: relationships, "opaque": opaque, COLUMNS: columns, TRACKED: module.tracks}
    declared |= declared_loading(body, info.name, module)
    declared |= declared_fields(info, module.tree)
    declared |= declared_fields_shown(info, body)
    if any(declared.values()):
        info.metadata[KEY] = declared
    else:
        info.metadata.pop(KEY, None)


def attributes_told(info: TypeInfo) -> set[str]:
    """The attributes of a class of which its body, or that of a base, tells more than that they are mapped."""
    found = set[str]()
    for base in info.mro:
        kept = base.metadata.get(KEY)
        if kept is not None:
            found.update(kept.get(RELATIONSHIPS, ()), kept.get(COLUMNS, ()), kept.get(ATTRIBUTES, ()))
    return found


def _declares_more(statement: Statement) -> bool:
    """Whether relationships, or a hierarchy whose subclasses have some, are declared in a way that is not read."""
    if isinstance(statement, Decorator):
        names = {last_name(item) for item in statement.original_decorators or statement.decorators}
        return bool(names & {"declared_attr", "directive", "cascading"})
    return isinstance(statement, FuncDef) and statement.name == "__mapper_args__"


def _is_plain_mapping(value: Expression) -> bool:
    """Whether `__mapper_args__` says nothing of subclasses or properties."""
    if not isinstance(value, DictExpr):
        return False
    keys = [key.value for key, _value in value.items if isinstance(key, StrExpr)]
    return len(keys) == len(value.items) and not any(
        key.startswith("polymorphic") or key == "properties" for key in keys
    )


def _is_changeable(call: CallExpr, module: ModuleSyntax) -> bool:
    """Whether a column is made of a type whose values are plain lists, dicts and objects."""
    if not module.is_of_library(call.callee, COLUMN_CONSTRUCTORS):
        return False
    for argument, name in zip(call.args, call.arg_names, strict=True):
        if name is not None and name not in _COLUMN_ARGUMENTS:
            continue
        if isinstance(argument, CallExpr) and name == "sa_column":
            return _is_changeable(argument, module)
        type_ = argument.callee if isinstance(argument, CallExpr) else argument
        owner = type_
        while isinstance(owner, MemberExpr):
            owner = owner.expr
        known = owner is type_ or last_name(owner) in module.imported
        if known and module.is_of_library(type_, _CHANGEABLE):
            return True
    return False


def _declaration(call: CallExpr) -> Declaration:
    """The arguments that matter, None if one of them is not literal."""
    arguments = keywords(call)
    if arguments is None:
        return None
    inner = arguments.get("sa_relationship")
    if isinstance(inner, CallExpr):
        return _declaration(inner)
    if "sa_relationship_kwargs" in arguments:
        more = literal_mapping(arguments["sa_relationship_kwargs"])
        if more is None:
            return None
        arguments |= more
    declared: dict[str, object] = {}
    if is_true(arguments.get("cascade_delete")):
        declared["cascade"] = "all, delete-orphan"
    if not _read_texts(arguments, declared) or not _read_backref(arguments.get("backref"), declared):
        return None
    if "viewonly" in arguments:
        declared["viewonly"] = True
    loading = arguments.get("lazy")
    return None if isinstance(loading, StrExpr) and loading.value in _LOADING else declared


def _read_texts(arguments: dict[str, Expression], declared: dict[str, object]) -> bool:
    for name in ("cascade", "back_populates"):
        value = arguments.get(name)
        if isinstance(value, StrExpr):
            declared[name] = value.value
        elif value is not None and not (isinstance(value, NameExpr) and value.name == "None"):
            return False
    return True


def _read_backref(value: Expression | None, declared: dict[str, object]) -> bool:
    """`backref="name"` or `backref=backref("name", cascade=...)`."""
    if value is None:
        return True
    if isinstance(value, StrExpr):
        declared["backref"] = value.value
        return True
    if not isinstance(value, CallExpr) or not value.args or not isinstance(value.args[0], StrExpr):
        return False
    arguments = keywords(value)
    cascade = (arguments or {}).get("cascade")
    if arguments is None or (cascade is not None and not isinstance(cascade, StrExpr)):
        return False
    declared["backref"] = value.args[0].value
    if isinstance(cascade, StrExpr):
        declared["backref_cascade"] = cascade.value
    return True
