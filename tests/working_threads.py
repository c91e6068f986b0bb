"""Programs with threads, pools and queues that are right as they are: nothing is reported."""

from __future__ import annotations

import asyncio
import concurrent.futures
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, ForeignKey, func, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    scoped_session,
    selectinload,
    sessionmaker,
)


class Base(DeclarativeBase):
    pass


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)
    steps: Mapped[list[Step]] = relationship(back_populates="task")


class Step(Base):
    __tablename__ = "steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    task: Mapped[Task] = relationship(back_populates="steps")


def seed(session: Session) -> None:
    session.add_all([Task(name=f"t{n}", steps=[Step()]) for n in range(4)])


def work(engine: Engine | None, ident: int = 0) -> None:
    if engine is None:
        return
    with Session(engine) as s:
        t = s.get(Task, ident)
        if t:
            t.done = True
        s.commit()


def ids_to_threads(engine: Engine) -> None:
    with Session(engine) as s:
        ids = s.scalars(select(Task.id)).all()
    threads = [threading.Thread(target=work, args=(engine, i)) for i in ids]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def factory_to_threads(engine: Engine) -> None:
    factory = sessionmaker(engine)

    def run(ident: int) -> str:
        with factory() as s:
            return s.get_one(Task, ident).name

    with ThreadPoolExecutor(2) as pool:
        futures = {pool.submit(run, i): i for i in (1, 2)}
        for future in as_completed(futures):
            future.result()


def registry_to_threads(engine: Engine) -> None:
    registry = scoped_session(sessionmaker(engine))

    def run(ident: int) -> None:
        try:
            registry.get_one(Task, ident).done = True
            registry.commit()
        finally:
            registry.remove()

    registry.scalars(select(Task)).all()
    with ThreadPoolExecutor(2) as pool:
        wait([pool.submit(run, 1), pool.submit(run, 2)])
    registry.remove()


def detached_to_threads(engine: Engine) -> None:
    with Session(engine) as s:
        tasks = s.scalars(select(Task)).all()

    def show(task: Task) -> str:
        return f"{task.id} {task.name}"

    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(show, tasks))) == 4


def detached_loaded_to_threads(engine: Engine) -> None:
    with Session(engine) as s:
        tasks = s.scalars(select(Task).options(selectinload(Task.steps))).all()
        s.expunge_all()
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda task: len(task.steps), tasks)) == 4


class Worker(threading.Thread):
    def __init__(self, engine: Engine, jobs: queue.Queue[int | None]) -> None:
        super().__init__(daemon=True)
        self.engine = engine
        self.jobs = jobs
        self.session: Session | None = None

    def run(self) -> None:
        with Session(self.engine) as self.session:
            while (ident := self.jobs.get()) is not None:
                self.handle(ident)

    def handle(self, ident: int) -> None:
        assert self.session is not None
        task = self.session.get(Task, ident)
        if task is not None:
            task.done = True
            self.session.commit()


def worker_thread(engine: Engine) -> None:
    jobs: queue.Queue[int | None] = queue.Queue()
    worker = Worker(engine, jobs)
    worker.start()
    with Session(engine) as s:
        for ident in s.scalars(select(Task.id)):
            jobs.put(ident)
    jobs.put(None)
    worker.join()


local = threading.local()


def thread_local(engine: Engine) -> None:
    def session() -> Session:
        if not hasattr(local, "session"):
            local.session = Session(engine)
        return local.session  # type: ignore[no-any-return]

    def run(ident: int) -> None:
        session().get_one(Task, ident).done = True
        session().commit()
        session().close()
        del local.session

    threads = [threading.Thread(target=run, args=(n,)) for n in (1, 2)]
    for t in threads:
        t.start()
        t.join()


def queue_in_one_thread(engine: Engine) -> None:
    todo: queue.Queue[Task] = queue.Queue()
    with Session(engine) as s:
        for t in s.scalars(select(Task)):
            todo.put(t)
        while not todo.empty():
            todo.get().done = True
        s.commit()


