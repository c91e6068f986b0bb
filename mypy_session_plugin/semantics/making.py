"""New abstract objects: what a place, an expression or the result of a library call holds, by its shape."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from mypy.nodes import Context

from mypy_session_plugin.facts.loads import UNKNOWN_LOADS, Loads
from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import ATTACHED, Level, Situation, State
from mypy_session_plugin.facts.store import SYMBOLIC, Store
from mypy_session_plugin.facts.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    ObjectId,
    Unknown,
    Value,
    join,
)
from mypy_session_plugin.semantics.shapes import (
    ANY_ENTITY,
    Collection,
    Entity,
    LibraryShape,
    Row,
    SessionShape,
    Shape,
)

#: So many tuples inside one another are taken apart.
MAXIMUM_DEPTH = 2


def site_of(node: Context) -> tuple[int, ...]:
    """The position of a node: the same in every copy of it in the graph."""
    return (node.line, node.column, node.end_line or 0, node.end_column or 0)


def the_session(value: Value) -> ObjectId | None:
    """The one session that a value is, or None."""
    if len(value) == 1:
        atom = next(iter(value))
        if isinstance(atom, ObjectId):
            return atom
    return None


class Maker:
    """Makes the objects of one place or one call in a store.

    `session` is the session that attached instances belong to and `origin` what brought them into their state.
    `loads` tells what is loaded of an instance; without it that is not known.
    """

    def __init__(
        self,
        store: Store,
        kind: str,
        origin: Origin | None,
        session: Value = frozenset(),
        loads: Callable[[Entity, Value], Loads] | None = None,
    ) -> None:
        self._store = store
        self._kind = kind
        self._origin = origin
        self._session = session
        self._loads = loads

    def of_session(self, session: Value) -> Maker:
        """The same, for another session."""
        return Maker(self._store, self._kind, self._origin, session, self._loads)

    def value(self, shape: Shape, site: Hashable, name: str = "", older: bool = False) -> Value:
        """What a place of this shape holds; `older` for the elements of a collection, of which there are many."""
        match shape:
            case Entity():
                return self._instance(shape, site, older)
            case Row(items):
                fixed = tuple(self.value(item, (site, position), older=older) for position, item in enumerate(items))
                return self._object(site, ContainerFacts("tuple", join(fixed) if fixed else frozenset(), fixed), older)
            case Collection(kind, element):
                elements = self.value(element, (site, "element"), older=True)
                return self._object(site, ContainerFacts(kind, elements), older)
            case SessionShape(class_name, registry, overridden):
                facts = SessionFacts(
                    class_name,
                    name,
                    registry=registry,
                    parameter=self._kind == "parameter" and not older,
                    escaped=registry,
                    overridden=overridden,
                )
                return self._object(site, facts, older)
            case LibraryShape(class_name):
                return self._object(site, LibraryFacts(class_name, session=NOTHING_KNOWN), older)
            case _:
                return NOTHING_KNOWN

    def _object(
        self, site: Hashable, facts: InstanceFacts | ContainerFacts | SessionFacts | LibraryFacts, older: bool
    ) -> Value:
        identity = ObjectId(self._kind, site)
        if older:
            identity = identity._replace(older=True)
            present = self._store.heap.get(identity)
            joined = facts if present is None else present.join(facts)  # type: ignore[arg-type]
            self._store.heap[identity] = joined
        elif self._kind not in SYMBOLIC:
            self._store.create(identity, facts)
        elif identity not in self._store.heap:
            self._store.heap[identity] = facts
        return frozenset({identity})

    def _instance(self, shape: Entity, site: Hashable, older: bool) -> Value:
        situations: dict[Situation | Unknown, Origin | None] = {}
        origin = self._origin
        if origin is not None and shape.class_name == ANY_ENTITY.class_name:
            origin = Origin(origin.line, "found")
        for state in sorted(shape.states or (), key=lambda item: item.value):
            for situation in self._situations(state, shape):
                situations[situation] = origin
        loads = UNKNOWN_LOADS if self._loads is None else self._loads(shape, self._session)
        known = situations or {UNKNOWN: None}
        facts = InstanceFacts(shape.class_name, shape.bases, known, loads=loads, cascades=shape.cascades)
        return self._object(site, facts, older)

    def _situations(self, state: State, shape: Entity) -> Iterable[Situation]:
        session = the_session(self._session) if state in ATTACHED else None
        if state is State.DELETED:
            return (Situation(state, session, new=Level.UNKNOWN, gone=Level.UNKNOWN),)
        if state is not State.PERSISTENT:
            return (Situation(state, session),)
        facts = self._store.session(session) if session is not None else None
        new = Level.BEFORE if facts is not None and not facts.holds_new else Level.UNKNOWN
        persistent = Situation(state, session, new=new)
        if self._holds_marked(shape, session):
            return (persistent, Situation(state, session, marked=True, new=new))
        return (persistent,)

    def _holds_marked(self, shape: Entity, session: ObjectId | None) -> bool:
        """Whether what is loaded may be an instance that is marked for deletion: `get()` returns it from the map."""
        return any(
            isinstance(item, Situation) and item.marked and (item.session == session or session is None)
            for _identity, facts in self._store.instances()
            if facts.class_name in shape.bases or shape.class_name in facts.bases or _deletes_along(facts, shape)
            for item in facts.situations
        )


def _deletes_along(facts: InstanceFacts, shape: Entity) -> bool:
    """Whether `delete()` of an instance may mark instances of a class as well."""
    classes = facts.cascades.of("delete") if facts.cascades is not None else None
    return classes is None or classes.may_have(shape.class_name, shape.bases)


def _origin(atom: ObjectId) -> tuple[str, Hashable]:
    """The kind and site of what was taken out first: of a copy of a copy, and so on, those of the first one."""
    site = atom.site
    if isinstance(site, tuple) and len(site) == 3 and isinstance(site[1], str):
        return site[1], site[2]
    return atom.kind, site


def copy_element(store: Store, elements: Value, kind: str, site: Hashable, depth: int = 0) -> Value:
    """One element of a container, taken out: an object of its own that may be the same as the others'.

    Recency: it is the most recent one of its site, so that what happens to it is a strong update.  A tuple that is
    taken out brings its items along.  A tuple of a loop may hold itself: of what is inside tuples inside tuples nothing
    is known.
    """
    if depth > MAXIMUM_DEPTH:
        return NOTHING_KNOWN
    taken: list[Value] = []
    instances: dict[ObjectId, InstanceFacts] = {}
    for atom in sorted(elements, key=repr):
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) and atom.older else None
        if isinstance(atom, ObjectId) and isinstance(facts, InstanceFacts):
            identity = ObjectId(kind, (site, *_origin(atom)))
            loose = replace(facts, constructed=False, distinct=frozenset())
            if loose.given - {site}:
                loose = loose.with_situations({**loose.situations, UNKNOWN: None})
            instances[identity] = instances[identity].join(loose) if identity in instances else loose
        elif isinstance(atom, ObjectId) and isinstance(facts, ContainerFacts) and facts.fixed is not None:
            taken.append(_copy_tuple(store, atom, facts, kind, site, depth))
        else:
            taken.append(frozenset({atom}))
    taken += [frozenset({store.create(identity, facts)}) for identity, facts in instances.items()]
    return join(taken) if taken else NOTHING_KNOWN


def note_given(store: Store, instances: Iterable[ObjectId]) -> None:
    """Unknown code got these: what is taken out of a container later may be one of them, and stand in any way."""
    for item in instances:
        origin, site = ObjectId(*_origin(item), older=True), item.site
        facts, taken = store.heap.get(origin), store.heap.get(item)
        if origin == item or not isinstance(facts, InstanceFacts) or not isinstance(site, tuple):
            continue
        if isinstance(taken, InstanceFacts) and UNKNOWN in taken.situations and site[0] not in facts.given:
            store.heap[origin] = replace(facts, given=facts.given | {site[0]})


def _copy_tuple(store: Store, atom: ObjectId, facts: ContainerFacts, kind: str, site: Hashable, depth: int) -> Value:
    """A tuple that is taken out, with its items."""
    _kind, origin = _origin(atom)
    fixed = tuple(
        copy_element(store, item, kind, (site, origin, position), depth + 1)
        for position, item in enumerate(facts.fixed or ())
    )
    row = ContainerFacts(facts.kind, join(fixed) if fixed else frozenset(), fixed, facts.keys)
    return frozenset({store.create(ObjectId("container", (site, "container", origin)), row)})
