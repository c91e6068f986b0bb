"""The ways by which a session comes into a thread."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock, Thread

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere, render
from mypy_session_plugin import Owned


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


class Runner:
    session: Session
    thread: Thread | None
    threads: list[Thread]
    lock: Lock
    pool: ThreadPoolExecutor

    def __init__(self, session: Session) -> None:
        self.session = session
        self.thread = None
        self.threads = []
        self.lock = Lock()
        self.pool = ThreadPoolExecutor(max_workers=1)

    def start(self) -> None:
        self.thread = Thread(target=self.run, daemon=True)  # error: [session-thread]
        self.thread.start()

    def start_no_session(self) -> None:
        self.thread = Thread(target=self.beat, daemon=True)
        self.thread.start()

    def start_guarded(self) -> None:
        self.thread = Thread(target=self.guarded, daemon=True)
        self.thread.start()

    def start_and_join(self) -> None:
        self.thread = Thread(target=self.run)  # error: [session-handover]
        self.thread.start()
        self.thread.join()
        self.session.commit()

    def start_list(self) -> None:
        t = Thread(target=self.run)  # error: [session-thread]
        self.threads.append(t)
        t.start()

    def run(self) -> None:
        self.session.commit()

    def run_twice(self) -> None:
        self.run()
        self.run()

    def run_guarded(self) -> None:
        self.guarded()

    def run_under_lock(self) -> None:
        with self.lock:
            self.run()

    def guarded(self) -> None:
        with self.lock:
            self.session.commit()

    def beat(self) -> None:
        print(self.threads)

    def submit(self) -> None:
        self.pool.submit(self.run)  # error: [session-thread]

    def submit_to_one_worker_and_wait_ok(self) -> None:
        self.pool.submit(self.run).result()

    def submit_own(self, engine: Engine) -> None:
        with Session(engine) as session:
            self.pool.submit(_count, session)  # error: [session-thread]

    def attribute_in_a_closure(self) -> None:
        def job() -> None:
            self.session.commit()

        Thread(target=job).start()  # error: [session-thread]

    def attribute_in_a_lambda(self) -> None:
        Thread(target=lambda: self.session.commit()).start()  # error: [session-thread]

    def lambda_that_calls_a_method(self) -> None:
        Thread(target=lambda: self.run()).start()  # error: [session-thread]

    def method_that_calls_a_method(self) -> None:
        Thread(target=self.run_twice).start()  # error: [session-thread]

    def method_that_calls_a_guarded_one(self) -> None:
        Thread(target=self.run_guarded).start()
        Thread(target=self.run_under_lock).start()

    def partial_of_a_method(self) -> None:
        Thread(target=partial(self.run)).start()  # error: [session-thread]


class Worker(Thread):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def run(self) -> None:
        self.session.commit()


def subclass_bad(session: Session) -> None:
    w = Worker(session)  # error: [session-thread]
    w.start()
    session.commit()
    w.join()


def subclass_joined_bad(session: Session) -> None:
    w = Worker(session)  # error: [session-handover]
    w.start()
    w.join()


class OwnWorker(Thread):
    def __init__(self, engine: Engine) -> None:
        super().__init__(daemon=True)
        self.engine = engine

    def run(self) -> None:
        with Session(self.engine) as session:
            session.commit()


def own_subclass_ok(engine: Engine, session: Session) -> None:
    w = OwnWorker(engine)
    w.start()
    session.commit()


def map_own_sessions_ok(factory: sessionmaker[Session], session: Session) -> None:
    def work(i: int) -> str:
        with factory() as session:
            return session.get_one(User, i).name

    with ThreadPoolExecutor() as pool:
        for name in pool.map(work, [1, 2]):
            session.add(User(name=name))


def map_ids_ok(factory: sessionmaker[Session], session: Session) -> None:
    def work(i: int) -> str:
        return str(i)

    with ThreadPoolExecutor() as pool:
        ids = session.scalars(select(User.id)).all()
        for name in pool.map(work, ids):
            session.add(User(name=name))


def map_ids_lazy_ok(session: Session) -> None:
    def work(i: int) -> str:
        return str(i)

    with ThreadPoolExecutor() as pool:
        for name in pool.map(elsewhere, session.scalars(select(User.id))):
            session.add(User())


def map_live_entities_bad(session: Session) -> None:
    users = session.scalars(select(User))
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(elsewhere, users):  # error: [session-thread]
            session.add(User())


def map_bound_method_bad(session: Session) -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(session.delete, [1, 2])  # error: [session-thread]


def registry_session_bad(registry: scoped_session[Session]) -> None:
    with ThreadPoolExecutor() as pool:
        f = pool.submit(_count, registry())  # error: [session-thread]
        registry.commit()
        f.result()


def factory_thread_ok(factory: sessionmaker[Session]) -> None:
    def work() -> None:
        with factory.begin() as session:
            session.add(User())

    Thread(target=work).start()


def closure_other_variable_ok(session: Session) -> None:
    total = 3

    def work() -> None:
        print(total)

    t = Thread(target=work)
    t.start()
    session.commit()
    t.join()


def closure_late_binding_ok(session: Session, engine: Engine) -> None:
    def work() -> None:
        local = Session(engine)
        _count(local)

    t = Thread(target=work)
    t.start()
    session.commit()


def closure_param_shadow_ok(session: Session, factory: sessionmaker[Session]) -> None:
    def work(session: Session) -> None:
        _count(session)

    def outer() -> None:
        with factory() as session:
            work(session)

    t = Thread(target=outer)
    t.start()
    session.commit()


def lock_ok(session: Session) -> None:
    lock = Lock()

    def work() -> None:
        with lock:
            _count(session)

    t = Thread(target=work)
    t.start()
    with lock:
        session.commit()
    t.join()


def values_first_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    t = Thread(target=elsewhere, args=(user.id, user.name))
    t.start()
    session.commit()
    t.join()


@dataclasses.dataclass
class Context:
    session: Session
    name: str


def _work(ctx: Context) -> None:
    ctx.session.commit()


def _work_deeper(ctx: Context) -> None:
    _work(ctx)


@dataclasses.dataclass
class Request:
    context: Context


def _work_of(request: Request) -> None:
    request.context.session.commit()


def _no_work(ctx: Context) -> None:
    print(ctx.name)


def context_bad(session: Session) -> None:
    ctx = Context(session, "x")
    Thread(target=_work, args=(ctx,)).start()  # error: [session-thread]


def context_param_bad(ctx: Context) -> None:
    Thread(target=_work, args=(ctx,)).start()  # error: [session-thread]


def context_deeper_bad(session: Session) -> None:
    ctx = Context(session, "x")
    Thread(target=_work_deeper, args=(ctx,)).start()  # error: [session-thread]


def context_in_a_request_bad(request: Request) -> None:
    Thread(target=_work_of, args=(request,)).start()  # error: [session-thread]


def closure_that_calls_another_bad(session: Session) -> None:
    def count() -> int:
        return _count(session)

    def show() -> None:
        print(count())

    Thread(target=show).start()  # error: [session-thread]


def closure_that_calls_itself_ok(session: Session, engine: Engine) -> None:
    def count(depth: int) -> int:
        return count(depth - 1) if depth else _count(Session(engine))

    Thread(target=count, args=(2,)).start()
    session.commit()


def context_no_work_ok(ctx: Context) -> None:
    Thread(target=_no_work, args=(ctx,)).start()
    ctx.session.commit()


def context_submit_bad(ctx: Context, pool: ThreadPoolExecutor) -> None:
    pool.submit(_work, ctx)  # error: [session-thread]


def context_partial_bad(ctx: Context, pool: ThreadPoolExecutor) -> None:
    pool.submit(partial(_work, ctx))  # error: [session-thread]


def context_lambda_bad(ctx: Context, pool: ThreadPoolExecutor) -> None:
    pool.submit(lambda: ctx.session.commit())  # error: [session-thread]


def callback_ok(session: Session) -> None:
    # done callbacks
    with ThreadPoolExecutor() as pool:
        f = pool.submit(elsewhere)
        f.add_done_callback(lambda _: elsewhere())
        session.commit()


def detached_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expunge(user)
        t = Thread(target=render, args=(user,))
        t.start()
        session.commit()
        t.join()


def instance_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        t = Thread(target=render, args=(user,))  # error: [session-thread]
        t.start()
        session.commit()
        t.join()


def instance_kwargs_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        t = Thread(target=render, kwargs={"user": user})  # error: [session-thread]
        t.start()
        session.commit()
        t.join()


def instance_param_ok(user: User) -> None:
    Thread(target=render, args=(user,)).start()


def instance_forget_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    Thread(target=render, args=(user,)).start()  # error: [session-thread]


def _local(user: User) -> None:
    print(user.name)


def instance_local_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    Thread(target=_local, args=(user,)).start()


def with_lock_both_ok(session: Session, lock: Lock) -> None:
    t = Thread(target=_locked, args=(session, lock))
    t.start()
    with lock:
        session.commit()
    t.join()


def _locked(session: Session, lock: Lock) -> None:
    with lock:
        session.commit()


def owned_ok(engine: Engine) -> None:
    def eat(session: Owned[Session]) -> None:
        session.close()

    Thread(target=eat, args=(Session(engine),)).start()
