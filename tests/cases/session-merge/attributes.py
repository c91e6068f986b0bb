"""Factories and registries in attributes: what a call of one gives out."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User


class Users:
    def __init__(self, registry: scoped_session[Session], factory: sessionmaker[Session]) -> None:
        self.registry = registry
        self.factory = factory

    def of_the_registry_bad(self) -> None:
        user = User()
        self.registry.add(user)
        self.registry().merge(user)  # error: [session-merge]

    def of_one_session_bad(self) -> None:
        with self.factory() as session:
            user = session.get_one(User, 1)
            session.merge(user)  # error: [session-merge] "user" is already in "session"
            session.commit()

    def of_two_sessions_ok(self) -> None:
        user = self.factory().get_one(User, 1)
        self.factory().merge(user)

    def in_several_blocks_bad(self) -> None:
        with self.factory() as session:
            user = session.get_one(User, 1)
            session.merge(user)  # error: [session-merge] "user" is already in "session"
        with self.factory() as session:
            session.merge(user)
            session.commit()


class Database:
    factory = sessionmaker()

    def copied_ok(self, engine: Engine) -> User:
        with self.factory(bind=engine) as session:
            user = session.get_one(User, 1)
        with Database.factory(bind=engine) as session:
            return session.merge(user)
