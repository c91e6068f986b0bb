"""Conditions: what a test yields, and what its outcome says on either way of a branch."""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import Node, RefExpr

from mypy_session_plugin.facts.objects import InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import Level, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    FALSE,
    NONE,
    NOTHING_KNOWN,
    TRUE,
    UNKNOWN,
    Atom,
    Constant,
    ObjectId,
    Subject,
    Test,
    Value,
    objects,
)
from mypy_session_plugin.flow.graph import Branch, Compare, Place
from mypy_session_plugin.semantics.identities import are_different, note_likeness
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.stability import Stability

#: The parts of a session in which an instance is looked for, and what stands for one.
PARTS = {f"sqlalchemy.orm.session._{name.title()}": name for name in ("new", "dirty", "deleted")}
NEGATED = {"is not": "is", "!=": "==", "not in": "in"}
STATE_ATTRIBUTES = {state.value: state for state in State}


def kept(value: Value) -> Value:
    """A value that is kept in a variable: the outcome of a test says only what was true when it was made."""
    if any(isinstance(atom, Test) for atom in value):
        return frozenset(UNKNOWN if isinstance(atom, Test) else atom for atom in value)
    return value


def negate(value: Value, surely: bool) -> Value:
    """The value of `not x`; `surely` tells that an object of the operand's type is always true."""
    result: set[Atom] = set()
    for atom in value:
        if isinstance(atom, Test):
            result.add(replace(atom, positive=not atom.positive))
        elif isinstance(atom, Constant):
            result.add(FALSE if atom.value else TRUE)
        elif isinstance(atom, ObjectId) and surely:
            result.add(FALSE)
        else:
            return NOTHING_KNOWN
    return frozenset(result)


def is_instance(place: Place | None, tested: Node | None) -> Value:
    """The value of the test whether what a place holds is of a class."""
    name = tested.fullname if isinstance(tested, RefExpr) else ""
    subject = Subject(place, "isinstance", name) if place is not None and name else None
    return frozenset({Test(True, subject)})


def compare(instruction: Compare, store: Store, stability: Stability) -> Value:
    """The value of one comparison: a constant where it is certain, else a test of the place that is compared."""
    operator = NEGATED.get(instruction.operator, instruction.operator)
    positive = operator == instruction.operator
    left, right = store.value(instruction.left), store.value(instruction.right)
    if operator == "in":
        return _membership(left, right, positive, store)
    for value, other, place in (
        (left, right, instruction.left_place),
        (right, left, instruction.right_place),
    ):
        literal = _only_constant(other)
        if literal is None or operator not in ("is", "=="):
            continue
        certain = _equals(value, literal)
        if certain is not None:
            return frozenset({TRUE if certain is positive else FALSE})
        test = "is None" if literal == NONE else "=="
        subject = None if place is None else Subject(place, test, None if literal == NONE else literal)
        if subject is not None and not _is_kept(instruction, subject.place, stability):
            subject = None
        about = objects(value) if literal == NONE else frozenset()
        return frozenset({Test(positive, subject, about)})
    note_likeness(store, left, right)
    return NOTHING_KNOWN


def _is_kept(instruction: Compare, place: Place, stability: Stability) -> bool:
    """Whether a place that is compared holds the same when it is read again."""
    operands = getattr(instruction.node, "operands", ())
    return len(place) == 1 or any(place_of(operand) == place and stability.keeps(operand) for operand in operands)


def _only_constant(value: Value) -> Constant | None:
    if len(value) == 1:
        atom = next(iter(value))
        if isinstance(atom, Constant):
            return atom
    return None


def _equals(value: Value, literal: Constant) -> bool | None:
    """Whether a value equals a literal, where it is certain; an object is never None."""
    known: set[bool] = set()
    for atom in value:
        if isinstance(atom, Constant):
            known.add(atom == literal or (atom.value == literal.value and NONE not in (atom, literal)))
        elif isinstance(atom, ObjectId) and literal == NONE:
            known.add(False)
        else:
            return None
    return known.pop() if len(known) == 1 else None


def _membership(left: Value, right: Value, positive: bool, store: Store) -> Value:
    asked = _asked(right, store)
    if asked is not None and len(left) == len(objects(left)):
        return frozenset({Test(positive, None, objects(left), *asked)})
    return NOTHING_KNOWN


def _asked(value: Value, store: Store) -> tuple[ObjectId, str] | None:
    """The session in which membership is tested, and the part of it."""
    only = next(iter(value)) if len(value) == 1 else None
    facts = store.heap.get(only) if isinstance(only, ObjectId) else None
    if isinstance(only, ObjectId) and isinstance(facts, SessionFacts):
        return only, ""
    if not isinstance(facts, LibraryFacts) or facts.class_name not in PARTS:
        return None
    sessions = objects(facts.session)
    return (next(iter(sessions)), PARTS[facts.class_name]) if len(sessions) == len(facts.session) == 1 else None


