"""Options of sessions and factories, which are values: keywords at the construction, a setting of a query.

A setting is known only from a literal at the construction, from a factory of the same module that is assigned once and
not reconfigured, or from the option `expire_on_commit` (design: "known only from a literal").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    MDEF,
    AssignmentStmt,
    Block,
    CallExpr,
    Context,
    Expression,
    GlobalDecl,
    IfStmt,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    RefExpr,
    StrExpr,
    TempNode,
    TryStmt,
    TypeInfo,
    Var,
)
from mypy.types import Type

from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, Constant, Unknown, Value, objects
from mypy_session_plugin.flow.syntax import assigned_targets, children
from mypy_session_plugin.mypy_compat.class_syntax import literal_mapping
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics.shapes import REGISTRIES
from mypy_session_plugin.semantics.statement_roots import EXTENSION

#: The settings that states depend on, with what SQLAlchemy does where they are not given.
DEFAULTS: dict[str, bool] = {
    "autobegin": True,
    "autoflush": True,
    "close_resets_only": True,
    "expire_on_commit": True,
}
#: Functions and classes whose keywords are the settings of the sessions that they make.
FACTORY_CLASSES = frozenset(
    {"sqlalchemy.orm.session.sessionmaker", "sqlalchemy.ext.asyncio.session.async_sessionmaker"}
)

#: The setting that tells whether the sessions are bound to an engine, so that their transactions are their own.
BOUND = "bound"
ENGINES = frozenset({"sqlalchemy.engine.base.Engine", "sqlalchemy.ext.asyncio.engine.AsyncEngine"})
CREATE_ENGINE = frozenset(
    {
        "sqlalchemy.engine.create.create_engine",
        "sqlalchemy.ext.asyncio.engine.create_async_engine",
        "sqlalchemy.create_engine",
        "sqlalchemy.ext.asyncio.create_async_engine",
    }
)
QUERIES = ("sqlalchemy.orm.query.Query", "flask_sqlalchemy.query.Query")

#: The options of its sessions, which only an extension object is given in one mapping.
OPTIONS = "session_options"

Setting = frozenset[bool | Unknown]
TypeOf: TypeAlias = "Callable[[Expression], Type | None]"
NOT_KNOWN: Setting = frozenset({UNKNOWN})


def settings_of(
    call: CallExpr, inherited: dict[str, Setting] | None = None, type_of: TypeOf | None = None
) -> dict[str, Setting]:
    """The settings that a construction gives, on top of its factory's or of SQLAlchemy's defaults.

    `BOUND` among them tells whether it gives an engine, by the types of expressions or else by those of variables.
    """
    base = {name: frozenset[bool | Unknown]({value}) for name, value in DEFAULTS.items()}
    found = dict(base if inherited is None else inherited)
    for value, kind, name in zip(call.args, call.arg_kinds, call.arg_names, strict=True):
        if kind == ARG_STAR2:
            found = dict.fromkeys(found, NOT_KNOWN)
        elif kind == ARG_NAMED and name in found:
            literal = _boolean(value)
            found[name] = NOT_KNOWN if literal is None else frozenset({literal})
        elif kind == ARG_NAMED and name == "class_":
            found = _of_class(found, value)
        elif name == OPTIONS:
            found = _with_options(found, value)
    engine = _gives_engine(call, type_of or _declared_type)
    if engine is not None:
        found[BOUND] = engine
    return found


def factory_settings(store: Store, factory: Value) -> dict[str, Setting] | None:
    """What is known of the sessions that a factory makes; None where nothing is."""
    known: dict[str, Setting] | None = None
    for item in objects(factory):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts) and facts.settings:
            known = {name: setting for name, setting in facts.settings if isinstance(setting, frozenset)}
    return known


def _gives_engine(call: CallExpr, type_of: TypeOf) -> Setting | None:
    """Whether what a session is bound to is an engine; None where the call says nothing of that."""
    given: Setting | None = None
    for value, kind, name in zip(call.args, call.arg_kinds, call.arg_names, strict=True):
        if kind in (ARG_STAR, ARG_STAR2) or name == "binds" or (name == "class_" and not _is_own_class(value)):
            return NOT_KNOWN
        if kind == ARG_POS or name == "bind":
            given = frozenset({True}) if _is_engine(value, type_of) else NOT_KNOWN
    return given


def _is_engine(value: Expression, type_of: TypeOf) -> bool:
    if isinstance(value, CallExpr) and isinstance(value.callee, RefExpr) and value.callee.fullname in CREATE_ENGINE:
        return True
    info = info_of(type_of(value))
    return info is not None and info.fullname in ENGINES


def _declared_type(value: Expression) -> Type | None:
    node = value.node if isinstance(value, RefExpr) else None
    return node.type if isinstance(node, Var) else None


def boolean_setting(value: Value) -> Setting:
    """The setting that an argument's value is."""
    known = frozenset(atom.value for atom in value if isinstance(atom, Constant) and isinstance(atom.value, bool))
    return known if len(known) == len(value) and known else NOT_KNOWN


