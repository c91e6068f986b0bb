"""The drawing of the five states says what SQLAlchemy does: each of its arrows is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine, create_engine, inspect, select
from sqlalchemy.orm import Session, make_transient

from tests.contract_programs import Base, User
from tests.pages import ROOT

DRAWING = ElementTree.parse(ROOT / "docs" / "states.svg").getroot()
NAMESPACE = "{http://www.w3.org/2000/svg}"
STATES = ("transient", "pending", "persistent", "deleted", "detached")


def delete_and_flush(session: Session, user: User) -> None:
    session.delete(user)
    session.flush()


#: What each label does.
CALLS: dict[str, Callable[[Session, User], object]] = {
    "add()": Session.add,
    "expunge()": Session.expunge,
    "flush()": lambda session, user: session.flush(),
    "rollback()": lambda session, user: session.rollback(),
    "commit()": lambda session, user: session.commit(),
    "close()": lambda session, user: session.close(),
    "delete() and flush()": delete_and_flush,
    "make_transient()": lambda session, user: make_transient(user),
}


def labels() -> list[tuple[str, str, str]]:
    """Where an arrow begins and ends, and each call that stands beside it."""
    texts = [item for item in DRAWING.iter(f"{NAMESPACE}text") if "data-from" in item.attrib]
    return [
        (item.attrib["data-from"], item.attrib["data-to"], call)
        for item in texts
        for call in (item.text or "").partition(", of ")[0].split(", ")
    ]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session on a database with user 1."""
    engine: Engine = create_engine(f"sqlite:///{tmp_path / 'states.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(User())
        session.commit()
        yield session
    engine.dispose()


def user_in(state: str, session: Session, is_new: bool) -> User:
    """A user in a state; a persistent one is loaded, or was inserted in this transaction."""
    user = User() if state in {"transient", "pending"} or is_new else session.get_one(User, 1)
    if state == "pending" or is_new:
        session.add(user)
    if is_new:
        session.flush()
    if state == "deleted":
        delete_and_flush(session, user)
    if state == "detached":
        session.expunge(user)
    return user


@pytest.mark.parametrize(("before", "after", "call"), labels())
def test_each_arrow_is_what_sqlalchemy_does(before: str, after: str, call: str, session: Session) -> None:
    user = user_in(before, session, is_new=(before, after) == ("persistent", "transient"))
    assert getattr(inspect(user), before)

    CALLS[call](session, user)

    assert getattr(inspect(user), after)


def test_each_arrow_has_its_label() -> None:
    arrows = [
        (item.attrib["data-from"], item.attrib["data-to"])
        for item in DRAWING.iter(f"{NAMESPACE}path")
        if item.attrib.get("data-from")
    ]

    assert sorted(arrows) == sorted({(before, after) for before, after, _call in labels()})


def test_new_and_loaded_instances_are_where_the_drawing_begins(session: Session) -> None:
    assert inspect(User()).transient
    assert inspect(session.get_one(User, 1)).persistent
    assert inspect(session.scalars(select(User)).one()).persistent


def test_all_states_are_drawn() -> None:
    texts = {item.text for item in DRAWING.iter(f"{NAMESPACE}text")}

    assert texts >= set(STATES)
