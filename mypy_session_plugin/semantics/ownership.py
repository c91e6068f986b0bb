"""Whose a session is, as phantom types say: what a place declares, and where a session that is lent goes too far."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mypy.nodes import Context, MemberExpr, TypeInfo, Var
from mypy.types import Type

from mypy_session_plugin.facts.effects import TypeExpression
from mypy_session_plugin.facts.lending import ENDINGS
from mypy_session_plugin.facts.objects import SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.session_life import MADE
from mypy_session_plugin.facts.states import ATTACHED, Level, Situation, State, detached
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Value, objects
from mypy_session_plugin.facts.work import Work
from mypy_session_plugin.mypy_compat.signatures import is_declared
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import bodies, constructors, making, sessions, transactions, work
from mypy_session_plugin.semantics.binding import BoundCall, is_phantom
from mypy_session_plugin.semantics.events import OwnershipEvent
from mypy_session_plugin.semantics.phantom_types import OWNS, crossed_by, demanded, is_written_as, lent_as
from mypy_session_plugin.semantics.unknown_calls import call_unknown
from mypy_session_plugin.semantics.world import World


def declare(store: Store, value: Value, type_: Type | None, by: str = "") -> None:
    """What the type of a place says of the session in it: shared by other means, this function's own, or lent."""
    synchronized, owned = is_written_as(type_, ("Synchronized",)), is_written_as(type_, ("Owned",))
    lent = lent_as(type_, by)
    if not (synchronized or owned or lent):
        return
    for item in objects(value):
        facts = store.session(item)
        if facts is not None:
            store.heap[item] = replace(facts, synchronized=synchronized, owned=owned and not synchronized, lent=lent)


def declare_attribute(world: World, store: Store, value: Value, node: Context) -> None:
    """The same of the session in an attribute that is read."""
    if isinstance(node, MemberExpr):
        declare_attribute_of(world, store, value, info_of(world.type(node.expr)), node.name)
    else:
        declare(store, value, bodies.declared_type(world, node))


def declare_attribute_of(world: World, store: Store, value: Value, info: TypeInfo | None, name: str) -> None:
    """The same of the session in an attribute of an object of a class.

    A type that was inferred from the constructor's parameter lends it only where nothing else in the class assigns the
    attribute, as far as the class is in view.
    """
    entry = info.get(name) if info is not None else None
    variable = entry.node if entry is not None else None
    if info is None or not isinstance(variable, Var) or bodies.is_thread_local(info):
        return
    is_in_view = variable.info.module_name == world.types.tree.fullname
    is_certain = is_declared(variable) or not is_in_view or constructors.given_as(world, info, name) is not None
    if is_certain or lent_as(variable.type) is None:
        declare(store, value, variable.type)


def declare_own(store: Store, value: Value, type_: Type | None, by: str = "") -> None:
    """The same of a session that the function gets: what happens to one that is its own from now on is seen.

    That a parameter crosses a boundary is told to those who give it.
    """
    declare(store, value, type_, by)
    crosses, owned = crossed_by(type_) is not None, is_written_as(type_, ("Owned",))
    for item in objects(value) if crosses or owned else ():
        facts = store.session(item)
        if facts is not None:
            life = MADE if owned and not facts.registry else facts.life
            store.heap[item] = replace(facts, synchronized=facts.synchronized or crosses, life=life)


def arrive(world: World, store: Store, type_: Type | None, value: Value, event: tuple[Context, Context, str]) -> None:
    """Let the rules see a session that comes to a place whose type demands more than one that is lent admits.

    `event` is the node to report at, the syntax of the value, and how a message tells what is declared there.
    """
    deeds = demanded(type_)
    if deeds:
        tell(world, store, value, deeds, *event)


def tell(
    world: World, store: Store, value: Value, deeds: frozenset[str], node: Context, expression: Context, text: str
) -> None:
    """Let the rules see what is done with a session, where one that is lent or given away is among those it may be."""
    known = (store.session(item) for item in objects(value))
    if any(facts is not None and (facts.lent is not None or facts.transaction.given) for facts in known):
        world.listener(OwnershipEvent(node, expression, value, deeds, text), store)


def perform(store: Store, session: Value, what: frozenset[str], origin: Origin) -> None:
    """What a function says that it does with a session it may do, any number of times."""

    def reached(facts: SessionFacts) -> SessionFacts:
        life = facts.life.given_away() if what & ENDINGS else facts.life
        return replace(facts, escaped=True, holds_new=True, life=life, transaction=facts.transaction.forgotten())

    sessions.update_sessions(store, session, reached)
    for item in objects(session):
        work.change(store, item, Work.shared if what & ENDINGS else Work.may_have_written)
    if what & {"flush", "commit", "write"}:
        sessions.move_members(store, session, sessions.FLUSH, origin, surely=False)
    if what & ENDINGS:
        sessions.change_members(store, session, _ended(what), origin, surely=False)


def _ended(what: frozenset[str]) -> Callable[[Situation], tuple[Situation, ...]]:
    """How an instance may stand after the transaction's end."""

    def change(situation: Situation) -> tuple[Situation, ...]:
        found = [situation]
        if situation.state is State.DELETED or (situation.marked and "commit" in what):
            found.append(Situation(State.DETACHED, was_deleted=True))
        if "rollback" in what and situation.new is not Level.BEFORE:
            found.append(Situation(State.TRANSIENT))
        if "rollback" in what and situation.state in (State.PENDING, State.DELETED):
            found.append(Situation(State.TRANSIENT))
        if "close" in what and situation.state in ATTACHED:
            found.append(detached(situation))
        return tuple(dict.fromkeys(found))

    return change


def call_library(world: World, store: Store, bound: BoundCall, name: str, node: Context) -> None:
    """A function that a session stub describes takes sessions: those that it owns or performs something with."""
    for given in bound.given:
        owned, what = _said_of(given.parameter.annotation)
        deeds = OWNS if owned else what & ENDINGS
        if deeds:
            does = "ends it" if owned else _listed(what & ENDINGS)
            tell(world, store, given.value, deeds, node, given.argument.node, f"{name}() {does}, as its stub says")
        if what:
            perform(store, given.value, what, Origin(node.line, f"changed by {name}()"))
        if owned:
            call_unknown(store, [given.value], [given.argument.place], making.site_of(node))
            transactions.give_away(store, given.value, f"{name}()", node.line)


def taken_over(store: Store, value: Value) -> Value:
    """What an object that is made has of an argument: of a session that it owns, nothing that its giver knows.

    What it does with that one is in order, and is not told to whoever gave it.
    """
    known = (store.session(item) for item in objects(value))
    return NOTHING_KNOWN if any(facts is not None and facts.transaction.given for facts in known) else value


def _listed(deeds: Iterable[str]) -> str:
    words = {"commit": "commits", "rollback": "rolls back", "close": "closes"}
    return " and ".join(words[deed] for deed in sorted(deeds)) + " it"


def _said_of(annotation: TypeExpression) -> tuple[bool, frozenset[str]]:
    """Whether a parameter of a stub owns the session that it is given, and what the function performs with it."""
    if annotation.name == "Union":
        said = [_said_of(part) for part in annotation.arguments]
        return any(owned for owned, _what in said), frozenset().union(*(what for _owned, what in said))
    phantom = is_phantom(annotation)
    if phantom == "Performs":
        return False, frozenset(str(value) for value in annotation.arguments[1].values)
    return phantom == "Owned", frozenset()
