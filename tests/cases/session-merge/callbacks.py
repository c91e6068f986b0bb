"""Functions of the module that are given functions of the module."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from models import User, elsewhere


def _close(session: Session) -> None:
    session.close()


def _flush(session: Session) -> None:
    session.flush()


def _merge(session: Session, user: User) -> None:
    session.merge(user)


def _run(function: Callable[[Session], None], session: Session) -> None:
    function(session)


def _run_with(session: Session, user: User, *, function: Callable[[Session, User], None] = _merge) -> None:
    function(session, user)


def _keep(function: Callable[[Session], None], session: Session) -> None:
    elsewhere(function)


def _ignore(session: Session, *details: object, **options: object) -> None:
    session.flush()


def _decorated(function: Callable[[Session], None]) -> Callable[[Session], None]:
    return _close


@_decorated
def _replaced(session: Session) -> None:
    session.flush()


def flushed_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _run(_flush, session)
    session.merge(user)  # error: [session-merge]


def merged_by_a_callback_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _run_with(session, user, function=_merge)  # error: [session-merge]
    session.merge(User())


def known_miss_no_other_call_may_report(session: Session) -> None:
    user = session.get_one(User, 1)
    _run_with(session, user, function=_merge)


def stars_that_take_nothing_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _ignore(session)
    session.merge(user)  # error: [session-merge]


def closed_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _run(_close, session)
    session.merge(user)


def one_of_two_ok(session: Session, close: bool) -> None:
    user = session.get_one(User, 1)
    _run(_close if close else _flush, session)
    session.merge(user)


def closure_ok(session: Session) -> None:
    user = session.get_one(User, 1)

    def close(_given: Session) -> None:
        session.close()

    _run(close, session)
    session.merge(user)


def lambda_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _run(lambda given: given.close(), session)
    session.merge(user)


def decorated_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _run(_replaced, session)
    session.merge(user)


def given_on_ok(session: Session) -> None:
    user = User()
    session.add(user)
    _keep(_close, session)
    session.merge(user)


def of_other_code_ok(session: Session, function: Callable[[Session], None]) -> None:
    user = session.get_one(User, 1)
    _run(function, session)
    session.merge(user)


def stars_that_take_it_ok(session: Session, user: User) -> None:
    session.add(user)
    _ignore(session, user)
    session.merge(user)
