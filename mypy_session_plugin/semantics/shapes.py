"""Shapes: what the values of a type look like to the analysis, before any state is known.

A shape is what a type variable of a session stub stands for: the entity of a query, a row of several, or a value
without states.
"""

from __future__ import annotations

from typing import TypeAlias

from mypy.nodes import TypeInfo
from mypy.types import AnyType, CallableType, Instance, TupleType, Type, get_proper_type

from mypy_session_plugin.facts.links import Cascades
from mypy_session_plugin.facts.loading import Options
from mypy_session_plugin.facts.objects import EVERY_METHOD
from mypy_session_plugin.facts.records import dataclass, field, replace
from mypy_session_plugin.facts.states import State
from mypy_session_plugin.mypy_compat.signatures import alias_of
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of, is_any, is_none, union_items
from mypy_session_plugin.semantics.attribute_sets import AttributeSets
from mypy_session_plugin.semantics.attributes import Attributes
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.mapped import MappedClasses, bases_of
from mypy_session_plugin.semantics.relationships import Relationships

#: The states that a phantom type of one argument admits.
PHANTOM_STATES: dict[str, frozenset[State]] = {
    "Transient": frozenset({State.TRANSIENT}),
    "Pending": frozenset({State.PENDING}),
    "Persistent": frozenset({State.PERSISTENT}),
    "Deleted": frozenset({State.DELETED}),
    "Detached": frozenset({State.DETACHED}),
    "Attached": frozenset({State.PENDING, State.PERSISTENT, State.DELETED}),
    "Unattached": frozenset({State.TRANSIENT, State.DETACHED}),
}

#: Classes of the libraries whose objects are sessions or registries of sessions.
SESSIONS = frozenset(
    {
        "sqlalchemy.orm.session.Session",
        "sqlalchemy.ext.asyncio.session.AsyncSession",
        "sqlmodel.orm.session.Session",
        "sqlmodel.ext.asyncio.session.AsyncSession",
        "flask_sqlalchemy.session.Session",
    }
)
#: Those whose instances load nothing by being read, outside a greenlet of the session.
ASYNC_SESSIONS = frozenset(
    {
        "sqlalchemy.ext.asyncio.session.AsyncSession",
        "sqlmodel.ext.asyncio.session.AsyncSession",
        "sqlalchemy.ext.asyncio.scoping.async_scoped_session",
    }
)
REGISTRIES = frozenset({"sqlalchemy.orm.scoping.scoped_session", "sqlalchemy.ext.asyncio.scoping.async_scoped_session"})
ROWS = frozenset({"sqlalchemy.engine.row.Row", "sqlalchemy.engine._py_row.BaseRow"})
#: The collections whose element is their last type argument, with the kind of container that stands for them.
COLLECTIONS: dict[str, str] = {
    "builtins.list": "list",
    "builtins.set": "set",
    "builtins.frozenset": "set",
    "builtins.tuple": "tuple",
    "builtins.dict": "dict",
    "typing.Sequence": "list",
    "typing.MutableSequence": "list",
    "typing.Collection": "list",
    "typing.Iterable": "generator",
    "typing.Iterator": "generator",
    "typing.Generator": "generator",
    "typing.AbstractSet": "set",
    "typing.MutableSet": "set",
    "typing.Mapping": "dict",
    "typing.MutableMapping": "dict",
    "typing.AsyncIterator": "generator",
    "typing.AsyncIterable": "generator",
    "typing.AsyncGenerator": "generator",
}
#: Collections whose element is the first type argument although they have more.
FIRST_ARGUMENT = frozenset({"typing.Generator", "typing.AsyncGenerator"})


@dataclass(frozen=True, slots=True)
class Entity:
    """A mapped class; `states` where a phantom type says in which its instances are.

    `options` are those of the statement that selects it, None where that is not known.
    """

    class_name: str
    bases: frozenset[str]
    states: frozenset[State] | None = None
    options: Options | None = None
    cascades: Cascades | None = field(default=None, compare=False)


ANY_ENTITY = Entity("builtins.object", frozenset({"builtins.object"}))
"""An instance of some mapped class: of what a session holds SQLAlchemy says no more than that it is an object."""


@dataclass(frozen=True, slots=True)
class Row:
    """Several values together: a tuple of a fixed length, or a row of a result."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """Many values of one shape."""

    kind: str
    element: Shape


@dataclass(frozen=True, slots=True)
class SessionShape:
    """A session or a registry of sessions: the library class that describes it.

    `overridden` are the methods that a subclass of the user's defines, for a registry that of its sessions.
    """

    class_name: str
    registry: bool
    overridden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LibraryShape:
    """Another class that a session stub describes: a Query, a Result, a transaction."""

    class_name: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A value without states: a column, a count."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A value of unknown type."""


Shape: TypeAlias = "Entity | Row | Collection | SessionShape | LibraryShape | Plain | Unseen"
#: A registry of SQLAlchemy's own class.
REGISTRY = SessionShape("sqlalchemy.orm.scoping.scoped_session", registry=True)
SHAPES = (Entity, Row, Collection, SessionShape, LibraryShape, Plain, Unseen)
PLAIN = Plain()
UNSEEN = Unseen()


def session_class(info: TypeInfo) -> SessionShape | None:
    """The library's session or registry class that a class is or derives from."""
    overridden: set[str] = {EVERY_METHOD} if info.fallback_to_any else set()
    for base in info.mro:
        if base.fullname in SESSIONS:
            return SessionShape(base.fullname, False, frozenset(overridden))
        if base.fullname in REGISTRIES:
            return SessionShape(base.fullname, True, frozenset(overridden))
        overridden.update(base.names)
    return None


