"""What a class's attributes are mapped to, and how they come with their row: from annotations and class bodies."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import TypeInfo, Var
from mypy.types import AnyType, Instance, ProperType, TypeAliasType, get_proper_type

from mypy_session_plugin.facts.loading import AfterFlush, Attribute, AttributeKind, Strategy
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.mypy_compat.class_bodies import RELATIONSHIPS
from mypy_session_plugin.mypy_compat.loading_bodies import (
    ATTRIBUTES,
    DOUBTFUL,
    EAGER_DEFAULTS,
    KEYS_ELSEWHERE,
    Loading,
)
from mypy_session_plugin.mypy_compat.types import info_of, union_items
from mypy_session_plugin.semantics.mapped import (
    MAPPED_ATTRIBUTES,
    MappedClasses,
    is_declared_attribute,
    is_mapped_attribute,
)
from mypy_session_plugin.semantics.relationships import declarations, kept, target_of

#: Annotations of collections that are never loaded.
NEVER_LOADED = {
    "sqlalchemy.orm.base.DynamicMapped": AttributeKind.DYNAMIC,
    "sqlalchemy.orm.base.WriteOnlyMapped": AttributeKind.WRITE_ONLY,
}
#: Flask-SQLAlchemy's base, whose subclasses have a table without a word.
FLASK_MODEL = "flask_sqlalchemy.model.Model"


class Attributes:
    """Answers for all classes of one build; whatever it cannot read it does not know."""

    def __init__(self, mapped: MappedClasses) -> None:
        self._mapped = mapped
        self._found: dict[tuple[TypeInfo, str], Attribute | None] = {}

    def of(self, info: TypeInfo | None, name: str) -> Attribute | None:
        """The mapped attribute of that name; None for what is none (a method, a property, a hybrid, a proxy).

        Of an attribute of which not all is certain the kind or the strategy is UNKNOWN.
        """
        if info is None:
            return None
        key = (info, name)
        if key not in self._found:
            # What a synonym by mistake leads back to is nothing.
            self._found[key] = None
            self._found[key] = self._read(info, name)
        return self._found[key]

    def target(self, info: TypeInfo | None, name: str) -> TypeInfo | None:
        """The mapped class that a relationship leads to; None for every other attribute, and if it is not known."""
        attribute = self.of(info, name)
        if info is None or attribute is None or not attribute.target:
            return None
        return target_of(info, attribute.name)[0]

    def relationships(self, info: TypeInfo) -> Iterator[str]:
        """The names of the relationships that the class and its bases declare."""
        return (name for name, _declaration in declarations(info))

    def _read(self, info: TypeInfo, name: str) -> Attribute | None:
        base = next((base for base in info.mro if name in base.names), None)
        node = base.names[name].node if base is not None else None
        if base is None or not isinstance(node, Var):
            unknown = Attribute(name, AttributeKind.UNKNOWN, Strategy.UNKNOWN)
            return unknown if is_declared_attribute(node) else None
        if node.is_property or node.is_classvar:
            return None
        loading: Loading = kept(base).get(ATTRIBUTES, {}).get(name, {})  # type: ignore[assignment]
        if loading is not None and "of" in loading:
            return self.of(info, str(loading["of"]))
        found = self._mapped_variable(info, base, node, loading)
        return None if found is None else _doubted(found, info, base)

    def _mapped_variable(self, info: TypeInfo, base: TypeInfo, node: Var, loading: Loading) -> Attribute | None:
        name, declared = node.name, get_proper_type(node.type) if node.type is not None else None
        never_loaded = NEVER_LOADED.get(declared.type.fullname) if isinstance(declared, Instance) else None
        if never_loaded is not None:
            return Attribute(name, never_loaded, Strategy.UNKNOWN)
        if name in kept(base).get(RELATIONSHIPS, {}):
            return self._relationship(info, name, loading)
        if not loading and not is_mapped_attribute(info, name) and not _is_untyped_column(node):
            return None
        if loading is None or (loading.keys() <= {"type"} and self._may_be_related(info, node)):
            return Attribute(name, AttributeKind.UNKNOWN, Strategy.UNKNOWN)
        return _column(name, loading, _has_alias(declared, loading.get("type")))

    def _relationship(self, info: TypeInfo, name: str, loading: Loading) -> Attribute:
        target, many = target_of(info, name)
        if target is not None and not self._mapped.is_mapped(target):
            target = None
        kind = AttributeKind.RELATED
        if target is not None:
            kind = AttributeKind.TO_MANY if many else AttributeKind.TO_ONE
        strategy = Strategy.UNKNOWN
        if loading is not None:
            kind = AttributeKind(loading.get("kind", kind))
            strategy = Strategy(loading.get("strategy", Strategy.LAZY))
        if kind in NEVER_LOADED.values() or (strategy is Strategy.EAGER and target in info.mro):
            # One that leads to its own class is loaded to a depth that other arguments give.
            strategy = Strategy.UNKNOWN
        return Attribute(name, kind, strategy, target="" if target is None else target.fullname)

    def _may_be_related(self, info: TypeInfo, node: Var) -> bool:
        """Whether an annotation may be that of a relationship which is declared elsewhere."""
        target = target_of(info, node.name)[0]
        if target is not None:
            return self._mapped.is_mapped(target)
        declared = get_proper_type(node.type) if node.type is not None else None
        arguments = declared.args if isinstance(declared, Instance) else ()
        return not node.has_explicit_value and any(isinstance(get_proper_type(item), AnyType) for item in arguments)


def _is_untyped_column(node: Var) -> bool:
    """Whether a variable of unknown type is what the call of a function makes that maps columns."""
    untyped = isinstance(get_proper_type(node.type), AnyType) if node.type is not None else False
    return untyped and node.is_inferred and node.has_explicit_value


def _column(name: str, loading: dict[str, str | bool], may_say_more: bool) -> Attribute:
    """A column, or what is read like one; `may_say_more` if its type may be an alias that describes a column."""
    key = loading.get("primary_key")
    found = Attribute(
        name,
        AttributeKind(loading.get("kind", AttributeKind.COLUMN)),
        Strategy(loading.get("strategy", Strategy.EAGER)),
        str(loading.get("group", "")),
        key if isinstance(key, bool) and key else None if "primary_key" in loading else False,
        AfterFlush(loading.get("inserted", AfterFlush.KEPT)),
        AfterFlush(loading.get("updated", AfterFlush.KEPT)),
    )
    if not may_say_more:
        return found
    kept_strategy = found.strategy if found.strategy is not Strategy.EAGER or found.primary_key else Strategy.UNKNOWN
    return replace(
        _without_flush(found),
        strategy=kept_strategy,
        primary_key=found.primary_key or None,
    )


def _doubted(attribute: Attribute, info: TypeInfo, base: TypeInfo) -> Attribute:
    """The attribute, less what other parts of the classes leave uncertain; `base` is the one that declares it."""
    notes = [kept(item) for item in info.mro]
    if any(note.get(DOUBTFUL) for note in notes):
        return replace(_without_flush(attribute), strategy=Strategy.UNKNOWN, primary_key=None)
    has_table = any(_is_assigned(item, "__table__") for item in info.mro)
    if has_table or any(note.get(EAGER_DEFAULTS) for note in notes):
        attribute = _without_flush(attribute)
    if base is not info and _has_own_table(base) and attribute.updated is AfterFlush.EXPIRED:
        # An UPDATE of the subclass's own table leaves this one's columns as they are.
        attribute = replace(attribute, updated=AfterFlush.UNKNOWN)
    if not attribute.primary_key and (has_table or any(note.get(KEYS_ELSEWHERE) for note in notes)):
        attribute = replace(attribute, primary_key=None)
    return attribute


def _without_flush(attribute: Attribute) -> Attribute:
    return replace(attribute, inserted=AfterFlush.UNKNOWN, updated=AfterFlush.UNKNOWN)


def _has_own_table(info: TypeInfo) -> bool:
    if "__abstract__" in info.names:
        return False
    is_named = _is_assigned(info, "__tablename__") or _is_assigned(info, "__table__")
    return is_named or any(item.fullname == FLASK_MODEL for item in info.mro)


def _is_assigned(info: TypeInfo, name: str) -> bool:
    node = info.names[name].node if name in info.names else None
    return isinstance(node, Var) and node.has_explicit_value


def _has_alias(type_: ProperType | None, written: str | bool | None) -> bool:
    """Whether `Mapped[...]` names an alias, of which mypy does not keep what `Annotated[...]` says beside the type.

    `written` is a name in the annotation that is that of a class or of an alias.
    """
    if not isinstance(type_, Instance) or type_.type.fullname not in MAPPED_ATTRIBUTES:
        return False
    items = [item for argument in type_.args for item in (argument, *union_items(argument))]
    if any(isinstance(item, TypeAliasType) for item in items):
        return True
    return written is not None and all(info.name != written for item in items if (info := info_of(item)) is not None)
