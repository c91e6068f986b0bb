"""The laws of the lattice: a join is an upper bound, whichever way round, and a transfer keeps the order."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mypy_session_plugin.facts.identities import Content, RowKey, SessionIdentity
from mypy_session_plugin.facts.lending import Lent
from mypy_session_plugin.facts.links import Cascades, Classes, Edge, Links, Strays
from mypy_session_plugin.facts.loading import UNKNOWN_OPTIONS, Attribute, AttributeKind, Options, Strategy, Way
from mypy_session_plugin.facts.loads import AS_OTHERS, Basis, Loads, Presence
from mypy_session_plugin.facts.objects import ContainerFacts, Facts, InstanceFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.session_life import ABSENT, CLOSED, IDLE, WORKING, Closing, Life, SessionLife
from mypy_session_plugin.facts.states import Followers, Level, Situation, State, added, detached, marked, moved
from mypy_session_plugin.facts.store import Place, Store
from mypy_session_plugin.facts.transactions import (
    DEEPEST,
    Block,
    Caught,
    Phase,
    Standing,
    TransactionFacts,
    begun,
    ended,
    entered,
    failed,
    left,
    savepoint_ended,
)
from mypy_session_plugin.facts.unnoticed import Cause, Notice
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
    Unknown,
    Unnoticed,
    Value,
    constant,
    join,
    rename,
)
from mypy_session_plugin.facts.work import GIVEN, Deed, Fate, Unit, Work
from mypy_session_plugin.flow.fixpoint import LIMIT, PathStates
from mypy_session_plugin.semantics import sessions
from mypy_session_plugin.semantics.instances import Operation, operate
from mypy_session_plugin.semantics.loads import after_read

SESSIONS = [ObjectId("parameter", "session"), ObjectId("construct", "made")]
INSTANCES = [ObjectId("construct", "user"), ObjectId("load", "user"), ObjectId("load", "user", older=True)]
CONTAINER = ObjectId("container", "list")

few = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])

levels = st.sampled_from(Level)
situations = st.builds(
    Situation,
    st.sampled_from(State),
    st.sampled_from([None, *SESSIONS]),
    marked=st.booleans(),
    was_deleted=st.booleans(),
    new=levels,
    gone=levels,
)
origins = st.builds(Origin, st.integers(1, 9), st.sampled_from(["added", "loaded"]))
situation_sets = st.dictionaries(st.one_of(st.just(UNKNOWN), situations), origins, min_size=1, max_size=4)
UNNOTICED = [
    Unnoticed("one", Cause.BACKREF, notice, frozenset(INSTANCES[:1]), frozenset(SESSIONS[:1]))
    for notice in (Notice.READ, Notice.PASSED)
]
fixed_atoms: list[Atom] = [UNKNOWN, NONE, TRUE, FALSE, *INSTANCES, *SESSIONS, CONTAINER, *UNNOTICED]
atoms = st.one_of(
    st.sampled_from(fixed_atoms),
    st.integers(0, 30).map(lambda number: Constant("int", number)),
)
values = st.frozensets(atoms, max_size=5).map(lambda value: join([value]))
edges = st.builds(
    Edge, st.just("posts"), st.sampled_from([frozenset({"save-update"}), frozenset()]), st.sampled_from(INSTANCES)
)


@st.composite
def links(draw: st.DrawFn) -> Links:
    """What is certain is possible too."""
    maybe = draw(st.frozensets(edges, max_size=3))
    surely = draw(st.frozensets(st.sampled_from(sorted(maybe)), max_size=2)) if maybe else frozenset()
    return Links(surely, maybe, draw(st.booleans()))


strays = st.builds(
    Strays,
    st.none() | st.builds(Classes, st.frozensets(st.just("app.User")), st.frozensets(st.just("app.Base"))),
)
no_cascades = Cascades({"save-update": Classes(), "delete": Classes(), "expunge": Classes()})
rows = st.sampled_from([None, RowKey("app.User", ("pk",)), RowKey("app.User", (Constant("int", 1),))])
contents = st.builds(Content, rows, st.booleans(), st.booleans())
strategies = st.sampled_from(Strategy)
said = st.one_of(st.none(), strategies)
named_strategies = st.dictionaries(st.sampled_from(["name", "posts"]), strategies, max_size=2)


def loader_options(depth: int) -> st.SearchStrategy[Options]:
    """What loader options say of an entity, and of those behind its relationship."""
    nested = st.dictionaries(st.just("posts"), loader_options(depth - 1)) if depth else st.just({})
    known = st.builds(
        Options,
        named_strategies.map(lambda strategies: frozenset(strategies.items())),
        nested.map(lambda options: frozenset(options.items())),
        said,
        said,
        said,
        said,
        st.dictionaries(st.just("large"), strategies).map(lambda groups: frozenset(groups.items())),
        st.sampled_from([True, False, None]),
    )
    return st.one_of(known, st.just(UNKNOWN_OPTIONS))


options_of_statements = loader_options(2)
ATTRIBUTES = [
    Attribute("id", AttributeKind.COLUMN, Strategy.EAGER, primary_key=True),
    Attribute("name", AttributeKind.COLUMN, Strategy.EAGER),
    Attribute("photo", AttributeKind.COLUMN, Strategy.DEFERRED, group="large"),
    Attribute("posts", AttributeKind.TO_MANY, Strategy.LAZY),
    Attribute("friend", AttributeKind.TO_ONE, Strategy.EAGER),
    Attribute("visits", AttributeKind.DYNAMIC, Strategy.UNKNOWN),
]
when = st.one_of(st.none(), origins)
marks = st.dictionaries(
    st.one_of(st.sampled_from(Presence), st.just(UNKNOWN), st.just(AS_OTHERS)), when, min_size=1, max_size=3
)
loads_of_instances = st.builds(
    Loads,
    st.dictionaries(st.one_of(st.sampled_from(Basis), st.just(UNKNOWN)), when, min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["name", "posts"]), marks, max_size=2),
    options_of_statements,
)
instances = st.builds(
    InstanceFacts,
    st.just("app.User"),
    st.just(frozenset({"app.User"})),
    situation_sets,
    st.booleans(),
    links=links(),
    content=contents,
    loads=loads_of_instances,
    given=st.frozensets(st.sampled_from([(1, 0), (2, 0)])),
    cascades=st.just(no_cascades),
)
identities = st.builds(
    SessionIdentity, st.booleans(), st.sampled_from([None, "reader", "writer"]), st.booleans(), st.booleans()
)
known_settings = st.frozensets(st.sampled_from([True, False, UNKNOWN]), min_size=1)
closings = st.builds(Closing, st.integers(1, 3), st.integers(0, 4))
ways_of_life = st.builds(
    Life,
    st.sampled_from([IDLE, WORKING, CLOSED, ABSENT]),
    st.one_of(st.none(), closings),
    st.one_of(st.none(), st.tuples(st.integers(1, 2), st.integers(0, 1))),
)
lendings = st.one_of(
    st.none(),
    st.builds(Lent, st.frozensets(st.sampled_from(["flush", "commit"])), st.sampled_from(["", "lend()"])),
)
lives = st.builds(SessionLife, st.frozensets(st.one_of(st.just(UNKNOWN), ways_of_life), min_size=1, max_size=4))
NODES = ["one", "other"]
deeds = st.dictionaries(st.sampled_from(NODES), st.sampled_from(Fate)).map(
    lambda fates: frozenset(Deed(node, fate) for node, fate in fates.items())
)
units = st.frozensets(st.builds(Unit, st.frozensets(st.sampled_from(NODES)), st.booleans()))


def works_of(bound: bool, made: bool) -> st.SearchStrategy[Work]:
    """The work of sessions of one origin: made on an engine, or by a factory, on whatever."""
    return st.builds(
        Work,
        st.just(bound),
        st.just(False),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        deeds,
        deeds,
        units,
        st.frozensets(st.sampled_from(NODES)),
        st.just(made),
    ).map(lambda work: work if work.dirty else replace(work, waiting=frozenset()))


#: Path states differ in what was done with a session, and not in where it came from.
works = st.sampled_from([(True, False), (False, True)]).flatmap(
    lambda origin: st.tuples(works_of(*origin), works_of(*origin), works_of(*origin))
)
SOME_WORK = [
    Work(),
    GIVEN,
    Work(bound=True, dirty=False).read().committed("one", splits=True),
    Work(bound=True, dirty=False).wrote("one").interrupted(),
    Work(bound=True, dirty=False).wrote("one").committed("other", splits=True).wrote("one"),
    Work(bound=True, dirty=False).wrote("one", waits=True, one=True),
    Work(bound=True, dirty=False).wrote("one", waits=True, one=True).wrote("other", waits=True, one=True),
    Work(made=True),
    Work(made=True).wrote("one", waits=True),
    Work(made=True).wrote("one", waits=True).may_have_flushed(),
]
blocks = st.builds(Block, st.sampled_from(["with", "inner"]), st.booleans(), st.one_of(st.none(), origins))
handlers = st.builds(Caught, st.integers(1, 9), st.just("except IntegrityError"), st.none())
standings = st.builds(
    Standing,
    st.sampled_from(Phase),
    st.lists(blocks, max_size=DEEPEST).map(tuple),
    st.one_of(st.none(), handlers),
    st.booleans(),
)
transactions = st.builds(
    TransactionFacts,
    st.frozensets(st.one_of(st.just(UNKNOWN), standings), min_size=1, max_size=3),
    st.booleans(),
    known_settings,
    known_settings,
)
SOME_WAYS = [
    Way("app.User", frozenset({"app.User"}), Options()),
    Way("app.User", frozenset({"app.User"}), Options(columns=Strategy.DEFERRED), wide=True),
]
SOME_TRANSACTIONS = [
    TransactionFacts(),
    TransactionFacts(frozenset({Standing(Phase.BEGUN)}), unflushed=True),
    TransactionFacts(frozenset({Standing()}), autobegin=frozenset({False})),
    TransactionFacts(frozenset({Standing(Phase.BEGUN, (Block("with", False),)), UNKNOWN})),
    TransactionFacts(frozenset({Standing(Phase.FAILED, caught=Caught(3, "except IntegrityError", None))})),
]
session_facts = st.builds(
    SessionFacts,
    st.just("sqlalchemy.orm.session.Session"),
    st.just("session"),
    made_here=st.booleans(),
    lent=lendings,
    autoflush=known_settings,
    expire_on_commit=known_settings,
    escaped=st.booleans(),
    holds_new=st.booleans(),
    depth=st.sampled_from([None, 0, 1]),
    life=lives,
    overridden=st.frozensets(st.sampled_from(["close", "flush"])),
    work=st.sampled_from(SOME_WORK),
    strays=strays,
    laden=strays,
    ways=st.frozensets(st.sampled_from(SOME_WAYS)),
    transaction=st.sampled_from(SOME_TRANSACTIONS),
    identity=identities,
)
containers = st.builds(ContainerFacts, st.just("list"), values)


@st.composite
def stores(draw: st.DrawFn) -> Store:
    """A store as a function with one variable, one attribute path and a few objects may have."""
    heap: dict[ObjectId, Facts] = {CONTAINER: draw(containers)}
    heap |= {identity: draw(session_facts) for identity in SESSIONS}
    heap |= {identity: draw(instances) for identity in INSTANCES}
    subjects = st.sampled_from([Subject(("x",), "truth"), Subject(("y",), "truth")])
    literals = draw(st.dictionaries(subjects, st.booleans()))
    epochs: dict[Place, frozenset[Hashable]] = {("self",): frozenset(draw(st.sets(st.integers(0, 2), max_size=2)))}
    paths: dict[Place, Value] = {("self", "user"): draw(values)} if draw(st.booleans()) else {}
    return Store({"x": draw(values), 1: draw(values)}, paths, heap, literals, epochs)


@few
@given(values, values, values)
def test_a_join_of_values_is_an_upper_bound_in_any_order(one: Value, other: Value, third: Value) -> None:
    assert join([one, other]) == join([other, one])
    assert join([one, one]) == one
    assert join([join([one, other]), third]) == join([one, join([other, third])])
    assert join([join([one, other]), one]) == join([one, other])


@few
@given(instances, instances)
def test_a_join_of_instances_is_an_upper_bound_in_any_order(one: InstanceFacts, other: InstanceFacts) -> None:
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).situations.keys() >= one.situations.keys() | other.situations.keys()


@few
@given(loads_of_instances, loads_of_instances, loads_of_instances)
def test_what_is_loaded_is_joined_in_any_order(one: Loads, other: Loads, third: Loads) -> None:
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).join(third) == one.join(other.join(third))


@few
@given(loads_of_instances, loads_of_instances, st.sampled_from(ATTRIBUTES))
def test_a_join_knows_no_more_of_an_attribute_than_either_side(one: Loads, other: Loads, attribute: Attribute) -> None:
    joined = one.join(other).presences(attribute).keys()
    assert UNKNOWN in joined or joined >= one.presences(attribute).keys() | other.presences(attribute).keys()


@few
@given(loads_of_instances, loads_of_instances, st.sampled_from(ATTRIBUTES))
@example(
    Loads({Basis.EXPIRED: None}, {}, UNKNOWN_OPTIONS),
    Loads({Basis.NEW: None}, {ATTRIBUTES[0].name: {UNKNOWN: None}}, UNKNOWN_OPTIONS),
    ATTRIBUTES[0],
)
def test_a_read_keeps_the_order_of_what_is_loaded(one: Loads, other: Loads, attribute: Attribute) -> None:
    small, large = after_read(one, attribute), after_read(one.join(other), attribute)
    for looked_at in ATTRIBUTES:
        known = large.presences(looked_at).keys()
        assert UNKNOWN in known or known >= small.presences(looked_at).keys()


@few
@given(works)
def test_a_join_of_work_is_an_upper_bound_in_any_order(three: tuple[Work, Work, Work]) -> None:
    one, other, third = three
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).join(third) == one.join(other.join(third))
    assert one.join(other).join(one) == one.join(other)


WORK_CHANGES: dict[str, Callable[[Work], Work]] = {
    "wrote": lambda work: work.wrote("one"),
    "added": lambda work: work.wrote("one", waits=True, one=True),
    "added several": lambda work: work.wrote("one", waits=True),
    "flushed": lambda work: work.may_have_flushed(),
    "took_out": lambda work: work.took_out(0),
    "may have written": Work.may_have_written,
    "read": Work.read,
    "touched": Work.touched,
    "interrupted": Work.interrupted,
    "settled": Work.settled,
    "shared": Work.shared,
    "committed": lambda work: work.committed("one", splits=True),
    "rolled back": Work.rolled_back,
    "given up": Work.given_up,
    "ended": Work.ended,
}


@few
@given(works, st.sampled_from(sorted(WORK_CHANGES)))
def test_changes_of_work_are_monotone(three: tuple[Work, Work, Work], name: str) -> None:
    one, other, _third = three
    change, joined = WORK_CHANGES[name], one.join(other)
    assert change(one).join(change(joined)) == change(joined)


@few
@given(stores(), stores())
def test_a_join_of_stores_is_an_upper_bound_in_any_order(one: Store, other: Store) -> None:
    joined = one.join(other)
    assert joined == other.join(one)
    assert one.join(one) == one
    assert joined.covers(one)
    assert joined.covers(other)


@few
@given(stores(), stores(), stores())
def test_joins_of_stores_do_not_depend_on_their_order(one: Store, other: Store, third: Store) -> None:
    assert one.join(other).join(third) == one.join(other.join(third))


@few
@given(stores(), stores())
def test_a_join_leaves_both_sides_as_they_are(one: Store, other: Store) -> None:
    before = one.copy(), other.copy()
    one.join(other)
    assert (one, other) == before


CHANGES_OF_LIFE: dict[str, Callable[[SessionLife], SessionLife]] = {
    "used": lambda life: life.used(5, 1),
    "settled": SessionLife.settled,
    "closed": lambda life: life.closed(Closing(5)),
    "given away": SessionLife.given_away,
    "interrupted": SessionLife.interrupted,
    "unseen": SessionLife.unseen,
}


@few
@given(lives, lives, lives, st.sampled_from(sorted(CHANGES_OF_LIFE)))
def test_lives_are_a_lattice_and_their_changes_monotone(
    one: SessionLife, other: SessionLife, third: SessionLife, name: str
) -> None:
    change = CHANGES_OF_LIFE[name]
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).join(third) == one.join(other.join(third))
    assert change(one.join(other)).ways >= change(one).ways


@few
@given(options_of_statements, options_of_statements, options_of_statements)
def test_loader_options_are_joined_in_any_order(one: Options, other: Options, third: Options) -> None:
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).join(third) == one.join(other.join(third))
    assert one.join(other).join(one) == one.join(other)


@few
@given(options_of_statements, options_of_statements, st.sampled_from(ATTRIBUTES))
def test_what_two_statements_say_differently_is_unknown(one: Options, other: Options, attribute: Attribute) -> None:
    for mine, theirs in [(one, other), (one.below("posts"), other.below("posts"))]:
        said = {mine.strategy(attribute), theirs.strategy(attribute)}

        assert mine.join(theirs).strategy(attribute) in {Strategy.UNKNOWN, *(said if len(said) == 1 else ())}


@few
@given(options_of_statements, options_of_statements)
def test_the_options_below_are_joined_as_those_above(one: Options, other: Options) -> None:
    above = one.join(other).below("posts")

    assert above.join(one.below("posts").join(other.below("posts"))) == above


@few
@given(contents, contents, contents)
def test_what_is_known_of_a_row_is_joined_in_any_order(one: Content, other: Content, third: Content) -> None:
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).join(third) == one.join(other.join(third))


@few
@given(contents, contents, st.sampled_from([Content.settled, lambda content: content.without("pk")]))
def test_what_changes_a_row_keeps_the_order(one: Content, other: Content, change: Callable[[Content], Content]) -> None:
    assert change(one).join(change(one.join(other))) == change(one.join(other))


@few
@given(identities, identities, identities)
def test_what_tells_sessions_apart_is_joined_in_any_order(
    one: SessionIdentity, other: SessionIdentity, third: SessionIdentity
) -> None:
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).join(third) == one.join(other.join(third))


def keeps_the_order(transfer: Callable[[Store], None], one: Store, other: Store) -> bool:
    """Whether what is possible before stays possible after: `one <= one | other` is kept by the transfer.

    The unknown does not count: an operation that raises for all that is known leaves it behind, which is not a way in
    which the instance may stand but the end of following it.
    """
    smaller, larger = one.copy(), one.join(other)
    transfer(smaller)
    transfer(larger)
    return all(
        larger.heap[key].situations.keys() >= facts.situations.keys() - {UNKNOWN}  # type: ignore[union-attr]
        for key, facts in smaller.instances()
    )


STANDINGS: dict[str, Callable[[Standing | Unknown], Standing | Unknown]] = {
    "begin": lambda standing: begun(standing, Origin(5, "add()")),
    "end": lambda standing: ended(standing, Origin(5, "commit()")),
    "end of a savepoint": lambda standing: savepoint_ended(standing, "inner", Origin(5, "rollback()")),
    "enter": lambda standing: entered(standing, Block("with", False), Origin(5, "begin()")),
    "leave": lambda standing: left(standing, "with"),
    "fail": lambda standing: failed(standing, Origin(5, "flush()"), False),
}


@few
@given(transactions, transactions, transactions)
def test_a_join_of_transactions_is_an_upper_bound_in_any_order(
    one: TransactionFacts, other: TransactionFacts, third: TransactionFacts
) -> None:
    assert one.join(other) == other.join(one)
    assert one.join(one) == one
    assert one.join(other).join(third) == one.join(other.join(third))
    assert one.join(other).standings >= one.standings | other.standings
    assert one.join(other).join(one) == one.join(other)


@few
@given(transactions, transactions, st.sampled_from(sorted(STANDINGS)))
def test_what_is_done_with_a_transaction_is_monotone(one: TransactionFacts, other: TransactionFacts, name: str) -> None:
    change = STANDINGS[name]

    assert one.join(other).changed(change) == one.changed(change).join(other.changed(change))


@few
@given(transactions)
def test_unknown_code_leaves_only_what_is_over(known: TransactionFacts) -> None:
    left_over = known.forgotten().standings - {UNKNOWN}

    assert all(isinstance(item, Standing) and item.phase in (Phase.CLOSED, Phase.GIVEN) for item in left_over)


MOVES = {
    "flush": sessions.FLUSH,
    "rollback": sessions.FAILED_FLUSH,
    "close": {"pending": State.TRANSIENT, "persistent": State.DETACHED, "marked": State.DETACHED},
}


@few
@given(stores(), stores(), st.sampled_from(sorted(MOVES)), st.booleans(), st.booleans())
def test_operations_on_a_session_are_monotone(one: Store, other: Store, name: str, inner: bool, surely: bool) -> None:
    def transfer(store: Store) -> None:
        session = frozenset({SESSIONS[0]})
        sessions.move_members(store, session, MOVES[name], Origin(5, name), inner, surely)

    assert keeps_the_order(transfer, one, other)


def expunged(situation: Situation) -> Followers | None:
    """As `Session.expunge()`."""
    return (detached(situation),) if situation.state in (State.PERSISTENT, State.DELETED) else None


OPERATIONS = {
    "add": Operation(
        lambda situation: added(situation, SESSIONS[0]), (Situation(State.PENDING),), "added", cascade="save-update"
    ),
    "delete": Operation(
        lambda situation: marked(situation, SESSIONS[0]), (Situation(State.DELETED),), "deleted", cascade="delete"
    ),
    "expunge": Operation(expunged, (Situation(State.DETACHED),), "expunged", cascade="expunge"),
    "elsewhere": Operation(expunged, (Situation(State.DETACHED),), "expunged", cascades=True),
    "expire": Operation(lambda situation: (situation,), (), "expired", cascade="refresh-expire"),
}


@few
@given(stores(), stores(), st.sampled_from(sorted(OPERATIONS)), st.sampled_from(INSTANCES))
def test_operations_on_an_instance_are_monotone(one: Store, other: Store, name: str, instance: ObjectId) -> None:
    def transfer(store: Store) -> None:
        operate(store, frozenset({instance}), OPERATIONS[name], 5)

    assert keeps_the_order(transfer, one, other)


@few
@given(situations)
def test_a_flush_leaves_nothing_pending_or_marked(situation: Situation) -> None:
    for after in moved(situation, sessions.FLUSH, inner=False):
        assert isinstance(after, Situation)
        assert after.state is not State.PENDING
        assert not (after.state is State.PERSISTENT and after.marked)


@few
@given(stores())
def test_a_second_object_of_a_site_leaves_the_first_among_the_older_ones(store: Store) -> None:
    recent = INSTANCES[1]
    before = store.heap[recent]
    fresh = InstanceFacts("app.User", frozenset({"app.User"}), {Situation(State.PERSISTENT): None})
    store.create(recent, fresh)
    assert store.heap[recent] == fresh
    older = store.heap[recent._replace(older=True)]
    assert isinstance(before, InstanceFacts)
    assert isinstance(older, InstanceFacts)
    assert older.situations.keys() >= before.situations.keys()
    assert recent not in store.variables["x"]


@few
@given(values)
def test_renaming_to_itself_changes_nothing(value: Value) -> None:
    assert rename(value, lambda item: item) == value


@few
@given(st.lists(stores(), max_size=14))
def test_a_block_holds_a_bounded_number_of_path_states_that_cover_all(arriving: list[Store]) -> None:
    entry = PathStates()
    for store in arriving:
        entry.add(store)
    assert len(entry.stores) <= LIMIT
    assert all(any(present.covers(store) for present in entry.stores) for store in arriving)


def test_too_many_literals_are_unknown_and_stay_so() -> None:
    many = join([constant(number) for number in range(40)])
    assert many == NOTHING_KNOWN
    assert join([many, constant(3)]) == many