def assume(branch: Branch, truth: bool, store: Store, stability: Stability) -> bool:
    """Refine the store by the outcome of a branch; False where that outcome is impossible in it."""
    value = store.value(branch.test)
    surely = not stability.may_be_false(branch.node)
    possible = frozenset(atom for atom in value if _may_be(atom, truth, surely))
    if not possible:
        return False
    if branch.place is not None and stability.keeps(branch.node):
        if stability.truth_keeps(branch.node) and not _remember(store, Subject(branch.place, "truth"), truth):
            return False
        _narrow_place(store, branch.place, lambda atom: _may_be(atom, truth, surely))
    if len(possible) == 1:
        atom = next(iter(possible))
        if isinstance(atom, Test):
            return _assume_test(store, atom, truth is atom.positive)
    return True


def _may_be(atom: Atom, truth: bool, surely: bool) -> bool:
    if isinstance(atom, Constant):
        return bool(atom.value) is truth
    return truth or not surely or not isinstance(atom, ObjectId)


def _remember(store: Store, subject: Subject, truth: bool) -> bool:
    known = store.literals.get(subject)
    if known is not None and known is not truth:
        return False
    store.literals[subject] = truth
    return True


def _assume_test(store: Store, test: Test, truth: bool) -> bool:
    if test.subject is not None:
        if not _remember(store, test.subject, truth):
            return False
        if test.subject.test == "is None":
            _narrow_place(store, test.subject.place, lambda atom: _may_be_none(atom) if truth else atom != NONE)
        elif test.subject.test == "isinstance" and truth:
            _narrow_place(store, test.subject.place, lambda atom: atom != NONE)
    if test.detail is not None and len(test.about) == 1:
        _narrow_states(store, next(iter(test.about)), test.detail, test.part, truth)
    return True


def forget_attributes(store: Store) -> None:
    """A session was used: it may have expired or loaded what the attributes of instances hold."""
    for subject in [subject for subject in store.literals if len(subject.place) > 1]:
        owner, *_rest = subject.place
        value = store.paths.get(subject.place[:-1]) if len(subject.place) > 2 else store.variables.get(owner)
        if value is None or any(isinstance(store.heap.get(item), InstanceFacts) for item in objects(value)):
            del store.literals[subject]


def _may_be_none(atom: Atom) -> bool:
    return atom == NONE or not isinstance(atom, (ObjectId, Constant))


def _narrow_place(store: Store, place: Place, keeps: Callable[[Atom], bool]) -> None:
    value = store.variables.get(place[0]) if len(place) == 1 else store.paths.get(place)
    if value is not None:
        kept = frozenset(atom for atom in value if keeps(atom))
        if kept and len(place) == 1:
            store.variables[place[0]] = kept
        elif kept:
            store.paths[place] = kept


def _narrow_states(store: Store, identity: ObjectId, detail: ObjectId | str, part: str, truth: bool) -> None:
    """What `x in session` or `inspect(x).persistent` says of an instance that is certainly the one tested."""
    facts = store.heap.get(identity)
    if not isinstance(facts, InstanceFacts) or identity.older:
        return
    kept = {
        situation: origin
        for situation, origin in facts.situations.items()
        if not isinstance(situation, Situation) or _fits(situation, detail, part, store) in (None, truth)
    }
    unknown = [situation for situation in kept if not isinstance(situation, Situation)]
    if truth and unknown:
        origin = kept.pop(unknown[0])
        kept |= {situation: origin for situation in _implied(detail, part) if situation not in kept}
    store.heap[identity] = facts.with_situations(kept or {UNKNOWN: None})


def _fits(situation: Situation, detail: ObjectId | str, part: str, store: Store) -> bool | None:
    """Whether an instance that stands so passes the test; None where that depends on what is not known."""
    if isinstance(detail, str):
        return situation.state.value == detail
    stands = _stands_in(situation, part)
    if stands is False or situation.session == detail:
        return stands
    if situation.session is None:
        return None
    return False if are_different(store, situation.session, detail) else None


def _stands_in(situation: Situation, part: str) -> bool | None:
    """Whether an instance of a session is in a part of it; which of the persistent ones are dirty is not known."""
    match part:
        case "new":
            return situation.state is State.PENDING
        case "deleted" if situation.state is State.DELETED:
            return None
        case "deleted":
            return situation.state is State.PERSISTENT and situation.marked
        case "dirty":
            return None if situation.state is State.PERSISTENT and not situation.marked else False
        case _:
            return situation.state in (State.PENDING, State.PERSISTENT)


def _implied(detail: ObjectId | str, part: str) -> list[Situation]:
    if isinstance(detail, str):
        gone = Level.UNKNOWN if detail == State.DELETED.value else Level.BEFORE
        return [Situation(STATE_ATTRIBUTES[detail], new=Level.UNKNOWN, gone=gone)]
    pending, persistent = Situation(State.PENDING, detail), Situation(State.PERSISTENT, detail, new=Level.UNKNOWN)
    match part:
        case "new":
            return [pending]
        case "dirty":
            return [persistent]
        case "deleted":
            deleted = Situation(State.DELETED, detail, marked=True, new=Level.UNKNOWN, gone=Level.UNKNOWN)
            return [replace(persistent, marked=True), deleted]
        case _:
            return [pending, persistent]
