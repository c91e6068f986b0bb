"""Classes inside a function: their methods have its variables, whoever calls them."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User


class _Task:
    def run(self) -> None:
        self.step()

    def step(self) -> None:
        pass


def by_super_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)

        class Task:
            def run(self) -> None:
                session.expunge(user)

        class Loud(Task):
            def run(self) -> None:
                print("runs")
                super().run()

        Loud().run()
        session.merge(user)


def by_the_class_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)

        class Task:
            def run(self) -> None:
                session.expunge(user)

        class Loud(Task):
            def run(self) -> None:
                print("runs")
                Task.run(self)

        Loud().run()
        session.merge(user)


def by_the_constructor_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)

        class Task:
            def __init__(self) -> None:
                session.expunge(user)

        class Loud(Task):
            def __init__(self) -> None:
                super().__init__()

        Loud()
        session.merge(user)


def by_a_method_of_a_base_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)

        class Task(_Task):
            def step(self) -> None:
                session.expunge(user)

        Task().run()
        session.merge(user)


def nothing_of_it_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)

        class Task(_Task):
            def step(self) -> None:
                print("step")

        Task().run()
        session.merge(user)  # error: [session-merge]
