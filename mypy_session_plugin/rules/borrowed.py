"""session-borrowed: a session that is only lent is ended, begun, given away or kept by whoever has it on loan.

Guarantee: on every path to the line a type says that the session is lent (`Borrowed`, or `Performs` without what is
done), and the line does what is left to its owner; or a method that overrides another one, or a function that is given
as a callable, demands more of a session than its place admits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy_session_plugin.facts.lending import Lent
from mypy_session_plugin.facts.objects import LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import SYMBOLIC, Store
from mypy_session_plugin.facts.values import NONE, ObjectId, Value, objects
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, listing
from mypy_session_plugin.semantics.events import CallEvent, DeclarationEvent, Event, OwnershipEvent
from mypy_session_plugin.semantics.library_objects import SAVEPOINT
from mypy_session_plugin.semantics.transactions import begins_root, is_transaction

#: What becomes of the owner's session, by what is done with it, and what may be done instead.
LOSSES = {
    "commit": ("ends the transaction of its owner", "flush() sends the changes; its owner commits them"),
    "rollback": (
        "takes back what its owner has written",
        "begin_nested() makes a part that is rolled back by itself, and an exception tells the owner",
    ),
    "close": ("takes it from its owner, with all that it has loaded", "whoever made the session closes it"),
    "begin": (
        "raises InvalidRequestError where its owner has begun a transaction, by a query too",
        "a session begins its transactions by itself; begin_nested() makes a savepoint",
    ),
}
#: Exits of blocks: what they do is done by the end of the block.
EXITS = ("__exit__", "__aexit__")


class BorrowedRule:
    """Reports what is left to the owner of a session that is lent."""

    code = "session-borrowed"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each end and beginning of a transaction, and on each place that takes more than is lent."""
        if isinstance(event, CallEvent):
            for deed in _deeds(event, store):
                yield Verdict(deed, _call(event, deed, store))
        elif isinstance(event, OwnershipEvent):
            lent = _lent(event.value, store, event.deeds)
            finding = (
                None if lent is None else Finding(event.node, f"{_subject(event.value, lent, store)}; {event.text}")
            )
            yield Verdict(event.text, finding)
        elif isinstance(event, DeclarationEvent) and event.code == self.code:
            yield Verdict(event.text, Finding(event.node, event.text))


def _deeds(event: CallEvent, store: Store) -> Iterator[str]:
    """What a call does that may be left to the owner: once, however many effects that has."""
    on_session = event.receiver == event.session
    for effect in event.call.stub.effects:
        if effect.name == "closes" and on_session:
            yield "close"
            return
        if effect.name == "ends" and (on_session or _is_root(event, store)):
            yield str(effect.arguments["outcome"])
            return
        if begins_root(effect) and on_session:
            yield "begin"
            return


def _is_root(event: CallEvent, store: Store) -> bool:
    """Whether a call ends the transaction of the session by its object, and not at the end of a block."""
    facts = [store.heap.get(item) for item in objects(event.receiver)]
    known = [item for item in facts if isinstance(item, LibraryFacts) and is_transaction(item)]
    roots = all(not item.class_name.endswith(SAVEPOINT) for item in known)
    return bool(facts) and len(known) == len(facts) and roots and event.name not in EXITS


def _call(event: CallEvent, deed: str, store: Store) -> Finding | None:
    lent = _lent(event.session, store, {deed})
    if lent is None:
        return None
    loss, advice = LOSSES[deed]
    does = 'the end of the "with" block' if event.name in EXITS else f"{event.name}()"
    # Who begins a transaction ends it: that is one mistake.
    mistake = ("begin", event.session) if deed == "begin" or event.receiver != event.session else None
    message = f"{_subject(event.session, lent, store)}; {does} {loss}"
    return Finding(event.node, message, (advice,), mistake=mistake)


def _lent(value: Value, store: Store, deeds: Iterable[str]) -> Lent | None:
    """How every session that a value may be is lent, if each forbids one of the deeds."""
    found: Lent | None = None
    for atom in value - {NONE}:
        facts = store.session(atom) if isinstance(atom, ObjectId) else None
        lent = facts.lent if facts is not None else None
        if lent is None or not any(map(lent.forbids, deeds)):
            return None
        found = lent if found is None else found.join(lent)
    return found


def _subject(value: Value, lent: Lent, store: Store) -> str:
    """The session with what is said of it: `"session" is only lent to this function (Borrowed)`."""
    known = [(item, facts) for item in objects(value) if (facts := store.session(item)) is not None]
    name = next((f'"{facts.name}"' for _item, facts in known if facts.name), "the session")
    says = f", as {lent.by} says" if lent.by else ""
    if not lent.is_borrowed:
        return f"{name} is here for {listing(sorted(lent.permitted), 'and')} alone (Performs{says})"
    return f"{name} is only lent to this {_holder(known)} (Borrowed{says})"


def _holder(known: list[tuple[ObjectId, SessionFacts]]) -> str:
    """Who has the session on loan, by where it is found."""
    kinds = {item.kind for item, _facts in known}
    if kinds == {"path"}:
        return "object"
    return "function" if kinds <= SYMBOLIC else "code"
