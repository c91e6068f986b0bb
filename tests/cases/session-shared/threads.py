"""Sessions that a module makes once, in threads and tasks that it starts itself."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial
from threading import Lock, Thread

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere
from mypy_session_plugin import Synchronized

engine = create_engine("sqlite://")
async_engine = create_async_engine("sqlite+aiosqlite://")
factory = sessionmaker(engine)
async_factory = async_sessionmaker(async_engine)
registry = scoped_session(factory)
lock = Lock()

mapped_session = Session(engine)  # error: [session-shared]
looped_session = factory()  # error: [session-shared]
of_main_thread = registry()  # error: [session-shared]
owner_session = Session(engine)  # error: [session-shared]
called_session = Session(engine)  # error: [session-shared]
started_session = Session(engine)  # error: [session-shared]
gathered_session = AsyncSession(async_engine)  # error: [session-shared]
captured_session = async_sessionmaker(async_engine)()  # error: [session-shared]
given_session = Session(engine)  # error: [session-shared]


def _name(user_id: int) -> str:
    return mapped_session.get_one(User, user_id).name


def mapped() -> list[str]:
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_name, [1, 2]))


def _rename(user_id: int) -> None:
    with looped_session.begin():
        looped_session.get_one(User, user_id).name = "eve"


def looped() -> None:
    for user_id in (1, 2):
        Thread(target=_rename, args=(user_id,)).start()


def of_a_registry() -> None:
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(lambda: of_main_thread.scalars(select(User)).all()) for _ in range(2)]
        for future in futures:
            future.result()


def _count() -> int:
    return len(owner_session.scalars(select(User)).all())


def owner_uses_it_meanwhile() -> None:
    worker = Thread(target=_count)
    worker.start()
    owner_session.commit()
    worker.join()


def _load(user_id: int) -> User:
    return called_session.get_one(User, user_id)


def _show(user_id: int) -> None:
    print(_load(user_id).name)


def through_a_function() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_show, [1, 2])


def _first() -> None:
    started_session.get(User, 1)


def _second() -> None:
    started_session.commit()


def two_threads() -> None:
    first, second = Thread(target=_first), Thread(target=_second)
    first.start()
    second.start()
    first.join()
    second.join()


async def _get(user_id: int) -> None:
    await gathered_session.get(User, user_id)


async def gathered() -> None:
    await asyncio.gather(_get(1), _get(2))


async def captured() -> None:
    async def get(user_id: int) -> None:
        await captured_session.get(User, user_id)

    await asyncio.gather(*[get(user_id) for user_id in (1, 2)])


def _give() -> None:
    elsewhere(given_session)


def given_to_somebody() -> None:
    with ThreadPoolExecutor() as pool:
        for _ in range(2):
            pool.submit(_give)


class Repository:
    session = Session(engine)  # error: [session-shared]
    other = Session(engine)
    rebound = Session(engine)

    def load(self, user_id: int) -> User:
        return self.session.get_one(User, user_id)

    @classmethod
    def load_by_class(cls, user_id: int) -> User:
        return cls.other.get_one(User, user_id)

    def load_rebound(self, user_id: int) -> User:
        return self.rebound.get_one(User, user_id)

    def connect(self, engine: Engine) -> None:
        self.rebound = Session(engine)

    def all(self) -> None:
        with ThreadPoolExecutor() as pool:
            pool.map(self.load, [1, 2])

    def known_miss_all_by_class(self) -> None:
        with ThreadPoolExecutor() as pool:
            pool.map(partial(Repository.load_by_class), [1, 2])

    def all_rebound_ok(self) -> None:
        with ThreadPoolExecutor() as pool:
            pool.map(self.load_rebound, [1, 2])


def _mark(user_id: int, session: Session = Session(engine)) -> str:  # error: [session-shared]
    return session.get_one(User, user_id).name


def by_default() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_mark, [1, 2])


def _mark_in(user_id: int, session: Session = Session(engine)) -> str:
    return session.get_one(User, user_id).name


def _mark_in_own(user_id: int) -> str:
    with Session(engine) as own:
        return _mark_in(user_id, own)


def default_replaced_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_mark_in_own, [1, 2])


@lru_cache
def _cached() -> Session:
    return Session(engine)  # error: [session-shared]


@cache
def _cached_async() -> AsyncSession:
    return AsyncSession(async_engine)  # error: [session-shared]


@lru_cache(maxsize=8)
def _cached_by_thread(thread: int) -> Session:
    return Session(engine)


@lru_cache
def _cached_factory() -> sessionmaker[Session]:
    return sessionmaker(engine)


def _use_cached(user_id: int) -> None:
    session = _cached()
    session.get(User, user_id)


async def _use_cached_async(user_id: int) -> None:
    await _cached_async().get(User, user_id)


def _use_cached_by_thread(user_id: int) -> None:
    _cached_by_thread(user_id).get(User, user_id)


def _use_factory(user_id: int) -> None:
    with _cached_factory()() as session:
        session.get(User, user_id)


async def cached() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_use_cached, [1, 2])
    await asyncio.gather(_use_cached_async(1), _use_cached_async(2))


def cached_by_thread_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_use_cached_by_thread, [1, 2])


def cached_factory_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_use_factory, [1, 2])


guarded_session = Session(engine)


def _guarded(user_id: int) -> None:
    with lock:
        guarded_session.get(User, user_id)


def _guarded_call(user_id: int) -> None:
    with lock:
        _unguarded(user_id)


def _unguarded(user_id: int) -> None:
    guarded_session.get(User, user_id)


def _acquires(user_id: int) -> None:
    lock.acquire()
    try:
        guarded_session.get(User, user_id)
    finally:
        lock.release()


def guarded_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_guarded, [1, 2])
        pool.map(_guarded_call, [1, 2])
        pool.map(_acquires, [1, 2])


synchronized_session: Synchronized[Session] = Session(engine)


def _synchronized(user_id: int) -> None:
    synchronized_session.get(User, user_id)


def synchronized_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_synchronized, [1, 2])


script_session = Session(engine)


def script_ok() -> None:
    script_session.add(User())
    script_session.commit()


def _alone() -> None:
    script_session.get(User, 1)


def one_thread_ok() -> None:
    worker = Thread(target=_alone)
    worker.start()
    worker.join()
    script_session.commit()


def one_after_the_other_ok() -> None:
    for _ in range(2):
        worker = Thread(target=_alone)
        worker.start()
        worker.join()


def one_worker_ok() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        for _ in range(2):
            pool.submit(_alone)


def a_thread_that_nobody_waits_for_ok() -> None:
    Thread(target=_alone).start()


def registry_ok() -> None:
    def work(user_id: int) -> None:
        registry.get(User, user_id)
        registry.remove()

    with ThreadPoolExecutor() as pool:
        pool.map(work, [1, 2])


worker_session = Session(engine)


def _set_up() -> None:
    global worker_session
    worker_session = Session(engine)


def _work(user_id: int) -> None:
    worker_session.get(User, user_id)


def rebound_ok() -> None:
    with ThreadPoolExecutor(initializer=_set_up) as pool:
        pool.map(_work, [1, 2])


closed_session = Session(engine)


def _shut_down(user_id: int) -> None:
    closed_session.close()


def only_closed_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_shut_down, [1, 2])


shadowed_session = Session(engine)


def _shadowed(user_id: int) -> None:
    shadowed_session = Session(engine)
    shadowed_session.get(User, user_id)


def shadowed_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_shadowed, [1, 2])


class OwnSession(Session):
    """A session that may guard itself."""

    def execute(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        with lock:
            return super().execute(*args, **kwargs)  # type: ignore[call-overload]


own_class_session = OwnSession(engine)


def _own_class(user_id: int) -> None:
    own_class_session.get(User, user_id)


def own_class_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_own_class, [1, 2])


class HttpSession:
    def get(self, url: str) -> None: ...


http_session = HttpSession()


def _fetch(url: str) -> None:
    http_session.get(url)


def no_session_of_sqlalchemy_ok() -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_fetch, ["a", "b"])


tasks_registry = scoped_session(factory)  # error: [session-shared]
quick_registry = scoped_session(factory)
own_scope_registry = scoped_session(factory, asyncio.current_task)


async def _register(name: str) -> None:
    tasks_registry.add(User(name=name))
    await asyncio.sleep(1)
    tasks_registry.commit()


async def _register_quickly(name: str) -> None:
    await asyncio.sleep(1)
    quick_registry.add(User(name=name))
    quick_registry.commit()
    await asyncio.sleep(1)


async def _register_apart(name: str) -> None:
    own_scope_registry.add(User(name=name))
    await asyncio.sleep(1)
    own_scope_registry.commit()


async def registered() -> None:
    await asyncio.gather(_register("ann"), _register("bob"))


async def registered_ok() -> None:
    await asyncio.gather(_register_quickly("ann"), _register_quickly("bob"))
    await asyncio.gather(_register_apart("ann"), _register_apart("bob"))


threads_registry = async_scoped_session(async_factory, threading.get_ident)  # error: [session-shared] "threads_registry" gives one Session to all tasks of a thread
of_tasks_registry = async_scoped_session(async_factory, scopefunc=asyncio.current_task)
named_registry = scoped_session(factory, scopefunc=threading.current_thread)  # error: [session-shared]


async def _register_async(name: str) -> None:
    threads_registry.add(User(name=name))
    await threads_registry.flush()
    await threads_registry.commit()


async def _register_of_tasks(name: str) -> None:
    of_tasks_registry.add(User(name=name))
    await of_tasks_registry.flush()
    await of_tasks_registry.commit()


async def _register_named(name: str) -> None:
    named_registry.add(User(name=name))
    await asyncio.sleep(1)
    named_registry.commit()


async def registered_async() -> None:
    await asyncio.gather(_register_async("ann"), _register_async("bob"))
    await asyncio.gather(_register_named("ann"), _register_named("bob"))


async def registered_async_ok() -> None:
    await asyncio.gather(_register_of_tasks("ann"), _register_of_tasks("bob"))
