"""From the store of a caller to that of a callee and back.

The heap is one for both.  What the caller's variables hold is kept in one object of the heap while the callee runs, so
that it follows every object that is renamed.  The access paths of the caller that begin with an argument are those of
the parameter; all its other ones the callee cannot name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from mypy_session_plugin.facts.identities import NO_CONTENT, NO_IDENTITY
from mypy_session_plugin.facts.objects import ContainerFacts, Facts, InstanceFacts, SessionFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.store import ATTRIBUTES, GLOBALS, SYMBOLIC, Name, Store
from mypy_session_plugin.facts.values import (
    NONE_VALUE,
    NOTHING_KNOWN,
    Bound,
    Method,
    ObjectId,
    Subject,
    Test,
    Unnoticed,
    Value,
    join,
    rename,
)
from mypy_session_plugin.flow.graph import Place, Temporary

#: The variable of the callee that holds what the caller's variables hold.
CALLER = "<caller>"
#: The variable of the callee that holds what it gives back.
GIVEN_BACK = "<returned>"
#: The variable of the caller that holds, for a moment, what the callee has given back.
_RECEIVED = "<received>"
#: Marks the first name of a path of the caller's while the callee runs, and of the callee's after it has returned.
_OUTSIDE, _GONE = "^", "~"
#: Marks a place at which a callee has run, as against an assignment.
RAN = "ran"


@dataclass(frozen=True, slots=True)
class Frame:
    """Which places of the caller the parameters of the callee are.

    `places` are the caller's places with the callee's variables for them; `rebound` the variables that the callee
    assigns itself, `shared` those that are one variable for both (the enclosing function's).
    """

    site: Hashable
    places: tuple[tuple[Place, str], ...]
    rebound: frozenset[str]
    shared: frozenset[str]

    def inward(self, place: Place) -> Place:
        """How the callee calls a place of the caller's."""
        root = place[0]
        if _is_common(root) or root in self.shared:
            return place
        fitting = [item for item in self.places if place[: len(item[0])] == item[0]]
        if fitting:
            outer, variable = min(fitting, key=lambda item: len(item[0]))
            return (variable, *place[len(outer) :])
        return (_OUTSIDE + root, *place[1:])

    def outward(self, place: Place) -> Place:
        """How the caller calls a place of the callee's."""
        root = place[0]
        if _is_common(root) or root in self.shared:
            return place
        if root.startswith(_OUTSIDE):
            return (root[len(_OUTSIDE) :], *place[1:])
        for outer, variable in self.places:
            if variable == root and root not in self.rebound:
                return (*outer, *place[1:])
        return (_GONE + root, *place[1:])

    @property
    def _frame(self) -> ObjectId:
        return ObjectId("frame", self.site)

    def enter(self, store: Store, parameters: Mapping[Name, Value]) -> Store:
        """The store in which the callee begins, or goes on with what its variables held."""
        heap, change = _renamed(store.heap, self.inward)
        _call_rows(heap, lambda variable: _OUTSIDE + variable)
        _names, held = _kept(store, self)
        elements = join([rename(value, change) for value in held]) if held else frozenset()
        fixed = tuple(rename(value, change) for value in held)
        heap[self._frame] = ContainerFacts("frame", elements, fixed)
        variables: dict[Name, Value] = {
            name: rename(store.variables[name], change)
            for name in store.variables
            if isinstance(name, str) and (_is_common(name) or name in self.shared)
        }
        variables.update({name: rename(value, change) for name, value in parameters.items()})
        variables[CALLER] = frozenset({self._frame})
        variables[GIVEN_BACK] = NONE_VALUE
        paths = {}
        for place, value in store.paths.items():
            inner = self.inward(place)
            if len(inner) > 1 and not inner[0].startswith(_OUTSIDE):
                paths[inner] = rename(value, change)
        return Store(variables, paths, heap, {}, self._epochs(store, parameters))

    def _epochs(self, store: Store, parameters: Iterable[Name]) -> dict[Place, frozenset[Hashable]]:
        """Which assignments the callee's places have seen: what has no place of the caller's may have seen any."""
        epochs = {
            place: sites for place, sites in store.epochs.items() if _is_common(place[0]) or place[0] in self.shared
        }
        ran = frozenset({(RAN, self.site)})
        epochs.update({(variable,): ran for variable in parameters if isinstance(variable, str)})
        for outer, variable in self.places:
            globals_ = store.epochs.get(GLOBALS, frozenset()) if "." in outer[0] else frozenset()
            epochs[(variable,)] = store.epoch(outer) | globals_
        for place, sites in store.epochs.items():
            inner = self.inward(place)
            if len(inner) > 1 and not _is_common(inner[0]) and not inner[0].startswith(_OUTSIDE):
                epochs[inner] = sites
        return epochs

    def leave(
        self, before: Store, entry: Store, exit_: Store, pauses: bool = False, target: Temporary | None = None
    ) -> tuple[Store, Value]:
        """The caller's store after the call, and what the callee has given back.

        `pauses`: the callee goes on later, and keeps until then what its variables hold.  `target` is the caller's
        temporary that alone has what is given back, if that is so: an object keeps there what the callee put into it.
        """
        heap, change = _renamed(exit_.heap, self.outward)
        _let_go(heap, entry, pauses)
        _call_rows(heap, lambda variable: variable[len(_OUTSIDE) :] if variable.startswith(_OUTSIDE) else None)
        frame = heap.pop(self._frame)
        names, _held = _kept(before, self)
        fixed = frame.fixed if isinstance(frame, ContainerFacts) else None
        values = dict(zip(names, fixed or (), strict=False))
        variables = {name: value for name, value in before.variables.items() if _is_local(name)}
        for name in names:
            if isinstance(name, (str, int)):
                variables[name] = values.get(name, NOTHING_KNOWN)
        for name, value in exit_.variables.items():
            if isinstance(name, str) and "." in name:
                variables[name] = rename(value, change)
        after = Store(variables, {}, heap, self._literals(before), dict(before.epochs))
        self._leave_places(before, entry, exit_, after, values, change)
        if target is not None:
            for place, value in exit_.paths.items():
                if place[0] == GIVEN_BACK:
                    after.paths[(root_of(target), *place[1:])] = rename(value, change)
        # The caller may itself be on its way out, with what it gives back.
        after.variables[_RECEIVED] = rename(exit_.variables.get(GIVEN_BACK, NONE_VALUE), change)
        _tell_apart(after, entry, self.site)
        return after, after.variables.pop(_RECEIVED)

    def _literals(self, before: Store) -> dict[Subject, bool]:
        """What is known of the caller's own variables; that of their attributes the callee may have changed."""
        return {
            subject: truth
            for subject, truth in before.literals.items()
            if len(subject.place) == 1 and not _is_common(subject.place[0])
        }

    def _leave_places(
        self,
        before: Store,
        entry: Store,
        exit_: Store,
        after: Store,
        values: dict[Name | Place, Value],
        change: Callable[[ObjectId], ObjectId],
    ) -> None:
        assigned = {
            place[1]
            for place, sites in exit_.epochs.items()
            if place[0] == ATTRIBUTES and sites != entry.epochs.get(place)
        }
        for place, value in values.items():
            if isinstance(place, tuple) and assigned.isdisjoint(place[1:]):
                after.paths[place] = value
        for place, value in exit_.paths.items():
            outer = self.outward(place)
            if not outer[0].startswith(_GONE):
                after.paths[outer] = rename(value, change)
        for place, sites in exit_.epochs.items():
            outer = self.outward(place)
            if entry.epochs.get(place) != sites and not outer[0].startswith(_GONE):
                after.epochs[outer] = sites
        for outer, variable in self.places:
            if variable in self.rebound:
                after.forget_below(outer)
                after.disturb(outer, (RAN, self.site))


def root_of(temporary: Temporary) -> str:
    """The first name of the paths of an object that only a temporary has."""
    return f"#{temporary}"


def call_object(store: Store, place: Place, name: str) -> None:
    """An object has another name too: its attributes are read by that one as well."""
    length = len(place)
    for path, value in [item for item in store.paths.items() if item[0][:length] == place and len(item[0]) > length]:
        store.paths[(name, *path[length:])] = value


def become(store: Store, other: Store) -> None:
    """Let a store hold what another one does."""
    store.variables, store.paths, store.heap = other.variables, other.paths, other.heap
    store.literals, store.epochs = other.literals, other.epochs


def _is_common(root: str) -> bool:
    """Whether a first name means the same everywhere in the module."""
    return "." in root or root in (GLOBALS[0], ATTRIBUTES)


def _is_local(name: Name) -> bool:
    return isinstance(name, int) or "." not in name


def _kept(store: Store, frame: Frame) -> tuple[list[Name | Place], list[Value]]:
    """What the caller keeps to itself: its variables and its paths, as far as an object is named there."""
    names: list[Name | Place] = [
        name for name, value in store.variables.items() if _is_local(name) and _names_objects(value)
    ]
    values = [store.variables[name] for name in names if not isinstance(name, tuple)]
    for place, value in store.paths.items():
        inner = frame.inward(place)
        if inner[0].startswith(_OUTSIDE) or len(inner) == 1:
            names.append(place)
            values.append(value)
    return names, values


def _names_objects(value: Iterable[object]) -> bool:
    return any(isinstance(atom, (ObjectId, Test, Method, Bound, Unnoticed)) for atom in value)


def _renamed(
    heap: dict[ObjectId, Facts], change_place: Callable[[Place], Place]
) -> tuple[dict[ObjectId, Facts], Callable[[ObjectId], ObjectId]]:
    """The heap with every object that is called by a place called as the other side calls it."""
    changes: dict[ObjectId, ObjectId] = {}
    for identity in heap:
        if identity.kind == "path" and isinstance(identity.site, tuple):
            changed = _changed(identity, change_place)
            if changed != identity:
                changes[identity] = changed
    lent = {
        identity: replace(facts, lender=change_place(facts.lender))
        for identity, facts in heap.items()
        if isinstance(facts, SessionFacts) and facts.lender is not None
    }
    if not changes:
        return heap | lent, _same

    def change(identity: ObjectId) -> ObjectId:
        return changes.get(identity, identity)

    return _moved(heap | lent, change), change


def _call_rows(heap: dict[ObjectId, Facts], change: Callable[[str], str | None]) -> None:
    """A variable that tells a row is the caller's or the callee's, which may have the same name."""
    for identity, facts in heap.items():
        if isinstance(facts, InstanceFacts) and facts.content is not NO_CONTENT:
            content = facts.content.called(change)
            if content is not facts.content:
                heap[identity] = replace(facts, content=content)


def _let_go(heap: dict[ObjectId, Facts], entry: Store, pauses: bool) -> None:
    """The callee's variables keep no session alive any more, and its places are not told apart by their owners.

    A session that it has made is called as the caller calls it.
    """
    for identity, facts in heap.items():
        if not isinstance(facts, SessionFacts):
            continue
        before = entry.session(identity)
        if facts.identity != NO_IDENTITY:
            held = facts.identity.held and (pauses or (before is not None and before.identity.held))
            given_as = None if _is_gone(identity) else facts.identity.given_as
            facts = heap[identity] = replace(facts, identity=replace(facts.identity, held=held, given_as=given_as))
        if before is None and facts.name and identity.kind not in SYMBOLIC:
            heap[identity] = replace(facts, name="")


def _tell_apart(after: Store, entry: Store, call: Hashable) -> None:
    """Name what the callee has made by its call too: another call makes something else."""
    changes = {
        identity: identity._replace(site=(identity.site, call))
        for identity, facts in after.heap.items()
        if isinstance(facts, SessionFacts | InstanceFacts)
        and identity not in entry.heap
        and identity.kind not in SYMBOLIC
        and isinstance(identity.site, tuple)
    }
    if not changes:
        return
    for named in changes.values():
        if named in after.heap and not named.older:
            after.create(named, after.heap[named])
            del after.heap[named]

    def change(identity: ObjectId) -> ObjectId:
        return changes.get(identity, identity)

    after.heap = _moved(after.heap, change)
    after.variables = {name: rename(value, change) for name, value in after.variables.items()}
    after.paths = {place: rename(value, change) for place, value in after.paths.items()}


def is_made_by_callee(identity: ObjectId, call: Hashable = None) -> bool:
    """Whether a function that was called, or that this call has run, has made the object."""
    site = identity.site
    if identity.kind in SYMBOLIC or not (isinstance(site, tuple) and len(site) == 2 and isinstance(site[0], tuple)):
        return False
    return call is None or site[1] == call


def _moved(heap: dict[ObjectId, Facts], change: Callable[[ObjectId], ObjectId]) -> dict[ObjectId, Facts]:
    """The heap with every object called otherwise; what is called the same becomes one."""
    result: dict[ObjectId, Facts] = {}
    for identity, facts in heap.items():
        target, moved = change(identity), facts.renamed(change)
        present = result.get(target)
        result[target] = moved if present is None else present.join(moved)  # type: ignore[arg-type]
    return result


def _is_gone(identity: ObjectId) -> bool:
    """Whether an object is called by a place of a callee that has returned."""
    place = identity.site[0] if identity.kind == "path" and isinstance(identity.site, tuple) else None
    return isinstance(place, tuple) and str(place[0]).startswith(_GONE)


def _same(identity: ObjectId) -> ObjectId:
    return identity


def _changed(identity: ObjectId, change_place: Callable[[Place], Place]) -> ObjectId:
    """A symbol under the other side's name; one that hangs on what is gone stands for all of its name."""
    site = identity.site
    if not isinstance(site, tuple) or len(site) != 2 or not isinstance(site[1], frozenset):
        return identity
    place = change_place(site[0])
    gone = place[0].startswith(_GONE)
    return ObjectId("path", (place, frozenset({_GONE}) if gone else site[1]), identity.older or gone)
