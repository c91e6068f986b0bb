"""The value of a stubbed call, from the annotation of its result."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from mypy.nodes import CallExpr, Context

from mypy_session_plugin.facts.effects import TypeExpression
from mypy_session_plugin.facts.loads import Loads
from mypy_session_plugin.facts.objects import UNREAD, ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE_VALUE, NOTHING_KNOWN, Constant, ObjectId, Value, join, objects
from mypy_session_plugin.semantics import loads as loaded_attributes
from mypy_session_plugin.semantics.binding import ROW_CLASSES, BoundCall, is_phantom
from mypy_session_plugin.semantics.contents import asks_anew, held_instance, note_row, row_key
from mypy_session_plugin.semantics.entered import kept
from mypy_session_plugin.semantics.exports import canonical_name
from mypy_session_plugin.semantics.factories import (
    DEFAULTS,
    FACTORY_CLASSES,
    NOT_KNOWN,
    Setting,
    boolean_setting,
    factory_settings,
    settings_of,
)
from mypy_session_plugin.semantics.library_objects import FACTORY_BLOCK
from mypy_session_plugin.semantics.making import Maker, copy_element, site_of, the_session
from mypy_session_plugin.semantics.new_sessions import new_session
from mypy_session_plugin.semantics.parameters import EVENTS
from mypy_session_plugin.semantics.sessions import Relation, relation
from mypy_session_plugin.semantics.shapes import (
    COLLECTIONS,
    PLAIN,
    REGISTRIES,
    ROWS,
    SESSIONS,
    UNSEEN,
    Collection,
    Entity,
    LibraryShape,
    Row,
    SessionShape,
    Shape,
    in_states,
    with_states,
)
from mypy_session_plugin.semantics.transactions import enter_made, is_transaction
from mypy_session_plugin.semantics.world import World, with_none

#: Phantom types around a result that say nothing of its states.
TRANSPARENT = ("Owned", "Borrowed", "Synchronized", "Loaded")


#: Generic classes whose argument is a whole row.
WHOLE_ROWS = ROW_CLASSES | {
    "sqlalchemy.engine.result.TupleResult",
    "sqlalchemy.ext.asyncio.result.AsyncTupleResult",
}


class Results:
    """Makes the result of one call; what it loads belongs to the call's session."""

    def __init__(
        self,
        world: World,
        store: Store,
        bound: BoundCall,
        receiver: Value,
        session: Value,
        node: Context,
        name: str,
        loads: Callable[[Entity, Value], Loads] | None,
    ) -> None:
        self._world = world
        self._store = store
        self._bound = bound
        self._receiver = receiver
        self._session = session
        self._node = node
        self._name = name
        reads = any(state.name == "reads" for state in bound.stub.effects)
        self._reads = reads
        event = "loaded" if reads else EVENTS.get(name, "loaded")
        self._maker = Maker(store, "load", Origin(node.line, event), session, loads)

    def value(self) -> Value:
        """The value of the whole call."""
        if self._name == "merge":
            given = self._bound.argument("instance")
            if given is not None and self._is_held(given.value):
                return given.value
        row = row_key(self._world, self._store, self._name, self._bound)
        held = held_instance(self._store, row, self._session)
        if held is not None:
            origin = Origin(self._node.line, "loaded")
            loaded_attributes.got_again(self._store, held[1], origin, asks_anew(self._bound))
            return with_none(frozenset({held[1]}), self._world.type(self._node))
        value = self._evaluate(self._bound.stub.returns, live=False, site=site_of(self._node))
        note_row(self._store, value, row)
        return value

    def _evaluate(self, expression: TypeExpression, live: bool, site: object) -> Value:
        if expression.name == "None":
            return NONE_VALUE
        if expression.name == "Union":
            return self._union(expression, live, site)
        phantom = is_phantom(expression)
        if phantom == "Live":
            return self._evaluate(expression.arguments[0], True, site)
        if phantom == "Kept":
            return kept(self._store, self._receiver)
        if phantom == "In":
            self._enter(str(expression.arguments[1].values[0]))
            return self._evaluate(expression.arguments[0], live, site)
        if phantom in TRANSPARENT:
            return self._evaluate(expression.arguments[0], live, site)
        if expression.name == "typing.Self":
            return self._with_setting(site) if self._name == "autoflush" else self._receiver
        shape = self._shape(expression)
        match shape:
            case SessionShape():
                return self._make_session(shape)
            case LibraryShape(class_name):
                return self._library_object(class_name, expression, live, site)
            case Collection(kind, element):
                elements = self._entities(element, (site, "element"), older=True)
                identity = ObjectId("container", site)
                return frozenset({self._store.create(identity, ContainerFacts(kind, elements))})
        if shape == UNSEEN:
            return self._by_type()
        return self._entities(shape, site, older=False)

    def _enter(self, place: str) -> None:
        """The result belongs to the session that a parameter was given (`In[T, Literal["session"]]`)."""
        given = self._bound.argument(place)
        self._session = given.value if given is not None else NOTHING_KNOWN
        self._maker = self._maker.of_session(self._session)

    def _is_held(self, value: Value) -> bool:
        """Whether an instance is persistent in this very session, so that `merge()` gives it back."""
        held = [self._store.heap.get(item) for item in objects(value)]
        return len(held) == len(value) and all(
            isinstance(facts, InstanceFacts)
            and all(
                isinstance(item, Situation)
                and item.state is State.PERSISTENT
                and not item.marked
                and relation(self._store, item.session, self._session) is Relation.SAME
                for item in facts.situations
            )
            for facts in held
        )

    def _with_setting(self, site: object) -> Value:
        """`Query.autoflush(False)` makes a query of its own that remembers it."""
        given = self._bound.argument("setting")
        setting = NOT_KNOWN if given is None else boolean_setting(given.value)
        for item in objects(self._receiver):
            facts = self._store.heap.get(item)
            if isinstance(facts, LibraryFacts):
                changed = replace(facts, settings=(("autoflush", setting),))
                return frozenset({self._store.create(ObjectId("result", site), changed)})
        return self._receiver

    def _union(self, expression: TypeExpression, live: bool, site: object) -> Value:
        """`Persistent[T] | Pending[T]` is one instance that stands in either way; other members are alternatives."""
        shapes = [self._shape(part) for part in expression.arguments]
        entities = [shape for shape in shapes if isinstance(shape, Entity) and shape.states]
        values: list[Value] = []
        if entities:
            states: frozenset[State] = frozenset().union(*(shape.states or frozenset() for shape in entities))
            first = entities[0]
            merged = replace(first, states=states)
            values.append(self._entities(merged, site, older=False))
        for part, shape in zip(expression.arguments, shapes, strict=True):
            if shape not in entities:
                values.append(self._evaluate(part, live, site))
        return join(values)

    def _shape(self, expression: TypeExpression, whole: bool = False) -> Shape:
        """The shape that an annotation has here; `whole` where a row is meant and not a value taken out of it."""
        phantom = is_phantom(expression)
        if phantom:
            inner = expression.arguments[0]
            return in_states(self._shape(inner, whole), phantom, inner.name)
        if expression.name in self._bound.bindings:
            bound = self._bound.bindings[expression.name]
            return self._taken_from(bound) if isinstance(bound, Row) and not whole else bound
        if expression.name in ROWS:
            return self._shape(expression.arguments[0], whole=True)
        if expression.name == "builtins.tuple" and "..." not in [part.name for part in expression.arguments]:
            return Row(tuple(self._shape(part) for part in expression.arguments))
        if expression.name in COLLECTIONS and expression.arguments:
            return Collection(COLLECTIONS[expression.name], self._shape(expression.arguments[-1]))
        if expression.name == "...":
            return UNSEEN
        name = canonical_name(expression.name)
        if name in SESSIONS or name in REGISTRIES:
            return SessionShape(name, registry=name in REGISTRIES)
        if self._world.library.class_stub(name) is not None:
            return LibraryShape(name)
        return UNSEEN if "." not in name or name == "typing.Any" else PLAIN

    def _taken_from(self, row: Row) -> Shape:
        """The value that `scalar()` and its like take out of a row: the first, or that of a given index."""
        index = self._bound.argument("index")
        if index is None:
            return row.items[0] if row.items else PLAIN
        for atom in index.value:
            if isinstance(atom, Constant) and isinstance(atom.value, int) and atom.value < len(row.items):
                return row.items[atom.value]
        return UNSEEN

    def _by_type(self) -> Value:
        """A result of which the stub says nothing is what mypy says it is."""
        return self._world.typed_value(self._store, self._node, "result")

    def _entities(self, shape: Shape, site: object, older: bool) -> Value:
        """What is loaded now, or was when a buffered result was made."""
        shape = self._inherited_states(shape)
        buffered = self._buffered(shape)
        if buffered and isinstance(shape, Entity):
            return buffered if older else copy_element(self._store, buffered, "load", site)
        if buffered and isinstance(shape, Row):
            fixed = tuple(self._entities(item, (site, position), older) for position, item in enumerate(shape.items))
            identity = ObjectId("container", (site, "row"), older)
            facts = ContainerFacts("tuple", join(fixed) if fixed else frozenset(), fixed)
            if older:
                self._store.heap[identity] = facts
            else:
                self._store.create(identity, facts)
            return frozenset({identity})
        return self._maker.value(shape, site, older=older)

    def _inherited_states(self, shape: Shape) -> Shape:
        """The entities of a result's rows are what the result's own type variables say they are."""
        for item in objects(self._receiver):
            facts = self._store.heap.get(item)
            if isinstance(facts, LibraryFacts):
                for _name, bound in facts.bindings:
                    states = _states_in(bound)
                    if states:
                        return with_states(shape, states)
        return shape

    def _buffered(self, shape: Shape) -> Value:
        """The instances that a buffered receiver holds, of the entity's class (of all classes for a row)."""
        found: set[ObjectId] = set()
        for item in objects(self._receiver):
            facts = self._store.heap.get(item)
            if isinstance(facts, LibraryFacts):
                found.update(_instances_in(self._store, facts.holds))
        if isinstance(shape, Entity):
            wanted = shape.class_name
            found = {item for item in found if getattr(self._store.heap[item], "class_name", "") == wanted}
        return frozenset(found)

    def _library_object(self, class_name: str, expression: TypeExpression, live: bool, site: object) -> Value:
        stub = self._world.library.class_stub(class_name)
        bindings: dict[str, Shape] = {}
        if stub is not None:
            whole = class_name in WHOLE_ROWS
            shapes = [self._inherited_states(self._shape(part, whole)) for part in expression.arguments]
            bindings = dict(zip(stub.type_variables, shapes, strict=False))
        holds: Value = frozenset()
        if not live and (self._bound.stub.is_async or self._reads):
            entities = [self._entities(shape, (site, name), older=True) for name, shape in bindings.items()]
            holds = join(entities or [holds])
        else:
            holds = self._held()
        settings: tuple[tuple[str, Hashable], ...] = self._settings(class_name)
        if class_name.endswith("Result") and (live or self._is_unread()):
            settings = (*settings, UNREAD)
        bound = tuple(sorted(bindings.items()))
        facts = LibraryFacts(class_name, bound, self._session, holds, settings, ended=self._ended())
        return frozenset({self._store.create(ObjectId("result", site), facts)})

    def _is_unread(self) -> bool:
        """Whether the receiver is a result that has not been read, which a result made from it is neither."""
        facts = [self._store.heap.get(item) for item in objects(self._receiver)]
        return bool(facts) and all(isinstance(item, LibraryFacts) and UNREAD in item.settings for item in facts)

    def _ended(self) -> Origin | None:
        """A result made from a closed one (`execute().scalars()`) is closed too."""
        only = the_session(self._receiver)
        facts = self._store.heap.get(only) if only is not None else None
        return facts.ended if isinstance(facts, LibraryFacts) and not is_transaction(facts) else None

    def _held(self) -> Value:
        """A result made from a buffered one (`execute().scalars()`) is buffered too."""
        values = [
            facts.holds
            for item in objects(self._receiver)
            if isinstance(facts := self._store.heap.get(item), LibraryFacts)
        ]
        return join(values) if values else frozenset()

    def _settings(self, class_name: str) -> tuple[tuple[str, Setting], ...]:
        if class_name in FACTORY_CLASSES and isinstance(self._node, CallExpr):
            return tuple(sorted(settings_of(self._node, None, self._world.type).items()))
        if class_name.endswith(FACTORY_BLOCK):
            return tuple(sorted(self._factory_settings().items()))
        return ()

    def _make_session(self, shape: SessionShape) -> Value:
        """A factory, registry or context manager gives out a session."""
        for item in objects(self._receiver):
            facts = self._store.heap.get(item)
            if isinstance(facts, SessionFacts):
                return self._receiver if facts.registry else self._by_type()
            if isinstance(facts, LibraryFacts) and facts.session and class_is_transaction(facts.class_name):
                return facts.session
        if not is_factory_call(self._bound.stub.returns):
            return self._by_type()
        made = new_session(self._store, shape, self._node, self._factory_settings(), made=not shape.overridden)
        for item in objects(self._receiver):
            facts = self._store.heap.get(item)
            if isinstance(facts, LibraryFacts) and facts.class_name.endswith(FACTORY_BLOCK):
                self._store.heap[item] = replace(facts, session=made)
                if self._world.watched.interest.begins:
                    enter_made(self._store, made, item.site, self._node.line)
        return made

    def _factory_settings(self) -> dict[str, Setting]:
        inherited = factory_settings(self._store, self._receiver)
        unknown = dict.fromkeys(DEFAULTS, frozenset(NOTHING_KNOWN))
        base: dict[str, Setting] = inherited or unknown  # type: ignore[assignment]
        return settings_of(self._node, base, self._world.type) if isinstance(self._node, CallExpr) else base


def class_is_transaction(class_name: str) -> bool:
    """Whether the class stands for a part of the life of a session that exists, not for a factory."""
    return class_name.endswith(("Transaction", "Savepoint", "_NoAutoflush"))


def is_factory_call(returns: TypeExpression) -> bool:
    """Whether the result is handed out as the caller's own."""
    return is_phantom(returns) == "Owned"


def _states_in(shape: object) -> frozenset[State]:
    match shape:
        case Entity(states=states):
            return states or frozenset()
        case Row(items):
            return frozenset().union(*(_states_in(item) for item in items))
        case Collection(element=element):
            return _states_in(element)
        case _:
            return frozenset()


def _instances_in(store: Store, value: Value) -> list[ObjectId]:
    found: list[ObjectId] = []
    waiting = list(objects(value))
    while waiting:
        item = waiting.pop()
        facts = store.heap.get(item)
        if isinstance(facts, InstanceFacts):
            found.append(item)
        elif isinstance(facts, ContainerFacts):
            waiting.extend(facts.references())
    return found
