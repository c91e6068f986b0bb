"""Phantom types of the methods behind operators, subscripts and properties."""

from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User
from mypy_session_plugin import Added, Detached, Persistent, reveal_state

T = TypeVar("T")


def _some_user() -> User: ...


class Shelf:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __getitem__(self, key: int) -> Persistent[User]:
        return self.session.get_one(User, key)

    def __setitem__(self, key: int, user: Detached[User]) -> None: ...

    def __contains__(self, user: Detached[User]) -> bool:
        return True

    def __add__(self, user: Added[User]) -> "Shelf":
        self.session.add(user)
        return self

    def __radd__(self, user: Persistent[User]) -> "Shelf":
        return self

    @property
    def owner(self) -> User | None:
        return None

    @owner.setter
    def owner(self, user: Persistent[User]) -> None: ...


class Plain:
    def __getitem__(self, key: int) -> User:
        return _some_user()

    def __setitem__(self, key: int, user: User) -> None: ...


class Box(Generic[T]):
    def __setitem__(self, key: int, item: T) -> None: ...

    def __contains__(self, item: object) -> bool:
        return True


def subscript_assigned_bad(session: Session, shelf: Shelf) -> None:
    user = session.get_one(User, 1)
    shelf[1] = user  # error: [session-state] "user" is persistent (loaded at line 59); __setitem__() takes Detached[User]


def subscript_read_bad(shelf: Shelf) -> None:
    shelf[2] = shelf[1]  # error: [session-state]


def subscript_read_ok(session: Session, shelf: Shelf) -> None:
    user = shelf[1]
    reveal_state(user)  # note: Revealed state is "Persistent[models.User]"
    shelf.owner = user


def subscript_assigned_ok(session: Session, shelf: Shelf) -> None:
    user = session.get_one(User, 1)
    session.expunge(user)
    shelf[1] = user


def membership_bad(shelf: Shelf) -> bool:
    user = User()
    return user in shelf  # error: [session-state] "user" is transient (constructed at line 80); __contains__() takes Detached[User]


def not_in_bad(shelf: Shelf) -> bool:
    user = User()
    if user not in shelf:  # error: [session-state]
        return True
    return False


def membership_ok(session: Session, shelf: Shelf) -> bool:
    user = session.get_one(User, 1)
    session.expunge(user)
    return user in shelf and _some_user() in shelf


def added_by_an_operator_bad(shelf: Shelf, engine: Engine) -> None:
    with Session(engine) as session:
        user = User()
        session.add(user)
        session.flush()
        session.delete(user)
        session.flush()
        shelf + user  # error: [session-state] takes Added[User]


def added_by_an_operator_ok(shelf: Shelf) -> None:
    user = User()
    shelf + user
    reveal_state(user)  # note: Revealed state is "Pending[models.User]"


def on_the_left_bad(shelf: Shelf) -> None:
    user = User()
    user + shelf  # error: [session-state] __radd__() takes Persistent[User]


def setter_bad(shelf: Shelf) -> None:
    user = User()
    shelf.owner = user  # error: [session-state] "user" is transient (constructed at line 119); the setter of "owner" takes Persistent[User]


def setter_ok(session: Session, shelf: Shelf) -> None:
    shelf.owner = session.get_one(User, 1)
    shelf.owner = _some_user()


def no_phantom_types_ok(plain: Plain, session: Session) -> None:
    user = session.get_one(User, 1)
    plain[1] = user
    plain[2] = plain[1]


def inferred_types_ok(session: Session, box: Box[Persistent[User]]) -> bool:
    return User() in box


def type_variable_of_the_class_bad(box: Box[Persistent[User]]) -> None:
    box[1] = User()  # error: [session-state] "User()" is transient (constructed at line


class Holder(Generic[T]):
    item: T
    items: list[T]

    def __init__(self, item: T) -> None: ...
    def put(self, item: T) -> None: ...
    def get(self) -> T: ...


class Users(Holder[Persistent[User]]):
    pass


def method_with_a_type_variable_bad(holder: Holder[Detached[User]], session: Session) -> None:
    holder.put(session.get_one(User, 1))  # error: [session-state] put() takes Detached[User]
    session.refresh(holder.get())  # error: [session-state] "holder.get()" is detached


def attribute_with_a_type_variable_bad(holder: Holder[Persistent[User]]) -> None:
    reveal_state(holder.item)  # note: Revealed state is "Persistent[models.User]"
    for user in holder.items:
        reveal_state(user)  # note: Revealed state is "Persistent[models.User]"
    holder.item = User()  # error: [session-state] "holder.item" is declared as Persistent[User]


def type_variable_of_a_base_class_bad(users: Users) -> None:
    reveal_state(users.get())  # note: Revealed state is "Persistent[models.User]"
    users.put(User())  # error: [session-state]
    users.item = User()  # error: [session-state]


def inferred_type_variable_ok(session: Session) -> None:
    holder = Holder(session.get_one(User, 1))
    holder.put(User())
    holder.item = User()


def not_declared_ok(holder: Holder[User], box: Box[User]) -> None:
    holder.put(User())
    holder.item = User()
    box[1] = User()


def unknown_code_had_the_holder_ok(holder: Holder[Persistent[User]]) -> None:
    """It may hold another by now, which may have left its session."""
    holder.put(holder.get())
    reveal_state(holder.item)  # note: Revealed state is "Unknown"


class Replaced:
    def publish(self, user: Detached[User]) -> None: ...


def method_replaced_ok(replaced: Replaced, user: Persistent[User]) -> None:
    replaced.publish = user  # type: ignore[assignment, method-assign]
