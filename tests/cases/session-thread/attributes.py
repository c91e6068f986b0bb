"""A thread that is given the session as an attribute, after it was made and before it is started."""

from threading import Thread

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, scoped_session

from models import User, elsewhere


class Plain(Thread):
    session: Session
    name_of_user = ""

    def run(self) -> None:
        for user in self.session.scalars(select(User)):
            self.name_of_user = user.name


class Constructed(Thread):
    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.session: Session | None = None

    def run(self) -> None:
        if self.session is not None:
            self.session.commit()


class Careful(Thread):
    session: Session
    engine: Engine

    def run(self) -> None:
        with Session(self.engine) as session:
            session.scalars(select(User)).all()


class OfRegistry(Thread):
    session: scoped_session[Session]

    def run(self) -> None:
        self.session.scalars(select(User)).all()


class NoThread:
    session: Session

    def start(self) -> None:
        self.run()

    def run(self) -> None:
        self.session.commit()


def given_and_used_bad(session: Session) -> None:
    worker = Plain()
    worker.session = session  # error: [session-thread] "session" is handed to another thread and used at line 60
    worker.start()
    session.commit()
    worker.join()


def given_to_constructed_bad(session: Session) -> None:
    worker = Constructed("sweeper")
    worker.session = session  # error: [session-thread]
    worker.start()


def given_and_waited_for_bad(engine: Engine) -> None:
    with Session(engine) as session:
        worker = Plain()
        worker.session = session  # error: [session-handover] "session" is used by another thread while this one waits
        worker.start()
        worker.join()


def never_started_ok(session: Session) -> None:
    worker = Plain()
    worker.session = session
    session.commit()


def not_used_there_ok(engine: Engine, session: Session) -> None:
    worker = Careful()
    worker.session = session
    worker.engine = engine
    worker.start()
    session.commit()


def registry_ok(registry: scoped_session[Session]) -> None:
    worker = OfRegistry()
    worker.session = registry
    worker.start()
    registry.commit()


def no_thread_ok(session: Session) -> None:
    worker = NoThread()
    worker.session = session
    worker.start()
    session.commit()


def another_attribute_ok(session: Session, user: User) -> None:
    worker = Plain()
    worker.name_of_user = user.name
    worker.start()
    session.commit()


def started_elsewhere_ok(session: Session) -> None:
    worker = Plain()
    worker.session = session
    elsewhere(worker)
