"""Writes of which the session is not seen: of what comes out of a queue or the session, or by code that is called."""

import queue
from collections.abc import Callable
from operator import methodcaller
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class _Named:
    """Mixed into mapped classes, without a mapped attribute of its own."""

    @property
    def label(self) -> str:
        return ""

    @label.setter
    def label(self, value: str) -> None:
        self.name = value


class Task(_Named, Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

    def finish(self) -> None:
        self.name = "done"


class _Service:
    def finish(self, task: Task) -> None:
        task.name = "done"


def out_of_a_queue_ok(engine: Engine) -> None:
    waiting: queue.Queue[Task] = queue.Queue()
    with Session(engine) as session:
        for task in session.scalars(select(Task)):
            waiting.put(task)
        while not waiting.empty():
            waiting.get().name = "done"
        session.commit()


def out_of_the_session_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.get(Task, 1)
        for instance in session:
            if hasattr(instance, "name"):
                instance.name = "done"
        session.commit()


def by_a_property_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.get(Task, 1)
        for instance in session:
            if isinstance(instance, _Named):
                instance.label = "done"
        session.commit()


def by_map_ok(engine: Engine) -> None:
    with Session(engine) as session:
        list(map(Task.finish, session.scalars(select(Task)).all()))
        session.commit()


def by_map_of_a_method_ok(engine: Engine) -> None:
    with Session(engine) as session:
        list(map(_Service().finish, session.scalars(select(Task)).all()))
        session.commit()


def by_map_of_a_caller_ok(engine: Engine) -> None:
    with Session(engine) as session:
        list(map(methodcaller("finish"), session.scalars(select(Task)).all()))
        session.commit()


def by_map_of_a_parameter_ok(engine: Engine, finish: Callable[[Task], None]) -> None:
    with Session(engine) as session:
        list(map(finish, session.scalars(select(Task)).all()))
        session.commit()


def by_map_of_anything_ok(engine: Engine, finish: Any) -> None:
    with Session(engine) as session:
        list(map(finish, session.scalars(select(Task)).all()))
        session.commit()


def by_name_ok(engine: Engine) -> None:
    with Session(engine) as session:
        getattr(session.get_one(Task, 1), "finish")()  # noqa: B009
        session.commit()


def by_map_of_a_builtin_bad(engine: Engine) -> list[str]:
    with Session(engine) as session:
        names = list(map(str.upper, session.scalars(select(Task.name))))
        session.commit()  # error: [session-redundant-commit]
        return names
