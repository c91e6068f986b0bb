"""Results that a signature says to live only as long as their session."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Engine, ScalarResult, select
from sqlalchemy.orm import Session

from models import User, elsewhere
from mypy_session_plugin import Live, Persistent


def _users(session: Session) -> Live[ScalarResult[User]]: ...


def _names(session: Session) -> Live[ScalarResult[str]]: ...


def _buffered(session: Session) -> ScalarResult[User]: ...


def read_after_the_block_bad(engine: Engine) -> None:
    with Session(engine) as session:
        found = _users(session)
    found.all()  # error: [session-escape] "found", a result of "session", is used after the "with" block


def returned_bad(engine: Engine) -> ScalarResult[User]:
    with Session(engine) as session:
        return _users(session)  # error: [session-escape]


def read_in_the_block_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        return list(_users(session).all())


def of_columns_ok(engine: Engine) -> ScalarResult[str]:
    with Session(engine) as session:
        return _names(session)


def not_live_ok(engine: Engine) -> ScalarResult[User]:
    with Session(engine) as session:
        return _buffered(session)


def of_another_session_ok(engine: Engine, session: Session) -> ScalarResult[User]:
    with Session(engine):
        return _users(session)


def _each_user(session: Session) -> Live[Iterator[Persistent[User]]]:
    yield from session.scalars(select(User))


def _found(session: Session) -> Live[Iterator[Persistent[User]]]: ...


def _collected(session: Session) -> Iterator[Persistent[User]]: ...


def _of_two(session: Session, other: Session) -> Live[Iterator[User]]: ...


def generator_returned_bad(engine: Engine) -> Iterable[User]:
    with Session(engine) as session:
        return _each_user(session)  # error: [session-escape] "_each_user", which uses "session", is returned


def iterator_returned_bad(engine: Engine) -> Iterable[User]:
    with Session(engine) as session:
        return _found(session)  # error: [session-escape] "_found", which uses "session", is returned


def iterator_read_after_the_block_bad(engine: Engine) -> None:
    with Session(engine) as session:
        found = _found(session)
    for user in found:  # error: [session-escape] is used after the "with" block
        print(user.name)


def iterator_read_in_the_block_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        found = _found(session)
        return list(found)


def generator_read_in_the_block_ok(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return [user.name for user in _each_user(session)]


def iterator_that_is_not_live_ok(engine: Engine) -> Iterable[User]:
    with Session(engine) as session:
        return _collected(session)


def iterator_of_the_callers_session_ok(session: Session) -> Iterable[User]:
    return _found(session)


def iterator_of_one_of_two_ok(engine: Engine, session: Session) -> Iterable[User]:
    with Session(engine) as other:
        return _of_two(session, other)


def elements_keep_their_state_ok(session: Session) -> None:
    for user in _found(session):
        elsewhere(session.is_modified(user))
    for other in list(_found(session)):
        session.refresh(other)


def copied_from_what_is_read_too_late_bad(engine: Engine) -> list[User]:
    with Session(engine) as session:
        found = session.scalars(select(User))
    return list(found.all())  # error: [session-escape] "found", a result of "session", is used after the "with" block


def copied_in_a_variable_too_late_bad(engine: Engine) -> set[User]:
    with Session(engine) as session:
        found = session.scalars(select(User))
    users = set(found.all())  # error: [session-escape]
    return users


def begun_anew_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        session.flush()
    return list(_found(session))


def copied_from_what_is_read_in_time_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        found = session.scalars(select(User)).all()
    return list(reversed(found))
