"""Sessions that a function makes when it is asked first, and gives to all who ask."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import User

engine = create_engine("sqlite://")
factory = sessionmaker(engine)
lock = Lock()

_session: Session | None = None
_locked: Session | None = None
_negated: Session | None = None
_reset: Session | None = None
_asked: Session | None = None
_given: Session | None = None
_one_of_two: Session | None = None


def get_session() -> Session:
    global _session
    if _session is None:
        _session = factory()  # error: [session-shared]
    return _session


def get_made_under_lock() -> Session:
    """The lock guards the making alone."""
    global _locked
    if _locked is None:
        with lock:
            if _locked is None:
                _locked = Session(engine)  # error: [session-shared]
    return _locked


def get_negated() -> Session:
    global _negated
    if not _negated:
        _negated = Session(engine)  # error: [session-shared]
    return _negated


def get_until_reset() -> Session:
    global _reset
    if _reset is None:
        _reset = Session(engine)
    return _reset


def reset() -> None:
    global _reset
    _reset = None


def get_new() -> Session:
    """Each caller gets its own: the variable only holds the last one."""
    global _asked
    if _asked is not None:
        _asked = Session(engine)
    return Session(engine)


def get_given(session: Session | None = None) -> Session:
    global _given
    if _given is None:
        _given = Session(engine)
    return session or _given


def get_one_of_two() -> Session:
    global _one_of_two
    if _one_of_two is None:
        _one_of_two = Session(engine)
        return Session(engine)
    return _one_of_two


def get_local() -> Session:
    _session = None
    if _session is None:
        _session = Session(engine)
    return _session


def unused() -> Iterator[Session]:
    yield get_session()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        session = get_session()
        self.wfile.write(",".join(session.scalars(select(User.name))).encode())

    def do_PUT(self) -> None:
        get_made_under_lock().add(User())
        get_negated().commit()

    def do_POST(self) -> None:
        get_until_reset().commit()
        get_new().commit()
        get_given().commit()
        get_one_of_two().commit()
        get_local().commit()


def serve() -> None:
    ThreadingHTTPServer(("", 80), Handler).serve_forever()
