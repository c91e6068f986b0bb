"""What a session holds: its new instances are pending, those that it has changed or knows by their key persistent."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import Post, User, elsewhere


def delete_of_what_is_new_bad(session: Session) -> None:
    for instance in session.new:
        session.delete(instance)  # error: [session-state] "instance" is pending (found at line 10); delete() raises InvalidRequestError: Instance '<...>' is not persisted


def delete_of_new_users_bad(session: Session) -> None:
    for instance in session.new:
        if isinstance(instance, User):
            session.delete(instance)  # error: [session-state]


async def refresh_of_what_is_new_bad(session: AsyncSession) -> None:
    with session.no_autoflush:
        for instance in session.new:
            await session.refresh(instance)  # error: [session-state]


def detached_and_refreshed_bad(session: Session) -> None:
    users = [instance for instance in session.identity_map.values() if isinstance(instance, User)]
    session.expunge_all()
    for user in users:
        session.refresh(user)  # error: [session-state]


def expunge_of_what_is_new_ok(session: Session) -> None:
    for instance in session.new:
        session.expunge(instance)


def one_that_may_be_new_ok(session: Session, user: User) -> None:
    for instance in session:
        if instance is user:
            session.delete(instance)


def flushed_before_ok(session: Session) -> None:
    new = list(session.new)
    session.flush()
    for instance in new:
        session.delete(instance)


def the_first_turn_flushes_ok(session: Session) -> None:
    for instance in session.new:
        session.flush()
        session.delete(instance)


def what_is_held_is_deleted_ok(session: Session) -> None:
    for instance in session.identity_map.values():
        session.delete(instance)
    for instance in session.dirty:
        session.refresh(instance)
    for instance in session.deleted:
        session.add(instance)


def expunged_under_another_name_ok(session: Session) -> None:
    """What is taken out may be any of those that have a name."""
    user, post = User(), Post()
    session.add_all([user, post])
    for instance in session.new:
        session.expunge(instance)
    elsewhere()
    session.refresh(user) if user in session else session.add(user)
    session.add(post)


def of_a_session_that_is_not_known_ok(session: Session) -> None:
    found = list(session.identity_map.values())
    elsewhere(session)
    for instance in found:
        session.refresh(instance)


def _helper(session: Session) -> None:
    for instance in session.new:
        session.expunge(instance)


def expunged_by_a_helper_ok(session: Session) -> None:
    user = User()
    session.add(user)
    _helper(session)
    session.add(user)
    session.flush()
    session.delete(user)
