"""Sessions that a module makes once, in what handles requests."""

from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Lock

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User

engine = create_engine("sqlite://")
lock = Lock()

session = Session(engine)  # error: [session-shared]
deep_session = Session(engine)  # error: [session-shared]
one_thread_session = Session(engine)
guarded_session = Session(engine)
closed_session = Session(engine)
registry = scoped_session(sessionmaker(engine))


def _names() -> list[str]:
    return [user.name for user in deep_session.scalars(select(User))]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.wfile.write(",".join(session.scalars(select(User.name))).encode())

    def do_PUT(self) -> None:
        self.wfile.write(",".join(_names()).encode())


class OneByOne(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        one_thread_session.scalars(select(User.name))


class Guarded(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with lock:
            guarded_session.scalars(select(User.name))

    def do_PUT(self) -> None:
        registry.scalars(select(User.name))
        registry.remove()

    def do_POST(self) -> None:
        with Session(engine) as session:
            session.add(User())
            session.commit()

    def do_DELETE(self) -> None:
        closed_session.close()


def serve() -> None:
    ThreadingHTTPServer(("", 80), Handler).serve_forever()


def serve_one_by_one_ok() -> None:
    HTTPServer(("", 80), OneByOne).serve_forever()


def serve_guarded_ok() -> None:
    ThreadingHTTPServer(("", 80), Guarded).serve_forever()
