"""What calls do to the transaction of a session, and which of them a session refuses.

Begun, ended in its block, failed: what SQLAlchemy raises then was measured on 2.0 and 2.1.
Source: https://docs.sqlalchemy.org/en/20/orm/session_transaction.html and
https://docs.sqlalchemy.org/en/20/errors.html#error-7s2a
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from mypy_session_plugin.facts.effects import Effect, When
from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.transactions import (
    Block,
    Phase,
    Standing,
    TransactionFacts,
    begun,
    closed,
    ended,
    entered,
    failed,
    left,
    savepoint_ended,
)
from mypy_session_plugin.facts.values import ObjectId, Unknown, Value, objects
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.library_objects import FACTORY_BLOCK, SAVEPOINT, stands_for
from mypy_session_plugin.semantics.sessions import Relation, relation, update_sessions
from mypy_session_plugin.semantics.shapes import Entity, Row

ITERABLES = frozenset({"typing.Iterable", "typing.Sequence", "typing.Collection"})
#: The ends of the names of the classes that stand for a transaction.
TRANSACTIONS = ("SessionTransaction", SAVEPOINT)
#: What may be known of a transaction and tells the way from another one: to read it is to ask for it.
ASKING = frozenset(
    {"is_active", "in_transaction", "in_nested_transaction", "get_transaction", "get_nested_transaction"}
)

#: Flushes that a session does by itself before it sends SQL.
BEFORE_SQL = (When.AUTOFLUSH, When.STATEMENT)
#: The event that ends the results of a session.
SESSION_CLOSED = "session closed"


class Need(Enum):
    """Whether a call must have a transaction: certainly, only where something must be loaded, or not."""

    CERTAIN = "certain"
    LOAD = "load"
    NONE = "none"


def begins_root(effect: Effect) -> bool:
    """Whether the effect is that of `begin()`, which does not take a running transaction."""
    return effect.name == "begins" and effect.arguments.get("kind", "root") == "root"


def need_of(bound: BoundCall, store: Store) -> Need:
    """Whether a call of the session, or of its Query, begins a transaction where none runs."""
    effects = bound.stub.effects
    if any(effect.name == "begins" for effect in effects):
        return Need.CERTAIN
    working = [effect for effect in effects if effect.name in ("reads", "writes")]
    if not working:
        return Need.NONE
    if any(effect.when is When.LOAD for effect in working) or not _is_given_something(bound, store):
        return Need.LOAD
    return Need.CERTAIN


def _is_given_something(bound: BoundCall, store: Store) -> bool:
    """Whether a call that takes many instances is certain to be given one."""
    for given in bound.given:
        if given.parameter.annotation.name in ITERABLES and not given.parameter.has_default:
            facts = [store.heap.get(item) for item in objects(given.value)]
            if not all(isinstance(item, ContainerFacts) and item.fixed for item in facts) or not facts:
                return False
    return True


def sends(bound: BoundCall, store: Store) -> bool:
    """Whether a call is certain to send SQL, a savepoint or COMMIT to the database."""
    if need_of(bound, store) is not Need.CERTAIN:
        return False
    root = any(map(begins_root, bound.stub.effects))
    asks = any(
        effect.name in ("reads", "begins") or (effect.name == "flushes" and effect.when in BEFORE_SQL)
        for effect in bound.stub.effects
    )
    return asks and not root


def transaction_of(store: Store, session: Value) -> TransactionFacts | None:
    """The facts on the transaction of the one session that a value is."""
    (only,) = session if len(session) == 1 else (None,)
    facts = store.session(only) if isinstance(only, ObjectId) and not only.older else None
    return None if facts is None else facts.transaction


def update(store: Store, session: Value, change: Callable[[TransactionFacts], TransactionFacts]) -> None:
    """Change what is known of a session's transaction; of what may be the same session nothing is known any more."""
    if not session:
        return
    for identity, facts in list(store.heap.items()):
        if not isinstance(facts, SessionFacts):
            continue
        same = relation(store, identity, session)
        if same is Relation.SAME:
            changed = change(facts.transaction)
        elif same is Relation.UNKNOWN:
            changed = facts.transaction.forgotten()
        else:
            continue
        if changed is not facts.transaction:
            store.heap[identity] = replace(facts, transaction=changed)


