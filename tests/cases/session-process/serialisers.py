"""What a serialiser cannot write out: no session by pickle, by JSON no mapped instance either."""

import json
import multiprocessing
import pickle
from multiprocessing import Pipe, SimpleQueue
from multiprocessing.managers import DictProxy, ListProxy
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from models import User


def pickled_bad(session: Session) -> bytes:
    return pickle.dumps(session)  # error: [session-process]


def pickled_in_a_tuple_bad(session: Session, done: list[int]) -> bytes:
    return pickle.dumps((session, done))  # error: [session-process]


def pickled_in_a_dict_bad(session: Session) -> bytes:
    state = {"session": session, "step": 1}
    return pickle.dumps(state)  # error: [session-process]


def pickled_into_a_file_bad(session: Session) -> None:
    with open("state", "wb") as file:
        pickle.dump(session, file)  # error: [session-process]


def pickled_result_bad(session: Session) -> bytes:
    users = session.scalars(select(User))
    return pickle.dumps(users)  # error: [session-process]


def queue_between_processes_bad(session: Session) -> None:
    inbox: multiprocessing.Queue[Session] = multiprocessing.Queue()
    inbox.put(session)  # error: [session-process]
    inbox.put_nowait(session)  # error: [session-process]


def other_queues_bad(session: Session) -> None:
    simple: SimpleQueue[Session] = SimpleQueue()
    simple.put(session)  # error: [session-process]
    joinable: multiprocessing.JoinableQueue[Session] = multiprocessing.JoinableQueue()
    joinable.put(session)  # error: [session-process]


def pipe_bad(session: Session) -> None:
    here, _there = Pipe()
    here.send(session)  # error: [session-process]


def manager_bad(session: Session) -> None:
    with multiprocessing.Manager() as manager:
        listed: ListProxy[object] = manager.list()
        listed.append(session)  # error: [session-process]
        named: DictProxy[str, object] = manager.dict()
        named.setdefault("session", session)  # error: [session-process]


def manager_by_subscript_bad(session: Session, listed: ListProxy[object], named: DictProxy[str, object]) -> None:
    listed[0] = session  # error: [session-process] "session" is pickled
    named["session"] = session  # error: [session-process]


def manager_by_subscript_ok(session: Session, named: DictProxy[str, object], plain: dict[str, object]) -> None:
    named["name"] = session.get_one(User, 1).name
    named["user"] = session.get_one(User, 1)
    plain["session"] = session


def json_of_a_session_bad(session: Session) -> str:
    return json.dumps({"session": session})  # error: [session-process]


def json_of_an_instance_bad(session: Session) -> str:
    return json.dumps(session.get_one(User, 1))  # error: [session-process]


def json_of_instances_bad(session: Session) -> None:
    users = [session.get_one(User, user_id) for user_id in (1, 2)]
    with open("users", "w") as file:
        json.dump({"users": users}, file, indent=2)  # error: [session-process]


def json_of_a_transient_instance_bad() -> str:
    return json.dumps(User(name="ann"), sort_keys=True)  # error: [session-process]


def pickled_instances_ok(session: Session) -> bytes:
    user = session.get_one(User, 1)
    return pickle.dumps([user, User(name="carol")])


def instances_between_processes_ok(session: Session) -> None:
    inbox: multiprocessing.Queue[User] = multiprocessing.Queue()
    inbox.put(session.get_one(User, 1))


def values_ok(session: Session) -> str:
    user = session.get_one(User, 1)
    return json.dumps({"id": user.id, "name": user.name, "all": list(session.scalars(select(User.name)))})


def engines_and_factories_are_not_looked_at_ok(engine: Engine) -> None:
    pickle.dumps(sessionmaker(engine))


def encoder_of_its_own_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    json.dumps(user, default=lambda value: value.name)
    json.dumps(user, cls=json.JSONEncoder)
    options: dict[str, Any] = {"default": str}
    json.dumps(user, **options)


def expected_ok(session: Session) -> bytes | None:
    try:
        return pickle.dumps(session)
    except TypeError:
        return None


class _Base(DeclarativeBase):
    pass


class Settings(dict[str, str], _Base):  # type: ignore[misc]
    __tablename__ = "settings"
    id: Mapped[int] = mapped_column(primary_key=True)


class Encoded(_Base):
    __tablename__ = "encoded"
    id: Mapped[int] = mapped_column(primary_key=True)

    def __json__(self) -> dict[str, int]:
        return {"id": self.id}


def instances_that_json_knows_ok() -> None:
    json.dumps(Settings())
    json.dumps(Encoded())


def facts_stay_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    pickle.dumps(user)
    session.delete(user)
    session.flush()
    json.dumps({"name": "ann"})
