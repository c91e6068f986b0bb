"""Conditions that tell the turns of a loop apart: what held in one need not hold in another."""

from sqlalchemy.orm import Session

from models import User


def first_turn_ok(session: Session, names: list[str]) -> None:
    for number, name in enumerate(names):
        if number == 0:
            session.begin()
        session.add(User(name=name))


def every_turn_bad(session: Session, names: list[str]) -> None:
    for name in names:
        session.begin()  # error: [session-transaction]
        session.add(User(name=name))


def some_elements_bad(session: Session, users: list[User]) -> None:
    for user in users:
        if user.name == "new":
            session.begin()  # error: [session-transaction]
        session.add(user)


def in_parts_ok(session: Session, names: list[str], size: int) -> None:
    for number, name in enumerate(names, start=1):
        if number % size == 1:
            session.begin()
        session.add(User(name=name))
        if number % size == 0:
            session.commit()


def counted_by_hand_ok(session: Session, names: list[str]) -> None:
    waiting = 0
    for name in names:
        if waiting == 0:
            session.begin()
        session.add(User(name=name))
        waiting += 1
        if waiting == 100:
            session.commit()
            waiting = 0


def what_the_loop_does_not_change_bad(session: Session, names: list[str], waiting: int) -> None:
    for name in names:
        if waiting == 0:
            session.begin()  # error: [session-transaction]
        session.add(User(name=name))


def a_new_group_ok(session: Session, rows: list[tuple[int, str]]) -> None:
    current = 0
    for group, name in rows:
        if group != current:
            if current > 0:
                session.commit()
            session.begin()
            current = group
        session.add(User(name=name))


def what_each_turn_makes_bad(session: Session, users: list[User]) -> None:
    for user in users:
        is_new = user.name == "new"
        if is_new:
            session.begin()  # error: [session-transaction]


def a_full_list_ok(session: Session, names: list[str]) -> None:
    rows: list[str] = []
    for name in names:
        if len(rows) == 0:
            session.begin()
        rows.append(name)
        session.add(User(name=name))


def begun_before_the_loop_ok(session: Session, names: list[str]) -> None:
    session.begin()
    for number, name in enumerate(names):
        if number > 0:
            session.begin()
        session.add(User(name=name))
        session.commit()


def the_last_turn_goes_on_behind_the_loop_ok(session: Session, name: str) -> None:
    for attempt in range(3):
        session.begin()
        session.add(User(name=name))
        if attempt < 2:
            session.rollback()
    session.commit()


def a_turn_that_leaves_bad(session: Session) -> None:
    attempts = 0
    while True:
        session.begin()  # error: [session-transaction]
        attempts += 1
        if attempts > 3:
            return