def _merged(shapes: set[Shape]) -> Shape:
    """`Persistent[User] | Pending[User]` is one instance that may stand either way; other unions are not followed."""
    entities = [shape for shape in shapes if isinstance(shape, Entity)]
    if not entities or len(entities) < len(shapes) or len({shape.class_name for shape in entities}) > 1:
        return UNSEEN
    states: frozenset[State] | None = frozenset()
    for shape in entities:
        states = None if states is None or shape.states is None else states | shape.states
    return replace(entities[0], states=states)


def without_states(shape: Shape) -> Shape:
    """The shape, without what phantom types say of its instances."""
    match shape:
        case Entity():
            return replace(shape, states=None)
        case Row(items):
            return Row(tuple(without_states(item) for item in items))
        case Collection(kind, element):
            return Collection(kind, without_states(element))
        case _:
            return shape


def with_states(shape: Shape, states: frozenset[State]) -> Shape:
    """The shape, its instances in these states, as `Persistent[T]` says of whatever `T` is."""
    match shape:
        case Entity():
            return replace(shape, states=states) if shape.states is None else shape
        case Row():
            return Row(tuple(with_states(item, states) for item in shape.items))
        case Collection():
            return Collection(shape.kind, with_states(shape.element, states))
        case _:
            return shape


def in_states(shape: Shape, phantom: str, name: str) -> Shape:
    """The shape that a phantom type stands around, in its states; an `object` is an instance of some mapped class."""
    states = PHANTOM_STATES.get(phantom)
    if states is None:
        return shape
    return with_states(ANY_ENTITY if name == ANY_ENTITY.class_name else shape, states)


class Shapes:
    """Reads shapes off mypy's types; `None` in a union does not count."""

    def __init__(self, mapped: MappedClasses, library: Library) -> None:
        self.mapped = mapped
        self.relationships = Relationships()
        self.attributes = Attributes(mapped)
        self.attribute_sets = AttributeSets(self.attributes)
        self._library = library
        self._classes: dict[TypeInfo, Shape] = {}

    def of(self, type_: Type | None, depth: int = 0) -> Shape:
        """The shape of a type's values, phantom types included."""
        if type_ is None or depth > 4:
            return UNSEEN
        phantom = alias_of(type_)
        if phantom is not None:
            name, arguments = phantom[0].rpartition(".")[2], phantom[1]
            inner = self.of(arguments[0], depth + 1) if arguments else UNSEEN
            states = PHANTOM_STATES.get(name)
            return with_states(inner, states) if states is not None else inner
        items = [item for item in union_items(type_) if not is_none(item)]
        if len(items) != 1:
            shapes = {self.of(item, depth + 1) for item in items}
            return shapes.pop() if len(shapes) == 1 else _merged(shapes)
        return self._of_item(items[0], depth) if alias_of(items[0]) is None else self.of(items[0], depth + 1)

    def _of_item(self, type_: Type, depth: int) -> Shape:
        proper = get_proper_type(type_)
        match proper:
            case AnyType():
                return UNSEEN
            case TupleType() if proper.partial_fallback.type.fullname == "builtins.tuple":
                return Row(tuple(self.of(item, depth + 1) for item in proper.items))
            case Instance() if proper.type.fullname in ROWS and proper.args:
                return self._of_row(proper, depth)
            case Instance() if proper.type.fullname in COLLECTIONS and proper.args:
                position = 0 if proper.type.fullname in FIRST_ARGUMENT else -1
                return Collection(COLLECTIONS[proper.type.fullname], self.of(proper.args[position], depth + 1))
            case CallableType():
                return PLAIN
        info = info_of(proper)
        shape = PLAIN if info is None else self.of_class(info)
        if isinstance(shape, SessionShape) and shape.registry and isinstance(proper, Instance):
            held = [self.of(argument, depth + 1) for argument in proper.args]
            inner = [item.overridden for item in held if isinstance(item, SessionShape)]
            return replace(shape, overridden=shape.overridden.union(*inner))
        return shape

    def _of_row(self, row: Instance, depth: int) -> Shape:
        if len(row.args) == 1:
            inner = self.of(row.args[0], depth + 1)
            return inner if isinstance(inner, Row) else Row((inner,))
        return Row(tuple(self.of(item, depth + 1) for item in row.args))

    def of_class(self, info: TypeInfo) -> Shape:
        """The shape of a class's instances."""
        known = self._classes.get(info)
        if known is None:
            known = self._classes[info] = self._of_new_class(info)
        return known

    def _of_new_class(self, info: TypeInfo) -> Shape:
        session = session_class(info)
        if session is not None:
            return session
        if self.mapped.is_mapped(info):
            return Entity(info.fullname, bases_of(info), cascades=self.relationships.cascades(info))
        for base in info.mro:
            if self._library.class_stub(base.fullname) is not None:
                return LibraryShape(base.fullname)
        return UNSEEN if info.fallback_to_any else PLAIN

    def of_entity_argument(self, type_: Type | None) -> Shape:
        """The shape of what a class object given as an entity loads: mapped, whatever its bases."""
        info = class_named_by(type_)
        if info is None:
            return UNSEEN if is_any(type_) else PLAIN
        self.mapped.seen_as_entity(info)
        self._classes.pop(info, None)
        return self.of_class(info)


def has_entity(shape: object) -> bool:
    """Whether a row of this shape is an instance, or has one in it."""
    return isinstance(shape, Entity) or (isinstance(shape, Row) and any(map(has_entity, shape.items)))