def move(store: Store, session: Value, change: Callable[[Standing | Unknown], Standing | Unknown]) -> None:
    """Change every standing of a session's transaction."""
    update(store, session, lambda facts: facts.changed(change))


def forget(store: Store, identities: Iterable[ObjectId]) -> None:
    """Unknown code may have done anything with the transactions of these sessions."""
    for identity in identities:
        facts = store.session(identity)
        if facts is not None and (facts.asked or facts.transaction.forgotten() is not facts.transaction):
            store.heap[identity] = replace(facts, asked=False, transaction=facts.transaction.forgotten())


def forget_lent(store: Store) -> None:
    """The function is left for a while: its caller may do anything with sessions that were not made here."""
    known = [(identity, facts) for identity in store.heap if (facts := store.session(identity)) is not None]
    forget(store, [identity for identity, facts in known if facts.escaped or not facts.made_here])


def waits_for_flush(store: Store) -> bool:
    """Whether a session is certain to have something to flush."""
    return any(isinstance(facts, SessionFacts) and facts.transaction.unflushed for facts in store.heap.values())


def forget_unflushed(store: Store, session: Value | None = None) -> None:
    """What was to be flushed may be taken back: of one session, or of any."""
    for identity, facts in list(store.heap.items()):
        if not isinstance(facts, SessionFacts) or not facts.transaction.unflushed:
            continue
        if session is None or relation(store, identity, session) is not Relation.DIFFERENT:
            store.heap[identity] = replace(facts, transaction=replace(facts.transaction, unflushed=False))


def is_unflushed(store: Store, session: Value) -> bool:
    """Whether the next flush is certain to write something."""
    known = transaction_of(store, session)
    return known is not None and (
        known.unflushed or any(_waits(store, facts, session) for _identity, facts in store.instances())
    )


def _waits(store: Store, facts: InstanceFacts, session: Value) -> bool:
    return all(
        isinstance(item, Situation)
        and (item.state is State.PENDING or item.marked)
        and relation(store, item.session, session) is Relation.SAME
        for item in facts.situations
    )


@dataclass(frozen=True, slots=True)
class Move:
    """A call of the library that changes the transaction of its session.

    `targets` are the instances that it puts into the session, `failed` tells on which way a block is left.
    """

    name: str
    line: int
    bound: BoundCall
    receiver: Value
    session: Value
    effects: Sequence[Effect]
    failed: bool | None

    @property
    def origin(self) -> Origin:
        """The call as a message tells it."""
        return Origin(self.line, "the end of its block" if self.name.endswith("exit__") else f"{self.name}()")

    @property
    def site(self) -> object:
        """The site of the one transaction that is the receiver."""
        (only,) = self.receiver if len(self.receiver) == 1 else (None,)
        return only.site if isinstance(only, ObjectId) else None


def is_transaction(facts: object) -> bool:
    """Whether an object stands for a transaction of a session."""
    return isinstance(facts, LibraryFacts) and facts.class_name.endswith(TRANSACTIONS)


def has_ended(store: Store, receiver: Value) -> bool:
    """Whether a value is certainly a transaction that is over: of the next one of its session it says nothing."""
    known = [store.heap.get(item) for item in objects(receiver)]
    return bool(known) and all(isinstance(facts, LibraryFacts) and facts.ended is not None for facts in known)


def awaited(facts: LibraryFacts, value: Value) -> Value:
    """What `await` gives for an object: a transaction is begun, and given itself; nothing is said of others."""
    return value if is_transaction(facts) else frozenset()


