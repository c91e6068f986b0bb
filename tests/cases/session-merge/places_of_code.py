"""Code that runs where nothing says that it is called: properties, generators, closures that somebody has kept."""

import types
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from models import User, run_later


class _Forgetter:
    def __init__(self, session: Session, user: User) -> None:
        self.session = session
        self.user = user

    def forget(self) -> None:
        self.session.expunge(self.user)

    @property
    def forgotten(self) -> bool:
        self.session.expunge(self.user)
        return True

    @cached_property
    def gone(self) -> bool:
        self.session.expunge(self.user)
        return True


class _Holder:
    def __init__(self, item: Any) -> None:
        self.item = item


class _Owner:
    def __init__(self, user: User) -> None:
        self.user = user

    @property
    def name(self) -> User:
        return self.user


def property_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    forgetter = _Forgetter(session, user)
    if forgetter.forgotten:
        session.merge(user)


def property_of_an_object_without_a_name_ok(session: Session) -> bool:
    user = session.get_one(User, 1)
    gone = _Forgetter(session, user).gone
    session.merge(user)
    return gone


def plain_property_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    owner = _Owner(user)
    assert owner.name
    session.merge(user)  # error: [session-merge]


def object_in_another_one_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    holder = _Holder(_Forgetter(session, user))
    holder.item.forget()
    session.merge(user)


def object_put_into_another_one_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    holder = _Holder(None)
    forgetter = _Forgetter(session, user)
    holder.item = forgetter
    holder.item.forget()
    session.merge(user)


def object_in_a_container_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    forgetter = _Forgetter(session, user)
    by_name = {"first": forgetter}
    by_name["first"].forget()
    session.merge(user)


def object_or_another_one_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    forgetter = _Forgetter(session, user)
    other = forgetter or None
    if other is not None:
        other.forget()
    session.merge(user)


def methods_in_a_container_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    forgetter = _Forgetter(session, user)
    for method in [forgetter.forget]:
        method()
    session.merge(user)


def object_by_its_name_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    other = session.get_one(User, 2)
    forgetter = _Forgetter(session, other)
    if forgetter is not None:
        session.add(forgetter.user)
    session.merge(user)  # error: [session-merge]


def kept_by_somebody_ok(session: Session) -> None:
    run_later(lambda: session.expunge(user))
    user = session.get_one(User, 1)
    run_later(list)
    session.merge(user)


def kept_in_a_dictionary_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    hooks: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
    hooks["end"].append(lambda: session.expunge(user))
    for hook in hooks["end"]:
        hook()
    session.merge(user)


def kept_in_a_namespace_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    space = types.SimpleNamespace(hooks=[lambda: session.expunge(user)])
    space.hooks[0]()
    session.merge(user)


def given_back_ok(session: Session) -> None:
    user = session.get_one(User, 1)

    def later() -> Callable[[], None]:
        return lambda: session.expunge(user)

    later()()
    session.merge(user)


def kept_in_a_class_ok(session: Session) -> None:
    user = session.get_one(User, 1)

    class Local:
        @property
        def gone(self) -> bool:
            session.expunge(user)
            return True

    assert Local().gone
    session.merge(user)


def generator_gone_through_ok(session: Session) -> None:
    user = session.get_one(User, 1)

    def numbers() -> Iterator[int]:
        yield 1
        session.expunge(user)

    (_one,) = numbers()
    session.merge(user)


def generator_asked_ok(session: Session) -> None:
    user = session.get_one(User, 1)

    def numbers() -> Iterator[int]:
        yield 1
        session.expunge(user)

    if 2 not in numbers():
        session.merge(user)


def generator_zipped_ok(session: Session) -> None:
    user = session.get_one(User, 1)

    def numbers() -> Iterator[int]:
        yield 1
        session.expunge(user)

    found: list[int] = []
    for _number, _letter in zip(numbers(), "ab", strict=False):
        continue
    found.extend(numbers())
    session.merge(user)


def evaluated_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    exec("session.expunge(user)")
    session.merge(user)


def renamed_by_mypy_bad(sessions: Callable[[], Session]) -> None:
    with sessions() as session:
        user = session.get_one(User, 1)
        session.merge(user)  # error: [session-merge] "user" is already in "session" (persistent
    with sessions() as session:
        session.get_one(User, 1)
