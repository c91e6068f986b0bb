"""Functions of the module that run in threads what they are given."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock, Thread
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import User
from mypy_session_plugin import Synchronized

Job = tuple[Callable[..., Any], tuple[Any, ...]]


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


def _own(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.get(User, 1)


def _guarded(session: Synchronized[Session]) -> None: ...


def _run_in_parallel(jobs: Iterable[Job]) -> None:
    with ThreadPoolExecutor() as pool:
        for function, arguments in jobs:
            pool.submit(function, *arguments)


def _run_all(functions: Sequence[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(function) for function in functions]
        return [future.result() for future in futures]


def _start(*functions: Callable[[], Any]) -> None:
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _run_in_turn(functions: Sequence[Callable[[], Any]]) -> None:
    with ThreadPoolExecutor() as pool:
        for function in functions:
            pool.submit(function).result()


def _run_one(first: Callable[[], Any], in_thread: bool) -> None:
    if in_thread:
        Thread(target=first).start()
    else:
        first()


def _map(function: Callable[[int], Any], keys: Iterable[int]) -> list[Any]:
    with ThreadPoolExecutor() as pool:
        return list(pool.map(function, keys))


def _call(functions: Sequence[Callable[[], Any]]) -> None:
    for function in functions:
        function()


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.to_thread(function, *arguments)


async def _gather(functions: Sequence[Callable[[], Any]]) -> list[Any]:
    return await asyncio.gather(*[asyncio.to_thread(function) for function in functions])


def two_jobs_bad(engine: Engine) -> None:
    with Session(engine) as session:
        _run_in_parallel([(_count, (session,)), (_name, (session, 1))])  # error: [session-thread]


def one_job_bad(engine: Engine) -> None:
    with Session(engine) as session:
        _run_in_parallel([(_count, (session,))])  # error: [session-handover]


def partials_bad(engine: Engine) -> None:
    with Session(engine) as session:
        _run_all([partial(_name, session, 1), partial(_name, session, 2)])  # error: [session-thread]


def lambdas_bad(engine: Engine) -> None:
    with Session(engine) as session:
        _run_all([lambda: _name(session, 1), lambda: _name(session, 2)])  # error: [session-thread]


def closure_bad(engine: Engine) -> None:
    with Session(engine) as session:
        def name(user_id: int) -> str:
            return _name(session, user_id)

        _map(name, [1, 2])  # error: [session-thread]


def starred_bad(engine: Engine) -> None:
    with Session(engine) as session:
        _start(partial(_count, session), partial(_count, session))  # error: [session-thread]


async def gathered_bad(engine: Engine) -> None:
    with Session(engine) as session:
        await _gather([partial(_count, session), partial(_count, session)])  # error: [session-thread]


async def in_a_thread_bad(engine: Engine) -> int:
    with Session(engine) as session:
        return int(await _in_thread(_count, session))  # error: [session-handover]


async def two_in_threads_bad(engine: Engine) -> None:
    with Session(engine) as session:
        await asyncio.gather(_in_thread(_count, session), _in_thread(_count, session))  # error: [session-task]


def own_sessions_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.get(User, 1)
        _run_in_parallel([(_own, (factory,)), (_own, (factory,))])


def one_of_each_ok(one: Session, other: Session) -> None:
    _run_one(partial(_count, one), True)
    _run_one(partial(_count, other), False)


def in_turn_ok(engine: Engine) -> None:
    with Session(engine) as session:
        _run_in_turn([partial(_count, session), partial(_count, session)])


def called_ok(engine: Engine) -> None:
    with Session(engine) as session:
        _call([partial(_count, session), partial(_count, session)])


def synchronized_ok(engine: Engine) -> None:
    with Session(engine) as session:
        _run_in_parallel([(_guarded, (session,)), (_guarded, (session,))])


def locked_ok(engine: Engine) -> None:
    with Session(engine) as session:
        lock = Lock()

        def count() -> int:
            with lock:
                return _count(session)

        _run_all([count, count])


def keys_ok(engine: Engine) -> None:
    with Session(engine) as session:
        _run_all([partial(print, user.id) for user in session.scalars(select(User))])
        _map(str, session.scalars(select(User.id)).all())
