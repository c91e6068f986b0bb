"""Objects of the module's own classes: what they hold, and who may change it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from models import User, elsewhere

engine = create_engine("sqlite://")
Factory = sessionmaker(engine)


class Users:
    def __init__(self, session: Session) -> None:
        self.session = session

    def load(self) -> User:
        return self.session.get_one(User, 1)

    def save(self, user: User) -> None:
        self.session.merge(user)

    def renew(self) -> None:
        self.session = Session(engine)


class Known:
    def __init__(self, session: Session) -> None:
        self.session = session
        elsewhere(self)


class Listed(list[User]):
    def __init__(self, session: Session) -> None:
        self.session = session


@dataclass
class Holder:
    session: Session


@dataclass
class Changing:
    session: Session

    def __post_init__(self) -> None:
        self.session = Session(engine)


class UnitOfWork:
    def __enter__(self) -> UnitOfWork:
        self.session = Factory()
        return self

    def __exit__(self, *details: object) -> None:
        self.session.close()


class Scope:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> Session:
        return self.session

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if kind is None:
            self.session.commit()


class Emptying:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, value: object, trace: object) -> bool:
        if kind is not None:
            self.session.expunge_all()
        return True


class Abstract(ABC):
    session: Session

    def __enter__(self) -> Session:
        return self.session

    @abstractmethod
    def __exit__(self, *details: object) -> None: ...


class Concrete(Abstract):
    def __exit__(self, *details: object) -> None:
        self.session.close()


def loaded_by_a_repository_bad(session: Session) -> None:
    users = Users(session)
    user = users.load()
    session.merge(user)  # error: [session-merge]


def saved_by_a_repository_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    users = Users(session)
    users.save(user)  # error: [session-merge]


def dataclass_bad(session: Session) -> None:
    holder = Holder(session=session)
    session.merge(holder.session.get_one(User, 1))  # error: [session-merge]


def in_a_unit_of_work_bad() -> None:
    with UnitOfWork() as unit:
        user = unit.session.get_one(User, 1)
        unit.session.merge(user)  # error: [session-merge]


def after_a_scope_bad(session: Session) -> None:
    user = User()
    with Scope(session) as same:
        same.add(user)
    session.merge(user)  # error: [session-merge]


def of_an_abstract_class_ok(unit: Abstract) -> None:
    with unit as session:
        user = session.get_one(User, 1)
    session.merge(user)


def new_session_ok(session: Session) -> None:
    users = Users(session)
    user = users.load()
    users.renew()
    users.session.merge(user)


def given_to_code_that_is_not_seen_ok(session: Session) -> None:
    users = Users(session)
    user = users.load()
    elsewhere(users)
    session.merge(user)


def another_name_is_given_ok(session: Session) -> None:
    users = Users(session)
    same = users
    user = users.load()
    elsewhere(same)
    session.merge(user)


def known_to_code_that_is_not_seen_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    known = Known(session)
    known.session.merge(user)


def of_a_class_of_other_code_ok(session: Session, other: Session) -> None:
    user = session.get_one(User, 1)
    other.merge(user)
    Listed(other).session.merge(user)


def changed_by_the_dataclass_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    Changing(session).session.merge(user)


def two_repositories_ok(session: Session, other: Session) -> None:
    users, others = Users(session), Users(other)
    others.save(users.load())


def after_the_unit_of_work_ok(session: Session) -> None:
    with UnitOfWork() as unit:
        user = unit.session.get_one(User, 1)
    session.merge(user)


def in_turns_ok() -> None:
    unit = UnitOfWork()
    with unit:
        user = unit.session.get_one(User, 1)
    with unit:
        unit.session.merge(user)


def exception_is_swallowed_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with Emptying(session):
        user.name = ""
        elsewhere()
    session.merge(user)


def other_object_in_its_name_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    scope = Scope(session)
    with scope:
        scope = Scope(Session(engine))
    scope.session.merge(user)
