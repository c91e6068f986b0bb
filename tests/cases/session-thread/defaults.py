"""Sessions that a function has as the default of a parameter."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User, elsewhere


def default_of_a_lambda_bad(session: Session, pool: Executor) -> None:
    work = lambda s=session: s.commit()
    pool.submit(work)  # error: [session-thread] "session" (through the lambda, which uses it)
    session.commit()


def default_of_a_function_bad(session: Session) -> None:
    def work(s: Session = session) -> None:
        s.commit()

    thread = threading.Thread(target=work)  # error: [session-thread]
    thread.start()
    session.commit()


def the_value_at_the_definition_bad(session: Session, other: Session, pool: Executor) -> None:
    first = session
    work = lambda s=first: s.commit()
    first = other
    pool.submit(work)  # error: [session-thread] "session" (through the lambda, which uses it)
    session.commit()


def in_a_partial_bad(session: Session, pool: Executor) -> None:
    def work(key: int, s: Session = session) -> None:
        s.get(User, key)

    pool.submit(partial(work, 1))  # error: [session-thread]
    session.commit()


def in_each_turn_ok(engine: Engine, pool: Executor) -> None:
    for key in range(3):
        session = Session(engine)
        elsewhere(lambda s=session: s.get(User, key))


def given_as_an_argument_ok(session: Session, pool: Executor, make: Callable[[], Session]) -> None:
    def work(key: int, s: Session | None = session) -> None:
        elsewhere(s)

    threading.Thread(target=work, args=(1, None)).start()
    threading.Thread(target=work, args=(1,), kwargs={"s": None}).start()
    pool.submit(work, 1, None)
    pool.submit(work, 1, s=None)
    pool.submit(partial(work, 1, s=None))
    session.commit()


def given_some_arguments_ok(session: Session, pool: Executor, arguments: list[Any]) -> None:
    def work(key: int, s: Session = session) -> None:
        s.get(User, key)

    pool.submit(work, *arguments)
    threading.Thread(target=work, args=arguments).start()
    threading.Thread(target=work, args=(1,), kwargs=dict(arguments)).start()
    session.commit()


def not_named_ok(session: Session, pool: Executor) -> None:
    work = lambda s=session: 1
    pool.submit(work)
    session.commit()


def kept_for_later_ok(session: Session) -> Callable[[], None]:
    def work(s: Session = session) -> None:
        s.commit()

    session.commit()
    return work


def guarded_ok(session: Session, pool: Executor, lock: threading.Lock) -> None:
    def work(s: Session = session) -> None:
        with lock:
            s.commit()

    pool.submit(work)
    with lock:
        session.commit()
