"""Which classes are mapped: their instances have one of SQLAlchemy's states."""

from __future__ import annotations

from mypy.nodes import Decorator, OverloadedFuncDef, SymbolNode, TypeInfo, Var
from mypy.types import Instance, Type, get_proper_type

from mypy_session_plugin.semantics.closed_modules import CLOSED_MODULES, is_of_the_user

#: Bases, and metaclasses, of declarative classes in SQLAlchemy, SQLModel and Flask-SQLAlchemy.
DECLARATIVE_BASES = frozenset(
    {
        "sqlalchemy.orm.decl_api.DeclarativeBase",
        "sqlalchemy.orm.decl_api.DeclarativeBaseNoMeta",
        "flask_sqlalchemy.model.Model",
        "sqlmodel.main.SQLModel",
    }
)
DECLARATIVE_METACLASSES = frozenset(
    {
        "sqlalchemy.orm.decl_api.DeclarativeMeta",
        "sqlalchemy.orm.decl_api.DeclarativeAttributeIntercept",
        "sqlmodel.main.SQLModelMetaclass",
    }
)
#: Types that only the attributes of a mapped class have: what a registry's decorator leaves to be seen.
MAPPED_ATTRIBUTES = frozenset({"sqlalchemy.orm.base.Mapped", "sqlalchemy.orm.attributes.InstrumentedAttribute"})
COLUMNS = MAPPED_ATTRIBUTES | {"sqlalchemy.sql.schema.Column", "sqlalchemy.orm.properties.MappedColumn"}
#: Where the decorators stand that make columns and relationships of functions: `declared_attr` and its variants.
DECLARED_ATTRIBUTES = "sqlalchemy.orm.decl_api"
SQLMODEL = "sqlmodel.main.SQLModel"
#: Names in the body of a class with a base of unknown type that say it is declarative.
DECLARATIVE_NAMES = ("__tablename__", "__table__", "__mapper__")


class MappedClasses:
    """Answers whether a class is mapped; a class that was the entity of a query is, whatever its bases."""

    def __init__(self) -> None:
        self._known: dict[TypeInfo, bool] = {}
        self._with_attributes: dict[TypeInfo, bool] = {}

    def is_mapped(self, info: TypeInfo) -> bool:
        """Whether instances of the class have a state."""
        known = self._known.get(info)
        if known is None:
            known = _is_declarative(info) or any(self._has_mapped_attribute(base) for base in info.mro)
            self._known[info] = known
        return known

    def _has_mapped_attribute(self, base: TypeInfo) -> bool:
        known = self._with_attributes.get(base)
        if known is None:
            foreign = base.module_name.partition(".")[0] not in CLOSED_MODULES
            known = self._with_attributes[base] = foreign and _has_mapped_attribute(base)
        return known

    def seen_as_entity(self, info: TypeInfo) -> None:
        """The class was given to `query()`, `get()` or `select()`, which take only mapped ones."""
        if info.fallback_to_any:
            self._known[info] = True


def bases_of(info: TypeInfo) -> frozenset[str]:
    """The full names of the class and of all its bases, to tell which instances may be one object."""
    return frozenset(base.fullname for base in info.mro)


def _is_declarative(info: TypeInfo) -> bool:
    metaclass = info.metaclass_type or info.declared_metaclass
    if metaclass is not None and any(base.fullname in DECLARATIVE_METACLASSES for base in metaclass.type.mro):
        return True
    if any(base.fullname in DECLARATIVE_BASES for base in info.mro):
        return True
    return info.fallback_to_any and any(name in base.names for base in info.mro for name in DECLARATIVE_NAMES)


def _has_mapped_attribute(info: TypeInfo) -> bool:
    for entry in info.names.values():
        if isinstance(entry.node, Var) and entry.node.type is not None:
            declared = get_proper_type(entry.node.type)
            if isinstance(declared, Instance) and declared.type.fullname in MAPPED_ATTRIBUTES:
                return True
    return False


def is_mapped_attribute(info: TypeInfo, name: str) -> bool:
    """Whether an attribute is certainly mapped: `Mapped[...]`, a column, or a field of an SQLModel class."""
    symbol = info.get(name)
    if symbol is None or not isinstance(symbol.node, Var) or symbol.node.type is None or symbol.node.is_property:
        return False
    declared = get_proper_type(symbol.node.type)
    if isinstance(declared, Instance) and declared.type.fullname in COLUMNS:
        return True
    owner = symbol.node.info
    is_field = bool(owner) and not symbol.node.is_classvar and not name.startswith("_")
    return is_field and owner.has_base(SQLMODEL) and owner.fullname != SQLMODEL


def is_set_by_code(info: TypeInfo, name: str) -> bool:
    """Whether an assignment to the attribute runs code of the user's: `__setattr__`, a property's setter, a hybrid's.

    Mypy keeps a decorated function and its setter as one overloaded function.
    """
    if has_own(info, "__setattr__"):
        return True
    symbol = info.get(name)
    node = symbol.node if symbol is not None else None
    if not isinstance(node, (OverloadedFuncDef, Decorator)) or node.fullname.partition(".")[0] in CLOSED_MODULES:
        return False
    return not is_declared_attribute(node)


def has_own(info: TypeInfo, *names: str) -> bool:
    """Whether a class has one of these methods from the user, and not from Python or a library."""
    return any(name in base.names for base in info.mro if is_of_the_user(base.module_name) for name in names)


def is_declared_attribute(node: SymbolNode | None) -> bool:
    """Whether a function is decorated with `declared_attr`: it makes a column or a relationship."""
    declared = get_proper_type(node.var.type) if isinstance(node, Decorator) else None
    return isinstance(declared, Instance) and declared.type.module_name == DECLARED_ATTRIBUTES


def attribute_type(info: TypeInfo | None, name: str) -> Type | None:
    """What an attribute of the class holds, which mypy does not keep where it is assigned; `Mapped[...]` taken off."""
    symbol = None if info is None else info.get(name)
    if symbol is None or not isinstance(symbol.node, Var) or symbol.node.type is None:
        return None
    declared = get_proper_type(symbol.node.type)
    if isinstance(declared, Instance) and declared.type.fullname in MAPPED_ATTRIBUTES and declared.args:
        return declared.args[0]
    return declared