def autoflush_given(store: Store, receiver: Value, named: bool) -> Setting | None:
    """What a query or statement says of autoflush itself; None where the session decides.

    That is `Query.autoflush()`, or the execution option of that name; `named` tells that the call has such options.
    """
    for item in objects(receiver):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts):
            setting = dict(facts.settings).get("autoflush")
            if isinstance(setting, frozenset) and facts.class_name in QUERIES:
                return setting
    return NOT_KNOWN if named else None


def names_autoflush(call: Context) -> bool:
    """Whether a call names the execution option `autoflush`, or options that are not known one by one."""
    waiting: list[Node] = [call.callee, *call.args] if isinstance(call, CallExpr) else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, StrExpr) and node.value == "autoflush":
            return True
        options = isinstance(node, CallExpr) and getattr(node.callee, "name", "") == "execution_options"
        if isinstance(node, CallExpr) and options and {"autoflush", None} & set(node.arg_names):
            return True
        waiting.extend(children(node))
    return False


def _of_class(settings: dict[str, Setting], value: Expression) -> dict[str, Setting]:
    """A subclass of the library's session may set options of its own."""
    return settings if _is_own_class(value) else dict.fromkeys(settings, NOT_KNOWN)


def _with_options(settings: dict[str, Setting], value: Expression) -> dict[str, Setting]:
    """The settings in a display of options, on top of others; in what is no display there may be any."""
    options = literal_mapping(value)
    if options is None or "class_" in options:
        return dict.fromkeys(settings, NOT_KNOWN)
    given = {name: _boolean(options[name]) for name in settings if name in options}
    return settings | {name: NOT_KNOWN if literal is None else frozenset({literal}) for name, literal in given.items()}


def _is_own_class(value: Expression) -> bool:
    names = ("sqlalchemy.orm.session.Session", "sqlalchemy.ext.asyncio.session.AsyncSession")
    return getattr(value, "fullname", "") in names


def _boolean(value: Expression) -> bool | None:
    if isinstance(value, NameExpr) and value.fullname in ("builtins.True", "builtins.False"):
        return value.fullname == "builtins.True"
    return None


#: What a factory is changed by after it was made.
CHANGING = frozenset({"configure", "kw"})