def callback_in_owner(engine: Engine) -> None:
    """Threads that compute; the session stays with its owner, who takes the results."""
    with Session(engine) as s, ThreadPoolExecutor(2) as pool:
        tasks = {t.id: t for t in s.scalars(select(Task))}
        futures: dict[Future[str], int] = {pool.submit(str.upper, t.name): t.id for t in tasks.values()}
        for future in as_completed(futures):
            tasks[futures[future]].name = future.result()
        s.commit()


class Cache:
    def __init__(self, factory: Callable[[], Session]) -> None:
        self._factory = factory
        self._items: dict[int, str] = {}
        self._lock = threading.RLock()

    def __getitem__(self, ident: int) -> str:
        with self._lock:
            if ident not in self._items:
                with self._factory() as s:
                    self._items[ident] = s.get_one(Task, ident).name
            return self._items[ident]


def cache(engine: Engine) -> None:
    c = Cache(sessionmaker(engine))
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(c.__getitem__, [1, 1, 2])) == ["t0", "t0", "t1"]


class Poller:
    def __init__(self, engine: Engine) -> None:
        self.factory = sessionmaker(engine)
        self.stopped = threading.Event()
        self.seen = 0

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._loop, name="poller", daemon=True)
        thread.start()
        return thread

    def _loop(self) -> None:
        while not self.stopped.is_set():
            with self.factory() as s, s.begin():
                self.seen += len(s.scalars(select(Task).where(~Task.done)).all())
            self.stopped.wait(0.01)


def poller(engine: Engine) -> None:
    p = Poller(engine)
    thread = p.start()
    work(engine, 1)
    p.stopped.set()
    thread.join()


@contextmanager
def in_background(fn: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=fn)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def background(engine: Engine) -> None:
    with Session(engine) as s:
        with in_background(lambda: work(engine, 2)):
            s.get(Task, 1)
        s.get(Task, 2)


def synchronous_executor(engine: Engine) -> None:
    """An executor of one's own that runs at once."""

    class Now(concurrent.futures.Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(fn(*args, **kwargs))
            return future

    with Session(engine) as s, Now() as pool:
        task = pool.submit(s.get_one, Task, 1).result()
        assert s.scalar(select(Task).where(Task.id == 1)) is task


def pool_before_session(engine: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(work, engine, n) for n in (1, 2)]
        with Session(engine) as s:
            for f in futures:
                f.result()
            assert s.scalar(select(func.count()).where(Task.done)) == 2


def pickled_detached(engine: Engine) -> None:
    import copy
    import pickle

    with Session(engine) as s:
        t = s.get_one(Task, 1)
        blob = pickle.dumps(t)
    other: Task = pickle.loads(blob)
    with Session(engine) as s:
        s.add(other)
        assert len(other.steps) == 1
        twin = copy.copy(other.name)
        assert twin == "t0"


def serializer(engine: Engine) -> None:
    import json

    with Session(engine) as s:
        tasks = s.scalars(select(Task)).all()
        text = json.dumps([{"id": t.id, "name": t.name} for t in tasks])
        text += json.dumps({t.id: t.name for t in tasks}, default=str)
        text += json.dumps(tasks, default=lambda t: t.name)
    assert text


def own_executor_of_sessions(engine: Engine) -> None:
    """Each thread of the pool makes its own session by the initializer."""
    store = threading.local()

    def start() -> None:
        store.session = Session(engine)

    def run(ident: int) -> str:
        session: Session = store.session
        try:
            return session.get_one(Task, ident).name
        finally:
            session.close()

    with ThreadPoolExecutor(2, initializer=start) as pool:
        assert sorted(pool.map(run, (1, 2))) == ["t0", "t1"]


def generator_fed_to_pool(engine: Engine) -> None:
    def names() -> Iterator[str]:
        with Session(engine) as s:
            for t in s.scalars(select(Task)):
                yield t.name

    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(len, names()))) == 4


def loop_thread(engine: Engine) -> None:
    """An event loop in a thread, coroutines that make their own session."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def run(ident: int) -> str:
        def read() -> str:
            with Session(engine) as s:
                return s.get_one(Task, ident).name

        return await asyncio.to_thread(read)

    try:
        with Session(engine) as s:
            s.get(Task, 1)
            assert asyncio.run_coroutine_threadsafe(run(1), loop).result() == "t0"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
