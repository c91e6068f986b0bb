"""Instances that are handed to a function of the module: what counts is what it does with them."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session, selectinload

from models import User, elsewhere


def _titles(user: User) -> list[str]:
    return [post.title for post in user.posts]


def _name(user: User) -> str:
    return user.name


def _rename(user: User) -> None:
    user.name = "eve"


def _key(user: User) -> str:
    return str(user)


def _of_all(users: Sequence[User]) -> None:
    for user in users:
        _titles(user)


def loads_mapped_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        pool.map(_titles, users)  # error: [session-thread]


def loads_meanwhile_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        worker = Thread(target=_titles, args=(user,))  # error: [session-thread]
        worker.start()
        session.commit()
        worker.join()


def loads_in_a_lambda_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    Thread(target=lambda: print(user.posts)).start()  # error: [session-thread]


def loads_in_a_closure_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)

        def show() -> None:
            print(_titles(user))

        worker = Thread(target=show)  # error: [session-thread]
        worker.start()
        session.commit()
        worker.join()


def loads_all_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        worker = Thread(target=_of_all, args=(users,))  # error: [session-thread]
        worker.start()
        session.commit()
        worker.join()


def writes_mapped_bad(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        pool.map(_rename, users)  # error: [session-thread]


async def loads_in_threads_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        await asyncio.gather(*[asyncio.to_thread(_titles, user) for user in users])  # error: [session-thread]


async def looks_in_threads_ok(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        await asyncio.gather(*[asyncio.to_thread(_name, user) for user in users])


def expired_meanwhile_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        worker = Thread(target=_name, args=(user,))  # error: [session-thread] expired at line 100
        worker.start()
        session.commit()
        worker.join()


def rolled_back_meanwhile_bad(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session, ThreadPoolExecutor() as pool:
        user = session.get_one(User, 1)
        future = pool.submit(_name, user)  # error: [session-thread] expired at line 108
        session.rollback()
        future.result()


def not_expired_ok(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
        worker = Thread(target=_name, args=(user,))
        worker.start()
        session.commit()
        worker.join()


def expired_after_the_end_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        worker = Thread(target=_name, args=(user,))
        worker.start()
        session.scalars(select(User)).all()
        worker.join()
        session.commit()


def only_looks_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        for name in pool.map(_name, users):
            session.scalars(select(User).where(User.name == name)).all()


def looks_without_end_ok(session: Session) -> None:
    Thread(target=_name, args=(session.get_one(User, 1),)).start()


def unknown_use_ok(session: Session) -> None:
    Thread(target=_key, args=(session.get_one(User, 1),)).start()


def loaded_by_an_option_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User).options(selectinload(User.posts))).all()
        pool.map(_titles, users)


def loaded_by_an_option_of_get_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
        pool.submit(_titles, user)
        session.scalars(select(User)).all()


def loaded_by_a_statement_of_others_ok(session: Session, statement: Select[tuple[User]]) -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_titles, session.scalars(statement).all())


def _statement() -> Select[tuple[User]]:
    return select(User)


def loaded_by_a_statement_of_a_function_ok(session: Session) -> None:
    with ThreadPoolExecutor() as pool:
        pool.map(_titles, session.scalars(_statement()).all())


def read_before_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        for user in users:
            print(user.posts)
        pool.map(_titles, users)


def loaded_elsewhere_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        elsewhere(users)
        pool.map(_titles, users)


def given_ok(user: User) -> None:
    Thread(target=_titles, args=(user,)).start()


def expunged_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        users = session.scalars(select(User)).all()
        session.expunge_all()
        pool.map(_name, users)


def copied_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPoolExecutor() as pool:
        rows = [(user.id, [post.title for post in user.posts]) for user in session.scalars(select(User))]
        pool.map(print, rows)
        session.scalars(select(User)).all()


def waits_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        worker = Thread(target=_titles, args=(user,))
        worker.start()
        worker.join()


def expired_and_read_bad(engine: Engine, pool: ThreadPoolExecutor) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        pool.submit(_name, user)  # error: [session-thread] "user" (attached to "session", which loads "name" there)
        session.get_one(User, 2)


def expired_alone_and_read_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expire(user)
        Thread(target=_name, args=(user,)).start()  # error: [session-thread]
        session.get_one(User, 2)


def kept_by_the_commit_ok(engine: Engine, pool: ThreadPoolExecutor) -> None:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
        session.commit()
        pool.submit(_name, user)
        session.get_one(User, 2)


def perhaps_kept_by_the_commit_ok(session: Session, pool: ThreadPoolExecutor) -> None:
    user = session.get_one(User, 1)
    session.commit()
    pool.submit(_name, user)
    session.get_one(User, 2)


def refreshed_before_ok(engine: Engine, pool: ThreadPoolExecutor) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        session.refresh(user)
        pool.submit(_name, user)
        session.get_one(User, 2)


def read_by_the_owner_too_ok(engine: Engine, pool: ThreadPoolExecutor) -> None:
    """Whoever comes first loads it."""
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        pool.submit(_name, user)
        print(user.name)


def expired_and_waited_for_ok(engine: Engine, pool: ThreadPoolExecutor) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        pool.submit(_name, user).result()