def follow(store: Store, moving: Move, begins: bool) -> None:
    """Change the facts on transactions as a call does; `begins` unset: no transaction is begun by hand here."""
    receivers = [store.heap.get(item) for item in objects(moving.receiver)]
    of_transaction = any(is_transaction(facts) for facts in receivers)
    of_block = stands_for(store, moving.receiver, FACTORY_BLOCK)
    _follow_flushes(store, moving)
    if moving.name in ASKING:
        _ask(store, moving)
    if moving.name in ("__enter__", "__aenter__") and (of_transaction or of_block):
        if begins and not of_block:
            _enter(store, moving, moving.session)
    elif moving.name in ("__exit__", "__aexit__") and (of_transaction or of_block):
        _leave(store, moving, of_block)
    elif any(effect.name in ("ends", "closes") for effect in moving.effects):
        _end(store, moving, receivers, of_transaction)
    elif begins and need_of(moving.bound, store) is Need.CERTAIN:
        move(store, moving.session, lambda standing: begun(standing, moving.origin))


def _ask(store: Store, moving: Move) -> None:
    """The program looks how the transaction stands: what it does next may depend on that."""
    update(store, moving.session, TransactionFacts.forgotten)
    for identity, facts in list(store.heap.items()):
        if isinstance(facts, LibraryFacts) and facts.ended is not None and facts.session == moving.session:
            store.heap[identity] = replace(facts, ended=None)


def with_given(store: Store) -> Store:
    """The store where a function begins: what is pending there waits for the next flush."""
    for identity, facts in list(store.heap.items()):
        session: Value = frozenset({identity})
        if isinstance(facts, SessionFacts) and is_unflushed(store, session):
            update(store, session, lambda known: replace(known, unflushed=True))
    return store


def _follow_flushes(store: Store, moving: Move) -> None:
    """What the call flushes, or throws away, does not wait for a flush any more."""
    if any(effect.name in ("flushes", "moves", "ends", "closes", "expires") for effect in moving.effects):
        forget_unflushed(store, moving.session)


def note_added(store: Store, session: Value, targets: Iterable[Value]) -> None:
    """`add()` has put instances into the session: one that is certain to be pending waits for the next flush."""
    for target in targets:
        (only,) = target if len(target) == 1 else (None,)
        facts = store.heap.get(only) if isinstance(only, ObjectId) and not only.older else None
        if isinstance(facts, InstanceFacts) and _waits(store, facts, session):
            update(store, session, lambda known: replace(known, unflushed=True))


def enter_made(store: Store, made: Value, site: object, line: int) -> None:
    """The block of a factory's `begin()` has made its session and begun its transaction."""
    origin = Origin(line, "begin()")
    move(store, made, lambda standing: entered(standing, Block(site, False), origin))


def _enter(store: Store, moving: Move, session: Value) -> None:
    nested = stands_for(store, moving.receiver, SAVEPOINT)
    over = [facts for item in objects(moving.receiver) if isinstance(facts := store.heap.get(item), LibraryFacts)]
    block = Block(moving.site, nested, over[0].ended if len(over) == 1 else None)
    move(store, session, lambda standing: entered(standing, block, moving.origin))


def _leave(store: Store, moving: Move, of_block: bool) -> None:
    _end_objects(store, moving, only_receiver=not of_block)
    move(store, moving.session, lambda standing: left(standing, moving.site))


def _end(store: Store, moving: Move, receivers: Sequence[object], of_transaction: bool) -> None:
    """The transaction of the session, or a savepoint, ends by a call."""
    if any(isinstance(facts, LibraryFacts) and "Result" in facts.class_name for facts in receivers):
        end_result(store, moving)
        return
    _end_objects(store, moving, only_receiver=of_transaction)
    if stands_for(store, moving.receiver, SAVEPOINT):
        move(store, moving.session, lambda standing: savepoint_ended(standing, moving.site, moving.origin))
        return
    move(store, moving.session, lambda standing: ended(standing, moving.origin))
    closes = any(effect.name == "closes" for effect in moving.effects)
    if closes and not of_transaction and moving.name not in ("reset", "invalidate"):
        update(store, moving.session, lambda facts: _closed_for_good(facts, moving.origin))


