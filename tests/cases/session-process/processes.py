"""A session in another process: none can be copied there, and a forked one shares its connection."""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import Pool, Process, get_context
from multiprocessing.dummy import Pool as DummyPool

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User
from mypy_session_plugin import CrossesProcess, Owned, Synchronized


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


def _count_by(engine: Engine, user_id: int) -> str:
    with Session(engine) as session:
        return session.get_one(User, user_id).name


def _render(user: User) -> str:
    return user.name


def process_args_bad(session: Session) -> None:
    child = Process(target=_count, args=(session,))  # error: [session-process]
    child.start()
    child.join()


def process_kwargs_bad(session: Session) -> None:
    Process(target=_count, kwargs={"session": session}).start()  # error: [session-process]


def spawned_process_bad(session: Session) -> None:
    context = get_context("spawn")
    context.Process(target=_count, args=(session,)).start()  # error: [session-process]


def forked_closure_bad(engine: Engine) -> None:
    with Session(engine) as session:

        def work() -> None:
            session.scalars(select(User)).all()

        multiprocessing.Process(target=work).start()  # error: [session-process]


def waiting_makes_it_no_better_bad(engine: Engine) -> int:
    session = Session(engine)
    with ProcessPoolExecutor() as pool:
        return pool.submit(_count, session).result()  # error: [session-process]


def many_at_once_are_one_mistake_bad(engine: Engine) -> list[int]:
    with Session(engine) as session, ProcessPoolExecutor() as pool:
        futures = [pool.submit(_count, session) for _ in range(3)]  # error: [session-process]
        return [future.result() for future in futures]


def bound_method_bad(session: Session) -> None:
    with ProcessPoolExecutor() as pool:
        pool.submit(session.get_one, User, 1)  # error: [session-process]


def partial_in_a_map_bad(session: Session) -> list[str]:
    with ProcessPoolExecutor() as pool:
        return list(pool.map(partial(_name, session), [1, 2]))  # error: [session-process]


def initializer_bad(session: Session) -> None:
    with ProcessPoolExecutor(initializer=_count, initargs=(session,)) as pool:  # error: [session-process]
        pool.submit(print)


def initializer_of_a_pool_bad(session: Session) -> None:
    with multiprocessing.Pool(2, _count, (session,)) as pool:  # error: [session-process]
        pool.close()


def executor_of_the_loop_bad(session: Session) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(ProcessPoolExecutor(), _count, session)  # error: [session-process]

    asyncio.run(run())


def pool_apply_bad(session: Session) -> int:
    with Pool(2) as pool:
        return pool.apply(_count, (session,))  # error: [session-process]


def pool_apply_async_bad(session: Session) -> int:
    with get_context("fork").Pool(2) as pool:
        return pool.apply_async(_count, (session,)).get()  # error: [session-process]


def pool_map_bad(session: Session) -> list[str]:
    with Pool(2) as pool:
        return pool.map(partial(_name, session), [1, 2])  # error: [session-process]


def pool_map_async_bad(session: Session) -> list[int]:
    with Pool(2) as pool:
        return pool.map_async(_count, [session]).get()  # error: [session-process]


def pool_starmap_bad(session: Session) -> list[str]:
    with Pool(2) as pool:
        return pool.starmap(_name, [(session, 1), (session, 2)])  # error: [session-process]


def pool_starmap_of_a_comprehension_bad(session: Session, ids: list[int]) -> list[str]:
    with Pool(2) as pool:
        return pool.starmap_async(_name, [(session, user_id) for user_id in ids]).get()  # error: [session-process]


def pool_imap_bad(session: Session) -> list[int]:
    with Pool(2) as pool:
        return list(pool.imap(_count, [session]))  # error: [session-process]


def pool_imap_unordered_bad(session: Session) -> list[int]:
    with Pool(2) as pool:
        return list(pool.imap_unordered(_count, [session]))  # error: [session-process]


async def _async_count(session: AsyncSession) -> int:
    return len((await session.scalars(select(User))).all())


def asynchronous_session_bad(session: AsyncSession) -> None:
    Process(target=_async_count, args=(session,)).start()  # error: [session-process]


class Worker(Process):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def run(self) -> None:
        _count(self.session)


def process_of_a_class_of_its_own_bad(session: Session) -> None:
    Worker(session).start()  # error: [session-process]


def _in_process(argument: CrossesProcess[object]) -> None: ...


def own_function_bad(session: Session) -> None:
    _in_process(session)  # error: [session-process]


def result_bad(session: Session) -> None:
    users = session.scalars(select(User))
    _in_process(users)  # error: [session-process]


def ids_and_engines_ok(engine: Engine) -> None:
    with Session(engine) as session, ProcessPoolExecutor() as pool:
        ids = session.scalars(select(User.id)).all()
        for user_id in ids:
            pool.submit(_count_by, engine, user_id)
        pool.submit(_count_by, engine, session.get_one(User, 1).id)


def factories_ok(factory: sessionmaker[Session], registry: scoped_session[Session]) -> None:
    with ProcessPoolExecutor() as pool:
        pool.submit(print, factory)
        pool.submit(print, registry)


def instances_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    new = User(name="carol")
    with ProcessPoolExecutor() as pool:
        pool.submit(_render, user)
        pool.submit(_render, new)
        pool.map(_render, session.scalars(select(User)).all())


def session_made_by_the_worker_ok(engine: Engine) -> None:
    def work() -> None:
        with Session(engine) as session:
            session.scalars(select(User)).all()

    Process(target=work).start()


def _owning(session: Owned[Session]) -> None:
    session.close()


def ownership_ok(engine: Engine) -> None:
    Process(target=_owning, args=(Session(engine),)).start()


def _guarded(session: Synchronized[Session]) -> None: ...


def synchronized_ok(session: Synchronized[Session]) -> None:
    Process(target=_guarded, args=(session,)).start()


def session_of_one_path_ok(session: Session | None, ids: list[int]) -> None:
    with ProcessPoolExecutor() as pool:
        pool.submit(print, session or ids)


def threads_behind_the_same_names_ok(session: Session) -> None:
    name = session.get_one(User, 1).name
    with DummyPool(2) as pool:
        pool.map(print, [name])


class Unlike:
    """An object that leaves its session behind when it is pickled."""

    def __init__(self, session: Session | None) -> None:
        self.session = session

    def __getstate__(self) -> dict[str, object]:
        return {}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.session = None


def object_that_leaves_it_behind_ok(session: Session) -> None:
    Process(target=print, args=(Unlike(session),)).start()
