"""What a session holds is already in it."""

from sqlalchemy.orm import Session

from models import User


def of_the_identity_map_bad(session: Session) -> None:
    for user in session.identity_map.values():
        session.merge(user)  # error: [session-merge] "user" is already in "session" (persistent, found at line 9); merge() returns the same instance


def changed_bad(session: Session) -> None:
    for instance in session.dirty:
        if isinstance(instance, User):
            session.merge(instance)  # error: [session-merge]


def into_another_session_ok(session: Session, archive: Session) -> None:
    for user in session.identity_map.values():
        archive.merge(user)


def marked_ok(session: Session) -> None:
    """Of what is marked for deletion a merge makes a new row."""
    user = session.get_one(User, 1)
    session.delete(user)
    for instance in session.deleted:
        session.merge(instance)
    for instance in session.identity_map.values():
        session.merge(instance)


def held_before_ok(session: Session) -> None:
    users = session.identity_map.values()
    session.close()
    for user in users:
        session.merge(user)
