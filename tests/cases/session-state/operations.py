"""Operations that raise for the state of the instance that they are given."""

import heapq

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, make_transient, make_transient_to_detached

from models import Post, User, elsewhere


def delete_pending_bad(session: Session, keep: bool) -> None:
    user = User(name="ann")
    session.add(user)
    if not keep:
        session.delete(user)  # error: [session-state] "user" is pending (added at line 16); delete() raises InvalidRequestError


def delete_transient_bad(session: Session) -> None:
    session.delete(User(name="ann"))  # error: [session-state]


def refresh_transient_bad(session: Session) -> None:
    user = User(name="ann")
    session.commit()
    session.refresh(user)  # error: [session-state] "user" is transient


def refresh_pending_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    with session.no_autoflush:
        session.refresh(user)  # error: [session-state]


def expire_pending_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.expire(user)  # error: [session-state]


def expunge_transient_bad(session: Session) -> None:
    user = User(name="ann")
    session.expunge(user)  # error: [session-state]


def expunge_twice_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.expunge(user)
    session.expunge(user)  # error: [session-state] "user" is detached (expunged at line


def refresh_after_expunge_all_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.expunge_all()
    session.refresh(user)  # error: [session-state] "user" is detached (expunged at line


def refresh_after_close_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.close()
    session.refresh(user)  # error: [session-state]


def add_deleted_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.add(user)  # error: [session-state] "user" is deleted (flushed at line


def refresh_deleted_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.refresh(user)  # error: [session-state]


def refresh_rolled_back_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.flush()
    session.rollback()
    session.refresh(user)  # error: [session-state] "user" is transient (rolled back at line


def delete_source_of_merge_bad(session: Session) -> None:
    user = User(id=1, name="ann")
    session.merge(user)
    session.delete(user)  # error: [session-state]


def delete_after_bulk_save_bad(session: Session) -> None:
    users = [User(name="ann"), User(name="bob")]
    session.bulk_save_objects(users)
    for user in users:
        session.delete(user)  # error: [session-state]


def merge_without_load_bad(session: Session) -> None:
    session.merge(User(id=1), load=False)  # error: [session-state]


def make_loaded_detached_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    make_transient_to_detached(user)  # error: [session-state]


def delete_made_transient_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    make_transient(user)
    session.delete(user)  # error: [session-state]


async def async_refresh_bad(session: AsyncSession) -> None:
    user = User(name="ann")
    await session.refresh(user)  # error: [session-state]


async def async_delete_bad(session: AsyncSession) -> None:
    user = User(name="ann")
    session.add(user)
    await session.delete(user)  # error: [session-state]


def linked_by_a_backref_alone_bad(session: Session) -> None:
    post = Post(title="news", author=session.get_one(User, 1))
    session.refresh(post)  # error: [session-state]


def wrong_in_two_ways_bad(session: Session, keep: bool) -> None:
    user = User(name="ann")
    if keep:
        session.add(user)
    session.delete(user)  # error: [session-state]


def reported_once_bad(session: Session) -> None:
    user = User(name="ann")
    session.refresh(user)  # error: [session-state]
    session.refresh(user)


def repaired_ok(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.commit()
    session.refresh(user)
    session.expunge(user)
    session.add(user)
    session.delete(user)


def flushed_by_an_explicit_query_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        session.scalars(select(User)).all()
        session.delete(user)


def flushed_or_not_ok(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.scalars(select(User)).all()
    session.delete(user)


def marked_for_deletion_is_persistent_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.add(user)
    session.delete(user)
    session.delete(user)


def delete_deleted_is_legal_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.delete(user)


def rolled_back_deletion_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.rollback()
    session.refresh(user)


def savepoint_rolled_back_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    savepoint = session.begin_nested()
    session.delete(user)
    session.flush()
    savepoint.rollback()
    session.refresh(user)


def add_detached_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    with Session(engine) as session:
        session.add(user)
        session.refresh(user)


def one_path_ok(session: Session, keep: bool) -> None:
    user = User(name="ann")
    if keep:
        session.add(user)
        session.flush()
    session.refresh(user)


def same_condition_twice_ok(session: Session, keep: bool) -> None:
    user = User(name="ann")
    if keep:
        session.add(user)
        session.flush()
    if keep:
        session.refresh(user)


def asked_first_ok(session: Session, user: User) -> None:
    if user in session:
        session.expunge(user)


def linked_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    post = Post(title="news")
    user.posts.append(post)
    session.flush()
    session.refresh(post)


def given_away_ok(session: Session) -> None:
    user = User(name="ann")
    elsewhere(session, user)
    session.refresh(user)


def expected_exception_ok(session: Session) -> None:
    user = User(name="ann")
    with pytest.raises(InvalidRequestError):
        session.refresh(user)
    try:
        session.refresh(user)
    except InvalidRequestError:
        pass


def known_miss_raises_on_most_paths(session: Session, number: int) -> None:
    user = User(name="ann")
    if number == 0:
        session.add(user)
        session.flush()
    elif number == 1:
        session.add(user)
    session.refresh(user)


def delete_many_after_bulk_save_bad(session: Session, names: list[str]) -> None:
    users = [User(name=name) for name in names]
    session.bulk_save_objects(users)
    for user in users:
        session.delete(user)  # error: [session-state] "user" is transient


def filled_by_a_loop_bad(session: Session, names: list[str]) -> None:
    users = []
    for name in names:
        users.append(User(name=name))
    session.refresh(users[0])  # error: [session-state]


def filled_by_a_method_that_is_handed_on_ok(session: Session, loaded: list[User], known: bool) -> None:
    users: list[User] = []
    if known:
        list(map(users.append, loaded))
    else:
        users.append(User(name="ann"))
    for user in users:
        session.delete(user)


def filled_by_the_standard_library_ok(session: Session, known: bool) -> None:
    users: list[User] = []
    if known:
        heapq.heappush(users, session.get_one(User, 1))  # type: ignore[type-var]
    else:
        users.append(User(name="ann"))
    for user in users:
        session.delete(user)


def filled_elsewhere_ok(session: Session, known: bool) -> None:
    users: list[User] = []
    if known:
        elsewhere(users)
    else:
        users.append(User(name="ann"))
    for user in users:
        session.delete(user)


def refresh_after_delete_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.delete(user)
        session.refresh(user)  # error: [session-state] flushes the deletion first and raises InvalidRequestError: Could not refresh instance


def refresh_after_delete_without_autoflush_ok(engine: Engine) -> None:
    with Session(engine, autoflush=False) as session:
        user = session.get_one(User, 1)
        session.delete(user)
        session.refresh(user)


def refresh_after_delete_perhaps_without_autoflush_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.refresh(user)


def merge_without_load_of_pending_elsewhere_bad(source: Session, target: Session) -> None:
    user = User(name="ann")
    source.add(user)
    target.merge(user, load=False)  # error: [session-state] merge() with load=False option does not support


def merge_without_load_of_pending_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.merge(user, load=False)  # error: [session-state] merge() with load=False option does not support
