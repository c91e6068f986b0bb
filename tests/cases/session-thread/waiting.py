"""Threads and executors that are waited for, or not."""

import contextlib
import concurrent.futures
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed, wait
from threading import Thread

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import User, elsewhere


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


def never_started_ok(session: Session) -> Thread:
    worker = Thread(target=_count, args=(session,))
    session.commit()
    return worker


def started_in_a_branch_bad(session: Session, flag: bool) -> None:
    worker = Thread(target=_count, args=(session,))  # error: [session-thread]
    if flag:
        worker.start()
    session.commit()


def started_in_a_branch_joined_bad(session: Session, flag: bool) -> None:
    worker = Thread(target=_count, args=(session,))  # error: [session-handover]
    if flag:
        worker.start()
        worker.join()
    session.commit()


def join_timeout_bad(session: Session) -> None:
    worker = Thread(target=_count, args=(session,))  # error: [session-thread]
    worker.start()
    worker.join(5)
    session.commit()


def join_timeout_then_join_bad(session: Session) -> None:
    worker = Thread(target=_count, args=(session,))  # error: [session-handover]
    worker.start()
    worker.join(timeout=5.0)
    if worker.is_alive():
        print("slow")
        worker.join()
    session.commit()


def join_finally_bad(session: Session) -> None:
    worker = Thread(target=_count, args=(session,))  # error: [session-handover]
    worker.start()
    try:
        print("x")
    finally:
        worker.join()
    session.commit()


def join_list_ok(session: Session, factory: sessionmaker[Session]) -> None:
    threads = [Thread(target=_count, args=(factory(),)) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    session.commit()


def join_list_bad(session: Session) -> None:
    threads = [Thread(target=_count, args=(session,)) for _ in range(3)]  # error: [session-thread]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    session.commit()


def join_list_append_bad(session: Session) -> None:
    threads = []
    for _ in range(3):
        t = Thread(target=_count, args=(session,))  # error: [session-thread]
        threads.append(t)
        t.start()
    for t in threads:
        t.join()
    session.commit()


def join_each_in_loop_bad(session: Session) -> None:
    for _ in range(3):
        t = Thread(target=_count, args=(session,))  # error: [session-handover]
        t.start()
        t.join()
    session.commit()


def two_in_a_list_bad(session: Session) -> None:
    first = Thread(target=_count, args=(session,))
    second = Thread(target=_count, args=(session,))  # error: [session-thread]
    threads = [first, second]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def one_in_list_bad(session: Session) -> None:
    threads = [Thread(target=_count, args=(session,)), Thread(target=elsewhere)]  # error: [session-handover]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    session.commit()


def single_worker_ok(session: Session) -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        for i in range(3):
            pool.submit(_name, session, i)


def single_worker_owner_uses_bad(session: Session) -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        f = pool.submit(_name, session, 1)  # error: [session-thread]
        session.commit()
        f.result()


def param_pool_wait_bad(pool: ThreadPoolExecutor, session: Session) -> str:
    return pool.submit(_name, session, 1).result()  # error: [session-handover]


def param_pool_bad(pool: Executor, session: Session) -> None:
    pool.submit(_name, session, 1)  # error: [session-thread]


def x(pool: ThreadPoolExecutor, session: Session) -> Future[str]:
    return pool.submit(_name, session, 1)  # error: [session-handover]


def futures_dict_bad(session: Session) -> None:
    with ThreadPoolExecutor() as pool:
        futures = {pool.submit(_name, session, i): i for i in range(3)}  # error: [session-thread]
        for f in as_completed(futures):
            print(futures[f], f.result())


def futures_one_as_completed_bad(session: Session) -> None:
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(_name, session, 1), pool.submit(str, 1)]  # error: [session-handover]
        for f in as_completed(futures):
            print(f.result())
    session.commit()


def futures_wait_bad(session: Session) -> None:
    pool = ThreadPoolExecutor()
    futures = [pool.submit(_name, session, 1)]  # error: [session-handover]
    wait(futures)
    session.commit()


def futures_cwait_bad(session: Session) -> None:
    pool = concurrent.futures.ThreadPoolExecutor()
    f = pool.submit(_name, session, 1)  # error: [session-handover]
    concurrent.futures.wait([f])
    session.commit()


def futures_results_comprehension_bad(session: Session) -> None:
    pool = ThreadPoolExecutor()
    futures = [pool.submit(_name, session, 1)]  # error: [session-handover]
    x = [f.result() for f in futures]
    session.commit()


def futures_exception_bad(session: Session) -> None:
    pool = ThreadPoolExecutor()
    f = pool.submit(_name, session, 1)  # error: [session-handover]
    if f.exception():
        session.rollback()


def early_return_bad(session: Session, flag: bool) -> None:
    pool = ThreadPoolExecutor()
    f = pool.submit(_count, session)  # error: [session-handover]
    if flag:
        return
    f.result()


def made_early_return_bad(engine: Engine, flag: bool) -> None:
    pool = ThreadPoolExecutor()
    session = Session(engine)
    f = pool.submit(_count, session)  # error: [session-handover]
    if flag:
        return
    f.result()


def one_path_only_bad(engine: Engine, flag: bool) -> None:
    session = Session(engine)
    with ThreadPoolExecutor() as pool:
        f = pool.submit(_count, session)  # error: [session-handover]
        if flag:
            session.commit()
        f.result()


def with_exit_after_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        pool.submit(_count, session)  # error: [session-handover]


def with_exit_before_bad(engine: Engine) -> None:
    with ThreadPoolExecutor() as pool, Session(engine) as session:
        pool.submit(_count, session)  # error: [session-thread]


def second_after_join_bad(engine: Engine) -> None:
    with ThreadPoolExecutor() as pool, Session(engine) as session:
        pool.submit(_count, session).result()  # error: [session-handover]
        pool.submit(_count, session).result()  # error: [session-handover]


def shutdown_wait_bad(session: Session) -> None:
    pool = ThreadPoolExecutor()
    pool.submit(_count, session)  # error: [session-handover]
    pool.shutdown(wait=True)
    session.commit()


def shutdown_default_bad(session: Session) -> None:
    pool = ThreadPoolExecutor()
    pool.submit(_count, session)  # error: [session-handover]
    pool.shutdown()
    session.commit()


def shutdown_nowait_bad(session: Session) -> None:
    pool = ThreadPoolExecutor()
    pool.submit(_count, session)  # error: [session-thread]
    pool.shutdown(wait=False)
    session.commit()


def exception_between_bad(session: Session) -> None:
    t = Thread(target=_count, args=(session,))  # error: [session-handover]
    t.start()
    try:
        elsewhere()
    except Exception:
        t.join()
        session.rollback()
        raise
    t.join()
    session.commit()


def rollback_in_except_bad(session: Session) -> None:
    pool = ThreadPoolExecutor()
    f = pool.submit(_count, session)  # error: [session-handover]
    try:
        f.result()
    except Exception:
        session.rollback()


def daemon_made_here_bad(engine: Engine) -> None:
    session = Session(engine)
    t = Thread(target=_count, args=(session,), daemon=True)  # error: [session-handover]
    t.start()


def stop_on_contextmanager_ok(session: Session) -> None:
    with _running(elsewhere):
        session.commit()


@contextlib.contextmanager
def _running(f: Callable[[], None]) -> Iterator[None]:
    t = Thread(target=f)
    t.start()
    yield
    t.join()


def crossing_generator_bad(session: Session) -> Iterator[str]:
    with ThreadPoolExecutor() as pool:
        f = pool.submit(_count, session)  # error: [session-handover]
        yield "x"
        f.result()
