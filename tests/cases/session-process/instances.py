"""Instances that are copied into another process, to a function of the module."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Process

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from models import User, elsewhere


def _titles(user: User) -> list[str]:
    return [post.title for post in user.posts]


def _name(user: User) -> str:
    return user.name


def _rename(user: User) -> None:
    user.name = "eve"


def _of_all(users: Sequence[User]) -> None:
    for user in users:
        print(user.posts)


def loads_bad(engine: Engine) -> None:
    with Session(engine) as session, ProcessPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        pool.map(_titles, users)  # error: [session-process]


def loads_all_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        worker = Process(target=_of_all, args=(users,))  # error: [session-process]
        worker.start()
        worker.join()


def loaded_before_ok(engine: Engine) -> None:
    with Session(engine) as session, ProcessPoolExecutor() as pool:
        users = session.scalars(select(User).options(selectinload(User.posts))).all()
        pool.map(_titles, users)


def looks_ok(engine: Engine) -> None:
    with Session(engine) as session, ProcessPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        pool.map(_name, users)
        pool.map(_rename, users)
        pool.map(elsewhere, users)


def expired_and_read_bad(engine: Engine, pool: ProcessPoolExecutor) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        pool.submit(_name, user)  # error: [session-process] "user" reaches another process without "name"


def kept_by_the_commit_ok(engine: Engine, pool: ProcessPoolExecutor) -> None:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
        session.commit()
        pool.submit(_name, user)


def read_before_ok(engine: Engine, pool: ProcessPoolExecutor) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        print(user.name)
        pool.submit(_name, user)
