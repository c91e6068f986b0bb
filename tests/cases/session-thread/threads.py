"""A session in two threads at once."""

import asyncio
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread, Timer

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere, render
from mypy_session_plugin import CrossesThread, Synchronized


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


def owner_goes_on_bad(engine: Engine) -> None:
    with Session(engine) as session:
        worker = Thread(target=_count, args=(session,))  # error: [session-thread]
        worker.start()
        session.scalars(select(User)).all()
        worker.join()


def owner_uses_an_instance_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        worker = Thread(target=_count, args=(session,))  # error: [session-thread]
        worker.start()
        user.name = "anna"
        worker.join()


def owner_commits_before_the_join_bad(engine: Engine) -> None:
    with Session(engine) as session:
        worker = Thread(target=_count, kwargs={"session": session})  # error: [session-thread]
        worker.start()
        session.commit()
        worker.join()


def parameter_without_waiting_bad(session: Session) -> None:
    Thread(target=_count, args=(session,)).start()  # error: [session-thread]


class Service:
    def __init__(self, session: Session) -> None:
        self.session = session

    def count(self) -> int:
        return _count(self.session)

    def attribute_without_waiting_bad(self) -> None:
        Thread(target=_count, args=(self.session,)).start()  # error: [session-thread]

    def own_method_bad(self) -> None:
        Thread(target=self.count).start()  # error: [session-thread]


def timer_bad(engine: Engine) -> Timer:
    with Session(engine) as session:
        timer = Timer(60, _count, args=[session])  # error: [session-thread]
        timer.start()
        return timer


def submitted_in_a_loop_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        for user_id in (1, 2, 3):
            pool.submit(_name, session, user_id)  # error: [session-thread]


def submitted_in_a_comprehension_bad(engine: Engine) -> list[str]:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        futures = [pool.submit(_name, session, user_id) for user_id in (1, 2, 3)]  # error: [session-thread]
        return [future.result() for future in futures]


def submitted_twice_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        first = pool.submit(_count, session)
        second = pool.submit(_count, session)  # error: [session-thread]
        first.result()
        second.result()


def lambda_mapped_bad(engine: Engine) -> list[str]:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        return list(pool.map(lambda user_id: _name(session, user_id), [1, 2, 3]))  # error: [session-thread]


def partial_mapped_bad(engine: Engine) -> list[str]:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        return list(pool.map(partial(_name, session), [1, 2, 3]))  # error: [session-thread]


def partial_in_a_variable_bad(engine: Engine) -> list[str]:
    with Session(engine) as session:
        work = partial(_name, session)
        with ThreadPoolExecutor() as pool:
            return list(pool.map(work, [1, 2, 3]))  # error: [session-thread]


def nested_function_bad(engine: Engine) -> None:
    with Session(engine) as session:

        def rename(name: str) -> None:
            session.execute(update(User).values(name=name))

        with ThreadPoolExecutor() as pool:
            pool.map(rename, ["ann", "bob"])  # error: [session-thread]


def bound_method_of_a_holder_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        service = Service(session)
        future = pool.submit(service.count)  # error: [session-thread]
        session.commit()
        future.result()


def bound_method_of_the_session_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        future = pool.submit(session.commit)  # error: [session-thread]
        session.scalars(select(User)).all()
        future.result()


async def two_threads_gathered_bad(engine: Engine) -> None:
    with Session(engine) as session:
        await asyncio.gather(  # error: [session-thread]
            asyncio.to_thread(_count, session),
            asyncio.to_thread(_count, session),
        )


async def executor_awaited_later_bad(engine: Engine) -> None:
    loop = asyncio.get_running_loop()
    with Session(engine) as session:
        future = loop.run_in_executor(None, _count, session)  # error: [session-thread]
        session.commit()
        await future


def instances_mapped_bad(engine: Engine) -> list[str]:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        return list(pool.map(render, users))  # error: [session-thread]


def instance_submitted_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        user = session.get_one(User, 1)
        future = pool.submit(render, user)  # error: [session-thread]
        session.commit()
        future.result()


def result_submitted_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User))
        future = pool.submit(elsewhere, users)  # error: [session-thread]
        session.commit()
        future.result()


def _in_background(function: CrossesThread[object], *values: CrossesThread[object]) -> None: ...


def phantom_typed_parameter_bad(session: Session) -> None:
    _in_background(_count, session)  # error: [session-thread]


def own_session_ok(engine: Engine) -> None:
    def count() -> int:
        with Session(engine) as session:
            return _count(session)

    with Session(engine) as session, ThreadPoolExecutor() as pool:
        futures = [pool.submit(count) for _ in range(3)]
        session.scalars(select(User)).all()
        for future in futures:
            future.result()


def factory_ok(factory: sessionmaker[Session]) -> None:
    def count(factory: sessionmaker[Session]) -> int:
        with factory() as session:
            return _count(session)

    with factory() as session, ThreadPoolExecutor() as pool:
        pool.submit(count, factory)
        session.commit()


def keys_ok(engine: Engine, show: Service) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        pool.map(elsewhere, (user.id for user in users))
        pool.map(elsewhere, [user.name for user in users])
        session.commit()


def expunged_ok(engine: Engine) -> list[str]:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        session.expunge_all()
        return list(pool.map(render, users))


def transient_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        pool.map(render, [User(name="ann"), User(name="bob")])
        session.commit()


def closed_ok(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    with ThreadPoolExecutor() as pool:
        pool.map(render, users)


def registry_ok(registry: scoped_session[Session]) -> None:
    def count(registry: scoped_session[Session]) -> int:
        return len(registry.scalars(select(User)).all())

    with ThreadPoolExecutor() as pool:
        for _ in range(3):
            pool.submit(count, registry)
    registry.commit()


class Local(threading.local):
    session: Session


local = Local()


def thread_local_ok(engine: Engine) -> None:
    def set_up() -> None:
        local.session = Session(engine)

    def count() -> int:
        return _count(local.session)

    with ThreadPoolExecutor(initializer=set_up) as pool:
        for _ in range(3):
            pool.submit(count)


def synchronized_ok(session: Synchronized[Session]) -> None:
    Thread(target=_count, args=(session,)).start()
    session.commit()


def _guarded(session: Synchronized[Session], user_id: int) -> None: ...


def given_to_synchronized_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        for user_id in (1, 2, 3):
            pool.submit(_guarded, session, user_id)


def one_worker_ok(engine: Engine) -> None:
    session = Session(engine)
    with ThreadPoolExecutor(1) as pool:
        for user_id in (1, 2, 3):
            pool.submit(_name, session, user_id)


def shadowed_ok(engine: Engine) -> None:
    def count() -> int:
        session = Session(engine)
        return _count(session)

    session = Session(engine)
    worker = Thread(target=count)
    worker.start()
    session.commit()
    worker.join()


class HttpSession:
    def get(self, url: str) -> None: ...


def no_session_of_sqlalchemy_ok(urls: list[str]) -> None:
    session = HttpSession()
    with ThreadPoolExecutor() as pool:
        pool.map(session.get, urls)


def given_to_a_function_ok(session: Session) -> None:
    elsewhere(_count, session)
    session.commit()


def queue_whose_reader_is_not_known_ok(engine: Engine, inbox: queue.Queue[User]) -> None:
    with Session(engine) as session:
        inbox.put(session.get_one(User, 1))
        session.commit()