class Factories:
    """The factories and registries that a module assigns at its top level, and the factories in attributes."""

    def __init__(self, tree: MypyFile) -> None:
        self.tree = tree
        self._calls: dict[str, CallExpr | None] | None = None
        self._attributes: dict[str, CallExpr | None] | None = None

    def settings(self, full_name: str) -> dict[str, Setting]:
        """The settings of what the factory or registry in a global makes; unknown for what is not certain to be one."""
        if self._calls is None:
            self._calls = self._read()
        call = self._calls.get(full_name)
        return dict.fromkeys(DEFAULTS, NOT_KNOWN) if call is None else settings_of(call)

    def settings_of_attribute(self, owner: TypeInfo | None, name: str) -> dict[str, Setting]:
        """The same of the factory in an attribute of a class, or of its objects.

        A class of this module declares it, and no attribute of that name has another value in the module.
        """
        declared = owner.get(name) if owner is not None else None
        definition = declared.node if declared is not None else None
        call = None
        if isinstance(definition, Var) and definition.info and definition.info.module_name == self.tree.fullname:
            if self._attributes is None:
                self._attributes = self._read_attributes()
            call = self._attributes.get(name)
        return dict.fromkeys(DEFAULTS, NOT_KNOWN) if call is None else settings_of(call)

    def _read_attributes(self) -> dict[str, CallExpr | None]:
        """What is assigned to attributes of classes and objects, by name; None for all but one call of a factory."""
        found: dict[str, CallExpr | None] = {}
        changed: set[str] = set()
        waiting: list[Node] = list(self.tree.defs)
        while waiting:
            node = waiting.pop()
            if isinstance(node, AssignmentStmt):
                for name in _attributes_in([] if _is_none(node.rvalue) else node.lvalues):
                    found[name] = None if name in found else _factory_call(node.rvalue)
            elif isinstance(node, MemberExpr) and node.name in CHANGING:
                changed.update(_attributes_in([node.expr]))
            elif isinstance(node, CallExpr):
                # A call may set the attribute that it is given by name, as `setattr()` does: by position.
                given = zip(node.args, node.arg_kinds, strict=True)
                named = {item.value for item, kind in given if kind == ARG_POS and isinstance(item, StrExpr)}
                if not named and getattr(node.callee, "fullname", "") == "builtins.setattr":
                    return {}
                changed |= named
            else:
                changed.update(_attributes_in(assigned_targets(node)))
            waiting.extend(children(node))
        return {name: call for name, call in found.items() if name not in changed}

    def _read(self) -> dict[str, CallExpr | None]:
        found: dict[str, CallExpr | None] = {}
        registries: dict[str, str | None] = {}
        for statement in _top_level(self.tree):
            for target in statement.lvalues:
                if isinstance(target, NameExpr):
                    name = f"{self.tree.fullname}.{target.name}"
                    again = name in found
                    found[name] = None if again else _factory_call(statement.rvalue)
                    registries[name] = None if again else _factory_name(statement.rvalue)
        if not any(found.values()):
            return {}
        changed = self._reconfigured()
        kept = {name: call for name, call in found.items() if call is not None and name not in changed}
        for name, factory in registries.items():
            if factory in kept and name not in changed:
                kept[name] = kept[factory]
        return dict(kept)

    def _reconfigured(self) -> set[str]:
        """The names that the module configures later or assigns inside a function: nothing is certain of them.

        Nor of a registry whose session is made with options of its own, or has one set.
        """
        found: set[str] = set()
        waiting: list[Node] = list(self.tree.defs)
        while waiting:
            node = waiting.pop()
            if isinstance(node, MemberExpr) and (node.name in CHANGING or node.name in DEFAULTS):
                found.update(_names_in(node.expr))
            elif isinstance(node, CallExpr) and isinstance(node.callee, NameExpr) and node.args:
                found.add(node.callee.fullname)
            elif isinstance(node, AssignmentStmt):
                # A test puts a registry of its own into an extension object.
                found.update(name for target in node.lvalues for name in _owners_in(target))
            elif isinstance(node, GlobalDecl):
                found.update(f"{self.tree.fullname}.{name}" for name in node.names)
            waiting.extend(children(node))
        return found


def _names_in(expression: Node) -> Iterator[str]:
    """The variables that an expression names: in `registry().autoflush` it is the registry."""
    if isinstance(expression, NameExpr):
        yield expression.fullname
    for part in children(expression):
        yield from _names_in(part)


def _owners_in(target: Expression) -> Iterator[str]:
    """The variables of whose objects an assignment changes an attribute."""
    return _names_in(target.expr) if isinstance(target, MemberExpr) else iter(())


def _attributes_in(expressions: Iterable[Node]) -> Iterator[str]:
    """The attributes that expressions name: `factory` in `self.factory`, and in the body of a class."""
    for expression in expressions:
        if isinstance(expression, MemberExpr) or (isinstance(expression, NameExpr) and expression.kind == MDEF):
            yield expression.name
        yield from _attributes_in(children(expression))


def _is_none(value: Expression) -> bool:
    """Whether nothing is assigned: None is no factory, and a bare annotation no value."""
    return isinstance(value, TempNode) or (isinstance(value, NameExpr) and value.fullname == "builtins.None")


def _factory_call(value: Expression) -> CallExpr | None:
    """The call of `sessionmaker` or its like that an expression is, perhaps inside that of a registry.

    That of an extension object is one as well, whose registry gives out sessions with the options that it is given.
    """
    if not isinstance(value, CallExpr):
        return None
    full_name = getattr(getattr(value.callee, "node", None), "fullname", "")
    if full_name in REGISTRIES and value.args:
        return _factory_call(value.args[0])
    return value if full_name in FACTORY_CLASSES or full_name == EXTENSION else None


def _factory_name(value: Expression) -> str | None:
    """The variable whose factory a registry is made of."""
    if not isinstance(value, CallExpr) or not value.args:
        return None
    full_name = getattr(getattr(value.callee, "node", None), "fullname", "")
    factory = value.args[0]
    return factory.fullname if full_name in REGISTRIES and isinstance(factory, NameExpr) else None


def _top_level(tree: MypyFile) -> Iterator[AssignmentStmt]:
    waiting: list[Node] = list(reversed(tree.defs))
    while waiting:
        statement = waiting.pop()
        match statement:
            case AssignmentStmt():
                yield statement
            case Block():
                waiting.extend(reversed(statement.body))
            case IfStmt():
                waiting.extend([*statement.body, *([statement.else_body] if statement.else_body else [])])
            case TryStmt():
                waiting.extend([statement.body, *statement.handlers])
            case _:
                pass
