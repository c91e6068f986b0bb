"""What Python calls by itself is code of the class's author: `==`, `in`, `if`, `for`, `len()`, subscripts."""

import copy
import json
from collections.abc import Iterator

from sqlalchemy import Engine, ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, scoped_session, selectinload, sessionmaker

from models import Base, Note, User


class Shelf(Base):
    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    boxes: Mapped[list["Box"]] = relationship()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shelf) and self.label == other.label

    def __hash__(self) -> int:
        return hash(self.label)

    def __iter__(self) -> Iterator["Box"]:
        return iter(self.boxes)


class Box(Base):
    __tablename__ = "boxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"))


class Labels:
    def __contains__(self, user: User) -> bool:
        return bool(user.posts)


def compared_ok(engine: Engine, other: Shelf) -> str:
    with Session(engine) as session:
        shelf = session.get_one(Shelf, 1)
        session.expire(shelf)
        print(shelf == other)
    return shelf.label


def compared_by_identity_bad(engine: Engine, other: User) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expire(user)
        if user == other or user in [other]:
            print("the same")
    return user.name  # error: [session-detached] "user.name" is not loaded


def compared_too_late_bad(engine: Engine, other: Shelf) -> str:
    with Session(engine) as session:
        shelf = session.get_one(Shelf, 1)
        print(shelf == other)
        session.expire(shelf)
    return shelf.label  # error: [session-detached] "shelf.label" is not loaded


def in_a_set_ok(engine: Engine) -> str:
    with Session(engine) as session:
        shelf = session.get_one(Shelf, 1)
        session.expire(shelf)
        print({shelf})
    return shelf.label


def in_a_list_bad(engine: Engine) -> str:
    with Session(engine) as session:
        shelf = session.get_one(Shelf, 1)
        session.expire(shelf)
        shelves = [shelf]
        shelves.append(shelf)
    return shelf.label  # error: [session-detached] "shelf.label" is not loaded


def gone_through_ok(engine: Engine) -> int:
    with Session(engine) as session:
        shelf = session.get_one(Shelf, 1)
        for _box in shelf:
            pass
    return len(shelf.boxes)


def in_a_list_gone_through_bad(engine: Engine) -> int:
    with Session(engine) as session:
        shelf = session.get_one(Shelf, 1)
        for _shelf in [shelf]:
            pass
    return len(shelf.boxes)  # error: [session-detached] "shelf.boxes" is not loaded


def fields_compared_ok(engine: Engine, other: Note) -> str:
    with Session(engine) as session:
        note = session.get_one(Note, 1)
        session.expire(note)
        print(note == other)
    return note.text


def tested_bad(engine: Engine) -> str:
    with Session(engine) as session:
        note = session.get_one(Note, 1)
        session.expire(note)
        if note and not note is None:
            print("there it is")
    return note.text  # error: [session-detached] "note.text" is not loaded


def asked_of_another_ok(engine: Engine, labels: Labels) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        print(user in labels)
    return len(user.posts)


def encoded_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        json.dumps({"user": user}, default=lambda each: len(each.posts))
    return len(user.posts)


def copied_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        copy.deepcopy(user)
    return len(user.posts)  # error: [session-detached] "user.posts" is not loaded


def loaded_anew_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.get_one(User, 1, populate_existing=True, options=[selectinload(User.posts)])
    return len(user.posts)


def not_loaded_anew_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.get_one(User, 1, populate_existing=False, options=[selectinload(User.posts)])
    return len(user.posts)  # error: [session-detached] "user.posts" is not loaded


def factory_changed_ok(engine: Engine) -> str:
    factory = sessionmaker(engine)
    factory.kw.update(expire_on_commit=False)
    with factory() as session:
        user = User(name="ann")
        session.add(user)
        session.commit()
    return user.name


def factory_bad(engine: Engine) -> str:
    factory = sessionmaker(engine)
    with factory() as session:
        user = User(name="ann")
        session.add(user)
        session.commit()
    return user.name  # error: [session-detached] "user.name" is not loaded


def registry_changed_ok(engine: Engine) -> str:
    registry = scoped_session(sessionmaker(engine))
    registry.configure(expire_on_commit=False)
    user = User(name="ann")
    registry.add(user)
    registry.commit()
    registry.remove()
    return user.name


def registry_bad(engine: Engine) -> str:
    registry = scoped_session(sessionmaker(engine))
    user = User(name="ann")
    registry().add(user)
    registry.commit()
    registry.remove()
    return user.name  # error: [session-detached] "user.name" is not loaded
