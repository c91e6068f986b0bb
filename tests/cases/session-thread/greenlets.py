"""A session in two greenlets at once: any of them may go on whenever another one waits."""

# needs: gevent

from functools import partial

import gevent
from gevent import Greenlet
from gevent.pool import Pool
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import User


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _count_by(engine: Engine) -> int:
    with Session(engine) as session:
        return _count(session)


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


def spawned_bad(session: Session) -> None:
    first = gevent.spawn(_count, session)  # error: [session-thread]
    session.scalars(select(User)).all()
    first.join()


def spawned_in_a_comprehension_bad(session: Session) -> None:
    gevent.joinall([gevent.spawn(_name, session, user_id) for user_id in (1, 2)])  # error: [session-thread]


def spawned_later_bad(session: Session) -> None:
    gevent.spawn_later(1, _count, session)  # error: [session-thread]


def constructed_bad(session: Session) -> None:
    greenlet = Greenlet(_count, session)  # error: [session-thread]
    greenlet.start()


def pool_bad(session: Session) -> list[str]:
    return Pool(2).map(partial(_name, session), [1, 2])  # error: [session-thread]


def spawned_in_a_pool_bad(session: Session) -> None:
    pool = Pool(2)
    for user_id in (1, 2):
        pool.spawn(_name, session, user_id)  # error: [session-thread]
    pool.join()


def sessions_of_their_own_ok(engine: Engine) -> None:
    gevent.joinall([gevent.spawn(_count_by, engine), gevent.spawn(_count_by, engine)])
    Pool(2).map(_count_by, [engine, engine])
