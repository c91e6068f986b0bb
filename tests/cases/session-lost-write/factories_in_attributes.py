"""Factories that objects keep: what one makes is known as long as nothing in the module changes the attribute."""

from collections.abc import Iterable
from unittest.mock import patch

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from models import User

engine = create_engine("sqlite://")


class Once:
    def __init__(self, engine: Engine) -> None:
        self.made_once = sessionmaker(engine)

    def write_bad(self) -> None:
        with self.made_once() as session:
            session.add(User())  # error: [session-lost-write]


class Registry:
    of_the_class = sessionmaker(engine)


def write_by_the_class_bad() -> None:
    with Registry.of_the_class() as session:
        session.add(User())  # error: [session-lost-write]


class Changed:
    """Another engine may be bound, one on which every statement is committed at once."""

    def __init__(self, engine: Engine) -> None:
        self.assigned = sessionmaker(engine)
        self.configured = sessionmaker(engine)
        self.described = sessionmaker(engine)
        self.looped = sessionmaker(engine)
        self.patched = sessionmaker(engine)
        self.renamed = sessionmaker(engine)

    def assigned_ok(self) -> None:
        with self.assigned() as session:
            session.add(User())
            session.flush()

    def configured_ok(self) -> None:
        with self.configured() as session:
            session.add(User())
            session.flush()

    def described_ok(self) -> None:
        with self.described() as session:
            session.add(User())
            session.flush()

    def looped_ok(self) -> None:
        with self.looped() as session:
            session.add(User())
            session.flush()

    def patched_ok(self) -> None:
        with self.patched() as session:
            session.add(User())
            session.flush()

    def renamed_ok(self) -> None:
        with self.renamed() as session:
            session.add(User())
            session.flush()


def _change(changed: Changed, factories: Iterable[sessionmaker[Session]], engine: Engine) -> None:
    changed.assigned = sessionmaker(engine)
    changed.configured.configure(bind=engine)
    changed.described.kw["bind"] = engine
    for changed.looped in factories:
        break
    with patch.object(changed, "patched"):
        pass
    setattr(changed, "renamed", sessionmaker(engine))