def _closed_for_good(facts: TransactionFacts, origin: Origin) -> TransactionFacts:
    if facts.reusable != {False}:
        return facts
    return facts.changed(lambda standing: closed(standing, Phase.CLOSED, origin))


def _end_objects(store: Store, moving: Move, only_receiver: bool) -> None:
    """Objects that stand for transactions of the session, and its results where it is closed, can do no more."""
    root = not only_receiver or not stands_for(store, moving.receiver, SAVEPOINT)
    closes = not only_receiver and any(effect.name == "closes" for effect in moving.effects)
    for identity, facts in list(store.heap.items()):
        if not isinstance(facts, LibraryFacts) or facts.ended is not None:
            continue
        if moving.receiver == {identity} and is_transaction(facts):
            store.heap[identity] = replace(facts, ended=moving.origin)
        elif root and facts.session == moving.session and len(moving.session) == 1:
            if is_transaction(facts):
                store.heap[identity] = replace(facts, ended=moving.origin)
            elif closes and moving.failed is None and _gives_entities(facts):
                store.heap[identity] = replace(facts, ended=Origin(moving.line, SESSION_CLOSED))


def _gives_entities(facts: LibraryFacts) -> bool:
    """Whether a result makes instances as it is read: one that is buffered has made them."""

    def holds(shape: object) -> bool:
        return isinstance(shape, Entity) or (isinstance(shape, Row) and any(map(holds, shape.items)))

    is_live = "Result" in facts.class_name and not facts.holds
    return is_live and any(holds(shape) for _name, shape in facts.bindings)


def end_result(store: Store, moving: Move) -> None:
    """A result is closed: by `close()`, or because the one row that was asked for was taken."""
    (only,) = moving.receiver if len(moving.receiver) == 1 else (None,)
    facts = store.heap.get(only) if isinstance(only, ObjectId) and not only.older else None
    if isinstance(only, ObjectId) and isinstance(facts, LibraryFacts) and facts.ended is None:
        store.heap[only] = replace(facts, ended=moving.origin)


def refuse(store: Store, receiver: Value, session: Value) -> None:
    """The session has refused a call: that is reported, and nothing is followed on that path any more."""
    update(store, session, TransactionFacts.dropped)
    for item in objects(receiver):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts) and facts.ended is not None:
            store.heap[item] = replace(facts, ended=None)


def keep_standing(failed_store: Store, other: Store) -> None:
    """Of what is to be joined with a store in which a flush failed, the transactions stand as they do there."""
    for identity, facts in failed_store.heap.items():
        theirs = other.session(identity)
        if isinstance(facts, SessionFacts) and theirs is not None:
            other.heap[identity] = replace(theirs, transaction=facts.transaction)


def fail(store: Store, moving: Move, automatic: bool, counts: bool) -> None:
    """A flush inside the call fails, one by itself if `automatic`; `counts`: a handler may be written for that."""
    if not (counts and is_unflushed(store, moving.session)):
        update(store, moving.session, TransactionFacts.forgotten)
        return
    origin = moving.origin

    def change(facts: TransactionFacts) -> TransactionFacts:
        return replace(facts.changed(lambda standing: failed(standing, origin, automatic)), unflushed=False)

    update(store, moving.session, change)


def give_away(store: Store, session: Value, name: str, line: int) -> None:
    """The session goes to a function that owns it from then on."""
    origin = Origin(line, f"given to {name}")
    update_sessions(store, session, lambda facts: replace(facts, transaction=_given(facts.transaction, origin)))


def _given(facts: TransactionFacts, origin: Origin) -> TransactionFacts:
    return facts.changed(lambda standing: closed(standing, Phase.GIVEN, origin))
