"""What calls and assignments do to the work in a session's transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from mypy.nodes import ARG_STAR, ARG_STAR2, CallExpr, Context, StrExpr

from mypy_session_plugin.facts.effects import Effect
from mypy_session_plugin.facts.links import NO_LINKS
from mypy_session_plugin.facts.objects import InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import ATTACHED, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId, Value, objects
from mypy_session_plugin.facts.work import GIVEN, UNSEEN, Work, change_work
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import unnoticed
from mypy_session_plugin.semantics.binding import BoundCall, Given
from mypy_session_plugin.semantics.cascades import EXPUNGE
from mypy_session_plugin.semantics.events import CommitEvent
from mypy_session_plugin.semantics.library_objects import may_be_session
from mypy_session_plugin.semantics.sessions import Relation, relation
from mypy_session_plugin.semantics.statement_roots import QUERY
from mypy_session_plugin.semantics.world import World

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.library_calls import LibraryCall

#: Methods with which the author takes back, or may take back, what was written.
WITHDRAWING = frozenset({"expunge", "expunge_all", "expire", "expire_all", "refresh", "make_transient"})
#: Methods that neither write, lock nor read, and give out nothing with which somebody else could commit.
HARMLESS = frozenset(
    {
        "__enter__",
        "__aenter__",
        "__contains__",
        "begin",
        "begin_nested",
        "flush",
        "get_nested_transaction",
        "get_transaction",
        "in_nested_transaction",
        "in_transaction",
        "is_active",
        "is_modified",
        "no_autoflush",
    }
)
#: Methods that send SQL, of which a stub tells only for what it knows.
RUNNING = frozenset({"execute", "scalars", "scalar", "exec"})
#: The first words of SQL that commits nothing.
ORDINARY = frozenset({"select", "insert", "update", "delete", "with", "set", "pragma", "explain", "values"})
#: Methods and keywords that lock rows, or of which it is not told what they do.
LOCKING = frozenset({"with_for_update", "from_statement", "execution_options", "bind_arguments", "with_session"})
#: Parameters that take values, not SQL.
PARAMETERS = frozenset({"ident", "params", "instance", "instances", "attribute_names", "count", "item", "setting"})
LEAVING = frozenset({"__exit__", "__aexit__"})
UPDATES = "sqlalchemy.sql.dml.UpdateBase"


def change(store: Store, identity: ObjectId, changed: Callable[[Work], Work], surely: bool = True) -> None:
    """Change the work of a session."""
    facts = store.session(identity)
    if facts is None:
        return
    work = change_work(facts.work, changed, surely and not identity.older)
    if work is not facts.work:
        store.heap[identity] = replace(facts, work=work)


def _change_each(store: Store, session: Value, changed: Callable[[Work], Work]) -> None:
    for item in objects(session):
        change(store, item, changed, surely=len(session) == 1)


def sessions_in(store: Store) -> list[ObjectId]:
    """Every session of the store, as a list that outlives changes."""
    return [identity for identity, facts in store.heap.items() if isinstance(facts, SessionFacts)]


def give(store: Store, session: Value) -> None:
    """The function is given a session, or reads for the first time the one that its object was given."""
    for identity in objects(session):
        facts = store.session(identity)
        if facts is not None and facts.work is UNSEEN:
            store.heap[identity] = replace(facts, work=GIVEN)


def share(store: Store, sessions: Iterable[ObjectId]) -> None:
    """Unknown code gets these sessions, or instances of theirs."""
    for identity in sessions:
        change(store, identity, Work.shared)


def run_unknown(store: Store) -> None:
    """Unknown code runs, which may use the sessions that it can reach; time passes for all others."""
    for identity in sessions_in(store):
        facts = store.session(identity)
        if facts is None or facts.work is UNSEEN:
            continue
        reached = facts.work.reached or facts.escaped or not (facts.made_here or facts.parameter)
        change(store, identity, Work.shared if reached else Work.touched)


def pass_time(store: Store) -> None:
    """Something else happens: a commit before it has given its connection back for that."""
    for identity in sessions_in(store):
        change(store, identity, Work.touched)


def interrupt(store: Store) -> None:
    """An exception was caught, or leaves a block."""
    unnoticed.interrupted(store)
    for identity in sessions_in(store):
        change(store, identity, Work.interrupted)


def of_instances(store: Store, instances: Iterable[ObjectId]) -> set[ObjectId]:
    """The sessions to which instances may be attached, as far as these are known."""
    found: set[ObjectId] = set()
    for identity in instances:
        facts = store.heap.get(identity)
        for situation in facts.situations if isinstance(facts, InstanceFacts) else ():
            if isinstance(situation, Situation) and situation.session is not None:
                found.add(situation.session)
    return found


def share_captured(store: Store, values: Iterable[Value]) -> None:
    """A function inside this one names variables: whoever calls it gets at the sessions in them."""
    for value in values:
        found = {item for item in objects(value) if store.session(item) is not None}
        share(store, found | of_instances(store, objects(value)))


def read_attribute(store: Store, owner: Value, related: bool) -> None:
    """An attribute of an instance is read: what has expired is loaded through its session.

    `related`: it is a relationship, which may have to be loaded in any case.
    """
    for identity in of_instances(store, objects(owner)):
        facts = store.session(identity)
        if facts is not None and (related or facts.expire_on_commit != frozenset({False})):
            change(store, identity, lambda work: work.may_have_flushed().touched())


def write_instance(store: Store, owner: Value, node: Context, surely: bool) -> None:
    """A mapped attribute of an instance changes, or may change."""
    found: set[ObjectId | None] = set()
    for atom in owner:
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        for situation in facts.situations if isinstance(facts, InstanceFacts) else (UNKNOWN,):
            if not isinstance(situation, Situation):
                found.add(None)
            elif situation.state in ATTACHED:
                certain = situation.state is State.PERSISTENT and not situation.marked
                found.add(situation.session if certain else None)
            elif situation.state is State.DETACHED:
                found.add(None)
    only = next(iter(found)) if len(found) == 1 else None
    if only is not None and surely and len(owner) == 1:
        change(store, only, lambda work: work.wrote(node))
    elif found or not owner:
        may_write(store)


def may_write(store: Store) -> None:
    """Something is changed that may be a part of an instance of any session."""
    for identity in sessions_in(store):
        change(store, identity, Work.may_have_written)


class Written:
    """What a call is about to write, told by the states before it: surely, maybe or nothing.

    `takes_back`: `add()` may take the mark of a deletion off again.  `waits`: what is added, `one` instance or more, is
    not sent before the next flush.  `taken_out`: the line on which the new instance was added that an expunge takes out
    again, by which nothing is left of it.
    """

    def __init__(self, store: Store, name: str, bound: BoundCall, targets: Sequence[Value]) -> None:
        self.surely = self.maybe = self.takes_back = self.waits = self.one = False
        self.taken_out = _added_at(store, bound)
        if not any(effect.name == "writes" for effect in bound.stub.effects):
            return
        match name.removesuffix("_all"):
            case "add":
                self._tell([is_new(store, target) for target in targets])
                self.waits = True
                self.one = len(targets) == 1 and bound.given[0].value == targets[0]
                self.takes_back = any(_may_be_marked(store, target) for target in targets)
            case "delete" if bound.stub.error:
                self._tell([_is_instance(store, target) for target in targets])
            case "merge":
                self._tell([is_new(store, given.value) or None for given in bound.given[:1]])
            case "delete" | "update" | "bulk_save_objects" | "bulk_insert_mappings" | "bulk_update_mappings":
                self._tell([True])
            case _:
                self._tell([any(_is_update(given) for given in bound.given) or None])

    def _tell(self, answers: Sequence[bool | None]) -> None:
        """True: written; False: nothing; None: not known."""
        self.surely = any(answer is True for answer in answers)
        self.maybe = self.surely or not answers or None in answers


def is_new(store: Store, value: Value) -> bool | None:
    """Whether an instance that is added is certainly inserted; False where it is in the session already."""
    states: set[State | None] = set()
    for atom in value:
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        for situation in facts.situations if isinstance(facts, InstanceFacts) else (UNKNOWN,):
            known = isinstance(situation, Situation) and not situation.marked and not situation.was_deleted
            states.add(situation.state if known and isinstance(situation, Situation) else None)
    if states == {State.TRANSIENT}:
        return True
    return False if states and states <= {State.PERSISTENT, State.PENDING} else None


def _added_at(store: Store, bound: BoundCall) -> int | None:
    """Where the one pending instance was added that a call expunges, if no other went along with it."""
    effect = bound.stub.effect("cascades")
    if effect is None or effect.arguments["kind"] != EXPUNGE:
        return None
    (only,) = bound.given[0].value if len(bound.given[0].value) == 1 else (None,)
    facts = store.heap.get(only) if isinstance(only, ObjectId) and not only.older else None
    if not isinstance(facts, InstanceFacts) or facts.links != NO_LINKS or len(facts.situations) > 1:
        return None
    ((situation, origin),) = facts.situations.items()
    pending = isinstance(situation, Situation) and situation.state is State.PENDING
    return origin.line if pending and origin is not None else None


def _may_be_marked(store: Store, value: Value) -> bool:
    found = [store.heap.get(item) for item in objects(value)]
    return any(
        isinstance(situation, Situation) and situation.marked
        for facts in found
        if isinstance(facts, InstanceFacts)
        for situation in facts.situations
    )


def _is_instance(store: Store, value: Value) -> bool | None:
    """Whether what is deleted is certainly an instance in some state that can be deleted."""
    found = [store.heap.get(atom) if isinstance(atom, ObjectId) else None for atom in value]
    known = bool(found) and all(isinstance(facts, InstanceFacts) for facts in found)
    return True if known else None


def _is_update(given: Given) -> bool:
    info = info_of(given.type)
    return info is not None and any(base.fullname == UPDATES for base in info.mro)


def called(
    world: World, store: Store, call: LibraryCall, effects: Sequence[Effect], written: Written, inner: bool
) -> None:
    """A stubbed call has had its effects; `inner` tells that it ends no more than a savepoint."""
    ends = {str(effect.arguments.get("outcome")) for effect in effects if effect.name == "ends"}
    leaves = call.name in LEAVING
    closes = any(effect.name == "closes" for effect in effects)

    def changed(work: Work) -> Work:
        if written.takes_back:
            work = work.settled()
        if not written.waits and not closes:
            work = work.may_have_flushed()
        if written.surely:
            work = work.wrote(call.node, written.waits, written.one)
        elif written.maybe:
            work = work.may_have_written()
        elif not ends and not leaves:
            work = _after_call(world, store, call, effects, work, written.taken_out)
        if inner and "rollback" in ends and not leaves:
            return work.settled()
        if inner or not ends:
            return work
        if "commit" in ends:
            return work.committed(None if leaves else call.node, call.node in world.splitting_calls)
        return work.given_up() if leaves else work.rolled_back()

    if "commit" in ends and not inner:
        unnoticed.committed(store, call.session, call.node.line)
        if not leaves:
            _tell_commit(world, store, call)
    elif "rollback" in ends or call.name in WITHDRAWING:
        unnoticed.taken_back(store, call.session)
    _change_each(store, call.session, changed)
    if ends or written.maybe or (call.name in WITHDRAWING and not call.session):
        _change_others(store, call.session)


def _tell_commit(world: World, store: Store, call: LibraryCall) -> None:
    for identity in objects(call.session):
        facts = store.session(identity)
        if facts is not None and len(call.session) == 1:
            splits = call.node in world.splitting_calls
            world.listener(CommitEvent(call.node, identity, facts.work, splits), store)


def commit_in_call(world: World, before: Store, store: Store, call: Context | None) -> None:
    """What a callee has committed is committed, for its caller, by its call; None: by no call that is one."""
    site = call if call in world.splitting_calls else None
    for identity in sessions_in(store):
        facts = before.session(identity)
        known = frozenset().union(*(unit.commits for unit in facts.work.units)) if facts is not None else frozenset()
        change(store, identity, lambda work, known=known: work.committed_by(site, known))  # type: ignore[misc]


def pause(store: Store) -> None:
    """A generator is left for a while: what comes after that is another unit of work."""
    for identity in sessions_in(store):
        change(store, identity, Work.begun_anew)


def _after_call(
    world: World, store: Store, call: LibraryCall, effects: Sequence[Effect], work: Work, taken_out: int | None
) -> Work:
    """The work after a call that neither certainly writes nor ends a transaction."""
    if any(effect.name == "closes" for effect in effects):
        return work
    if call.name in WITHDRAWING:
        work = work.settled()
    if taken_out is not None:
        work = work.took_out(taken_out)
    if any(effect.name == "reads" for effect in effects) or call.name == "query" or _is_query(store, call.receiver):
        if not _only_reads(world, call):
            return work.may_have_written()
        return work.read() if any(effect.name == "reads" for effect in effects) else work.touched()
    if call.name in HARMLESS or call.name in WITHDRAWING or not may_be_session(store, call.receiver):
        return work.touched()
    if call.name in RUNNING and not _may_commit(call):
        return work.may_have_written()
    return work.shared()


def _is_query(store: Store, receiver: Value) -> bool:
    facts = [store.heap.get(item) for item in objects(receiver)]
    return any(isinstance(item, LibraryFacts) and item.class_name == QUERY for item in facts)


def _only_reads(world: World, call: LibraryCall) -> bool:
    """Whether the arguments of a call leave it a SELECT that locks nothing."""
    node = call.node
    if call.name in LOCKING:
        return False
    if not isinstance(node, CallExpr):
        return True
    if {ARG_STAR, ARG_STAR2}.intersection(node.arg_kinds) or LOCKING.intersection(filter(None, node.arg_names)):
        return False
    return all(
        given.parameter.name in PARAMETERS or world.statements.only_reads(given.argument.node)
        for given in call.bound.given
    )


def _may_commit(call: LibraryCall) -> bool:
    """Whether a text of SQL may be a COMMIT, or something that commits by itself, as DDL does in some databases."""
    for given in call.bound.given[:1]:
        node = given.argument.node
        text = node.args[0] if isinstance(node, CallExpr) and node.args else None
        if isinstance(text, StrExpr):
            word = re.match(r"\s*(\w+)", text.value)
            return word is None or word[1].lower() not in ORDINARY
    return True


def _change_others(store: Store, session: Value) -> None:
    """What ends or writes on one session may do so on any other that may be the same."""
    for identity in sessions_in(store):
        facts = store.session(identity)
        if facts is None or facts.work is UNSEEN or identity in session:
            continue
        if not session or relation(store, identity, session) is Relation.UNKNOWN:
            change(store, identity, Work.shared)
