"""What is put into a queue goes to the thread that takes it out, where that one is in view."""

import queue
from queue import Queue, SimpleQueue
from threading import Thread

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import User

inbox: Queue[User | None] = Queue()
sessions: SimpleQueue[Session] = SimpleQueue()


def _consume_posts() -> None:
    while (user := inbox.get()) is not None:
        print(len(user.posts))


def _consume_names() -> None:
    while (user := inbox.get()) is not None:
        print(user.name)


def _consume_sessions() -> None:
    session = sessions.get()
    session.scalars(select(User)).all()


def _consume(users: "queue.Queue[User]") -> None:
    for user in iter(users.get, None):
        print(len(user.posts))


def instances_for_a_thread_bad(engine: Engine) -> None:
    Thread(target=_consume_posts).start()
    with Session(engine) as session:
        for user in session.scalars(select(User)):
            inbox.put(user)  # error: [session-thread]
        inbox.put(None)


def known_miss_thread_that_is_waited_for_after_the_loop(engine: Engine) -> None:
    consumer = Thread(target=_consume_posts)
    consumer.start()
    with Session(engine) as session:
        for user in session.scalars(select(User)):
            inbox.put(user)
        inbox.put(None)
        consumer.join()


def queue_as_an_argument_bad(engine: Engine) -> None:
    users: Queue[User] = Queue()
    Thread(target=_consume, args=(users,)).start()
    with Session(engine) as session:
        users.put_nowait(session.get_one(User, 1))  # error: [session-thread]
        session.commit()


def captured_queue_bad(engine: Engine) -> None:
    users: Queue[User] = Queue()

    def consume() -> None:
        user = users.get()
        print(len(user.posts))

    Thread(target=consume).start()
    with Session(engine) as session:
        user = session.get_one(User, 1)
        users.put(user)  # error: [session-thread]
        session.commit()


def session_for_a_thread_bad(session: Session) -> None:
    Thread(target=_consume_sessions).start()
    sessions.put(session)  # error: [session-thread]


def instances_that_are_only_looked_at_ok(engine: Engine) -> None:
    consumer = Thread(target=_consume_names)
    consumer.start()
    with Session(engine) as session:
        for user in session.scalars(select(User)):
            inbox.put(user)
        inbox.put(None)
        consumer.join()


def values_ok(engine: Engine, names: "Queue[str]") -> None:
    Thread(target=names.get).start()
    with Session(engine) as session:
        for user in session.scalars(select(User)):
            names.put(user.name)


def reader_that_is_not_known_ok(session: Session, users: "Queue[User]") -> None:
    users.put(session.get_one(User, 1))
    session.commit()


def owner_that_takes_out_itself_ok(engine: Engine) -> None:
    users: Queue[User] = Queue()
    Thread(target=_consume, args=(users,)).start()
    with Session(engine) as session:
        users.put(session.get_one(User, 1))
        user = users.get()
        session.delete(user)


def other_queue_ok(engine: Engine) -> None:
    users: Queue[User] = Queue()
    Thread(target=_consume_posts).start()
    with Session(engine) as session:
        users.put(session.get_one(User, 1))
        session.commit()


def waited_for_before_it_is_used_again_ok(engine: Engine) -> None:
    consumer = Thread(target=_consume_posts)
    consumer.start()
    with Session(engine) as session:
        user = session.get_one(User, 1)
        inbox.put(user)
        inbox.put(None)
        consumer.join()
        session.commit()
