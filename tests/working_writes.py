"""Programs whose writes, flushes and transactions are right as they are: nothing is reported."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Engine,
    ForeignKey,
    delete,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import (
    IntegrityError,
    PendingRollbackError,
)
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    attributes,
    make_transient,
    mapped_column,
    relationship,
    sessionmaker,
)
from sqlalchemy.orm.attributes import flag_modified

log = logging.getLogger(__name__)


class Base(DeclarativeBase):
    pass


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="new")
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    meta: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSON), default=dict)
    runs: Mapped[list[Run]] = relationship(back_populates="job", cascade="all, delete-orphan")


class Run(Base):
    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    ok: Mapped[bool] = mapped_column(default=True)
    job: Mapped[Job | None] = relationship(back_populates="runs")


def seed(session: Session) -> None:
    session.add_all([Job(name="a", runs=[Run(), Run()]), Job(name="b")])


def count(engine: Engine) -> int:
    with Session(engine) as s:
        return s.scalar(select(func.count()).select_from(Job)) or 0


def conditional_commit(engine: Engine, save: bool = True) -> None:
    with Session(engine) as s:
        s.add(Job(name="cc"))
        if save:
            s.commit()


def early_return_after_write(engine: Engine) -> bool:
    with Session(engine) as s:
        job = Job(name="late")
        s.add(job)
        s.flush()
        if job.id > 100:
            s.rollback()
            return False
        s.commit()
        return True


def commit_by_transaction(engine: Engine) -> None:
    with Session(engine) as s:
        t = s.begin()
        s.add(Job(name="t"))
        t.commit()
    assert count(engine) == 3


def commit_by_connection(engine: Engine) -> None:
    with Session(engine) as s:
        s.add(Job(name="t"))
        s.flush()
        s.connection().get_transaction().commit()  # type: ignore[union-attr]
    assert count(engine) == 3


def commit_in_helper(engine: Engine) -> None:
    def finish(s: Session, *, ok: bool) -> None:
        s.commit() if ok else s.rollback()

    with Session(engine) as s:
        s.add(Job(name="h"))
        finish(s, ok=True)
    assert count(engine) == 3


def commit_by_dict(engine: Engine, how: str = "yes") -> None:
    with Session(engine) as s:
        ends: dict[str, Callable[[], None]] = {"yes": s.commit, "no": s.rollback}
        s.add(Job(name="h"))
        ends[how]()
    assert count(engine) == 3


def commit_by_stack(engine: Engine) -> None:
    with ExitStack() as stack:
        s = stack.enter_context(Session(engine))
        stack.callback(s.commit)
        s.add(Job(name="h"))
    assert count(engine) == 3


class Committing:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> Session:
        return self.session

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.session.commit()
        self.session.close()


def commit_by_own_manager(engine: Engine) -> None:
    with Committing(Session(engine)) as s:
        s.add(Job(name="h"))
    assert count(engine) == 3


def commit_by_registered_listener(engine: Engine) -> None:
    s = Session(engine)
    done: list[int] = []
    event.listen(s, "after_commit", lambda _s: done.append(1))
    s.add(Job(name="h"))
    s.commit()
    s.close()
    assert done


class AutoCommitSession(Session):
    def __exit__(self, type_: Any, value: Any, traceback: Any) -> None:
        if type_ is None:
            self.commit()
        super().__exit__(type_, value, traceback)


def commit_by_subclass(engine: Engine) -> None:
    with AutoCommitSession(engine) as s:
        s.add(Job(name="h"))
    assert count(engine) == 3


def commit_by_subclass_factory(engine: Engine) -> None:
    factory = sessionmaker(engine, class_=AutoCommitSession)
    with factory() as s:
        s.add(Job(name="h"))
    assert count(engine) == 3


class ClosingSession(Session):
    def close(self) -> None:
        if self.is_active and (self.new or self.dirty):
            self.commit()
        super().close()


def commit_by_close(engine: Engine) -> None:
    s = ClosingSession(engine)
    s.add(Job(name="h"))
    s.close()
    assert count(engine) == 3


def external_joined(engine: Engine) -> None:
    with engine.begin() as connection, Session(connection) as s:
        s.add(Job(name="x"))
        s.flush()
    assert count(engine) == 3


def configured_later(engine: Engine) -> None:
    factory = sessionmaker()
    with engine.begin() as connection:
        factory.configure(bind=connection)
        with factory() as s:
            s.add(Job(name="x"))
            s.flush()
    assert count(engine) == 3


def autocommit_option(engine: Engine) -> None:
    with Session(engine) as s:
        s.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        s.add(Job(name="x"))
        s.flush()
    assert count(engine) == 3


def temporary_change(engine: Engine) -> str:
    """A preview: change, show, throw away."""
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        job.state = "preview"
        shown = f"{job.name}: {job.state}"
        s.expire(job)
        return shown


def preview_by_expunge(engine: Engine) -> Job:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        s.expunge(job)
        job.state = "preview"
        return job


def preview_no_autoflush(engine: Engine) -> str:
    with Session(engine, autoflush=False) as s:
        job = s.get_one(Job, 1)
        make_transient(job)
        job.state = "preview"
        return job.state


def computed_unmapped(engine: Engine) -> int:
    with Session(engine) as s:
        jobs = s.scalars(select(Job)).all()
        total = 0
        for job in jobs:
            job.shown = job.name.title()  # type: ignore[attr-defined]
            total += len(job.shown)  # type: ignore[attr-defined]
        return total


def add_of_persistent(engine: Engine) -> str:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        s.add(job)
        return job.name


def merge_to_load(engine: Engine) -> int:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
    with Session(engine) as s:
        job = s.merge(job)
        return len(job.runs)


def transient_never_added(engine: Engine) -> Job:
    with Session(engine) as s:
        first = s.get_one(Job, 1)
        copy = Job(name=first.name + "2", state=first.state)
        copy.payload = {"a": 1}
        return copy


def transient_with_backref_added_later(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        run = Run(ok=False)
        job.runs.append(run)
        s.commit()
        assert run.id


def transient_collections(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        runs = [Run(job=job, ok=bool(n % 2)) for n in range(3)]
        s.add_all(runs)
        s.commit()


def transient_by_yield(engine: Engine) -> None:
    def runs(job: Job) -> Iterator[Run]:
        for n in range(3):
            yield Run(job=job, ok=bool(n))

    with Session(engine) as s:
        s.add_all(runs(s.get_one(Job, 1)))
        s.commit()


def transient_by_key_only(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        run = Run(job_id=job.id)
        s.add(run)
        s.commit()
        assert run.job is job


def json_reassigned(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        payload = dict(job.payload)
        payload["a"] = 1
        job.payload = payload
        s.commit()


def json_flagged(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        job.payload["a"] = 1
        attributes.flag_modified(job, "payload")
        s.commit()


def json_of_mutable(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        job.meta["a"] = 1
        job.meta.update(b=2)
        s.commit()
        assert job.meta == {"a": 1, "b": 2}


def json_read_only(engine: Engine) -> dict[str, Any]:
    with Session(engine) as s:
        job = s.get_one(Job, 1)
        job.payload.setdefault("shown", True)
        return job.payload


def json_helper_flags(engine: Engine) -> None:
    def mark(job: Job, *names: str) -> None:
        for name in names:
            flag_modified(job, name)

    with Session(engine) as s:
        job = s.get_one(Job, 1)
        job.payload["a"] = 1
        mark(job, "payload")
        s.commit()
        assert job.payload == {"a": 1}


def failed_logged_by_values(engine: Engine) -> None:
    with Session(engine) as s:
        job = Job(name="a")
        s.add(job)
        name = job.name
        try:
            s.flush()
        except IntegrityError as error:
            log.debug("%s: %s", name, error)
            s.rollback()
        s.execute(select(Job))


def failed_in_nested(engine: Engine) -> None:
    with Session(engine) as s:
        for name in ("a", "n", "b"):
            try:
                with s.begin_nested():
                    s.add(Job(name=name))
            except IntegrityError:
                log.debug("there")
            s.scalars(select(Job)).all()
        s.commit()


def failed_connection_statement(engine: Engine) -> None:
    with Session(engine) as s:
        s.add(Job(name="q"))
        s.flush()
        try:
            s.execute(text("INSERT INTO jobs (name) VALUES ('a')"))
        except IntegrityError:
            log.debug("no")
        s.commit()


def failed_flush_new_session(engine: Engine) -> None:
    s = Session(engine)
    try:
        s.add(Job(name="a"))
        s.flush()
    except IntegrityError:
        s.close()
        s = Session(engine)
    s.get(Job, 1)
    s.close()


def failed_with_check_active(engine: Engine) -> None:
    with Session(engine) as s:
        s.add(Job(name="a"))
        try:
            s.flush()
        except IntegrityError:
            log.debug("failed")
        if not s.is_active:
            s.rollback()
        s.scalars(select(Job)).all()


def failed_with_flag(engine: Engine) -> None:
    failed = False
    with Session(engine) as s:
        s.add(Job(name="a"))
        try:
            s.flush()
        except IntegrityError:
            failed = True
        if failed:
            s.rollback()
        s.scalars(select(Job)).all()


def failed_expected(engine: Engine) -> None:
    with Session(engine) as s:
        s.add(Job(name="a"))
        with pytest.raises(IntegrityError):
            s.flush()
        with pytest.raises(PendingRollbackError):
            s.scalars(select(Job)).all()
        s.rollback()


def begin_if_needed(engine: Engine) -> None:
    with Session(engine) as s:
        s.get(Job, 1)
        if not s.in_transaction():
            s.begin()
        s.add(Job(name="one"))
        s.commit()


def begin_or_nested(engine: Engine) -> None:
    with Session(engine) as s:
        s.get(Job, 1)
        with s.begin_nested() if s.in_transaction() else s.begin():
            s.add(Job(name="one"))
        s.commit()


def begin_rollback_return(engine: Engine) -> None:
    with Session(engine) as s, s.begin():
        s.add(Job(name="one"))
        s.flush()
        if s.scalar(select(func.count()).select_from(Job)) == 3:
            s.rollback()
            return
        s.add(Job(name="two"))


def begin_autobegin_off(engine: Engine) -> None:
    with Session(engine, autobegin=False) as s:
        s.begin()
        s.add(Job(name="one"))
        s.commit()
        s.begin()
        s.get(Job, 1)


def begin_break(engine: Engine) -> None:
    with Session(engine) as s:
        for n in range(3):
            with s.begin():
                s.add(Job(name=f"loop{n}"))
                if n == 1:
                    break
        s.get(Job, 1)


def begin_given_up(engine: Engine) -> None:
    with Session(engine) as s:
        try:
            with s.begin():
                s.add(Job(name="a"))
        except IntegrityError:
            with s.begin():
                s.add(Job(name="other"))


def begin_close_inside_last(engine: Engine) -> None:
    with Session(engine) as s:
        with s.begin():
            s.execute(select(Job)).all()
            s.close()
        s.get(Job, 1)


def two_phases(engine: Engine) -> None:
    with Session(engine) as s:
        with s.begin() as t:
            s.add(Job(name="p"))
            s.flush()
            t.rollback()
        s.add(Job(name="p"))
        s.commit()
    assert count(engine) == 3


def result_all_then_commit(engine: Engine) -> list[str]:
    with Session(engine) as s:
        jobs = s.scalars(select(Job)).all()
        for job in jobs:
            job.state = "seen"
            s.commit()
        return [job.name for job in jobs]


def delete_statement_then_read(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 2)
        s.execute(delete(Job).where(Job.id == 2), execution_options={"synchronize_session": False})
        assert job.name == "b"
        s.commit()


def deleted_made_new(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.get_one(Job, 2)
        s.delete(job)
        s.commit()
        make_transient(job)
        s.add(job)
        s.commit()
        s.refresh(job)


def returning(engine: Engine) -> None:
    with Session(engine) as s:
        job = s.scalars(insert(Job).returning(Job), [{"name": "ret"}]).one()
        s.refresh(job)
        s.commit()


def loop_of_sessions(engine: Engine) -> None:
    for session in (Session(engine), Session(engine)):
        with session:
            session.add(Job(name=f"los{random.random()}"))
            session.commit()


def generator_of_sessions(engine: Engine) -> None:
    def sessions() -> Iterator[Session]:
        for _ in range(2):
            with Session(engine) as s:
                yield s
                s.commit()

    for s in sessions():
        s.add(Job(name=f"gos{random.random()}"))
    assert count(engine) == 4


def async_like_dependency(engine: Engine) -> None:
    def get_db() -> Iterator[Session]:
        db = Session(engine)
        try:
            yield db
            db.commit()
        finally:
            db.close()

    g = get_db()
    s = next(g)
    s.add(Job(name="dep"))
    next(g, None)
    assert count(engine) == 3
