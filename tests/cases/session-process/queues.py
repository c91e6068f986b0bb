"""An instance comes out of a queue in another process detached, with what was loaded."""

import multiprocessing
from multiprocessing import Process

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from models import User


def _index(inbox: "multiprocessing.Queue[User]") -> None:
    user = inbox.get()
    print(user.name, len(user.posts))


def _name(inbox: "multiprocessing.Queue[User]") -> None:
    user = inbox.get()
    print(user.name)


def instance_that_must_load_bad(engine: Engine) -> None:
    inbox: multiprocessing.Queue[User] = multiprocessing.Queue()
    Process(target=_index, args=(inbox,)).start()
    with Session(engine) as session:
        user = session.scalars(select(User).limit(1)).one()
        inbox.put(user)  # error: [session-process] reaches another process without "posts"


def loaded_before_ok(engine: Engine) -> None:
    inbox: multiprocessing.Queue[User] = multiprocessing.Queue()
    Process(target=_index, args=(inbox,)).start()
    with Session(engine) as session:
        user = session.scalars(select(User).options(selectinload(User.posts)).limit(1)).one()
        inbox.put(user)


def only_looked_at_ok(engine: Engine) -> None:
    inbox: multiprocessing.Queue[User] = multiprocessing.Queue()
    Process(target=_name, args=(inbox,)).start()
    with Session(engine) as session:
        inbox.put(session.scalars(select(User).limit(1)).one())


def reader_that_is_not_known_ok(session: Session, inbox: "multiprocessing.Queue[User]") -> None:
    inbox.put(session.get_one(User, 1))
