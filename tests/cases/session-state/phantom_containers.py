"""Elements of containers at phantom-typed positions."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import Post, User, elsewhere
from mypy_session_plugin import Attached, Detached, Persistent, Transient


def _notify(users: list[Persistent[User]]) -> None: ...


def _count(users: Iterable[Detached[User]]) -> int: ...


def _pair(users: tuple[Persistent[User], Detached[Post]]) -> None: ...


def _table(users: dict[str, Persistent[User]]) -> None: ...


def _one_or_more(users: Persistent[User] | list[Persistent[User]]) -> None: ...


def _whole(users: Persistent[list[User]]) -> None: ...


def _nested(users: list[list[Persistent[User]]]) -> None: ...


def each_element_of_a_display_bad(session: Session) -> None:
    first, second = session.get_one(User, 1), User(name="ann")
    _notify([first, second])  # error: [session-state] "second" is transient (constructed at line


def variable_bad(session: Session) -> None:
    users = [User(name="ann")]
    _notify(users)  # error: [session-state] an element of "users" is transient


def comprehension_bad() -> None:
    _notify([User(name=name) for name in ("ann", "bob")])  # error: [session-state]


def loop_bad(names: list[str]) -> None:
    users = []
    for name in names:
        users.append(User(name=name))
    _notify(users)  # error: [session-state]


def query_bad(session: Session) -> None:
    users = session.scalars(select(User)).all()
    _count(users)  # error: [session-state] an element of "users" is persistent


def tuple_bad(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    _pair((user, post))  # error: [session-state] "post" is persistent


def dictionary_bad() -> None:
    _table({"ann": User(name="ann")})  # error: [session-state]


def one_of_a_union_bad() -> None:
    _one_or_more(User(name="ann"))  # error: [session-state]


def many_of_a_union_bad() -> None:
    _one_or_more([User(name="ann")])  # error: [session-state]


def phantom_type_around_a_list_bad() -> None:
    _whole([User(name="ann")])  # error: [session-state]


def nested_bad() -> None:
    _nested([[User(name="ann")]])  # error: [session-state]


def append_bad(session: Session, found: list[Detached[User]]) -> None:
    found.append(session.get_one(User, 1))  # error: [session-state] append() takes Detached[User]


def item_bad(session: Session) -> None:
    found: list[Detached[User]] = [User(name="ann")]  # error: [session-state] "found" is declared as list[Detached[User]]
    found[0] = session.get_one(User, 1)  # error: [session-state]


def declared_parameter_bad(users: Sequence[Detached[User]]) -> None:
    _notify(list(users))  # error: [session-state]


def returned_dictionary_bad(session: Session) -> dict[str, Detached[User]]:
    return {user.name: user for user in session.scalars(select(User))}  # error: [session-state]


def returned_list_bad(engine: Engine) -> list[Attached[User]]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return list(users)  # error: [session-state]


def mixed_summary_ok(session: Session, names: list[str]) -> None:
    users = []
    for name in names:
        user = session.scalars(select(User).where(User.name == name)).one_or_none()
        users.append(user or User(name=name))
    _notify(users)


def several_containers_ok(session: Session, new: bool) -> None:
    users = [User(name="ann")] if new else [session.get_one(User, 1)]
    _notify(users)


def empty_ok() -> None:
    _notify([])
    _table({})


def unknown_elements_ok(users: list[User]) -> None:
    _notify(users)
    _count(users)


def changed_elsewhere_ok() -> None:
    users = [User(name="ann")]
    elsewhere(users)
    _notify(users)


def flushed_ok(session: Session) -> None:
    users = [User(name="ann"), User(name="bob")]
    session.add_all(users)
    session.flush()
    _notify(users)


def expunged_ok(session: Session) -> int:
    users = session.scalars(select(User)).all()
    session.expunge_all()
    return _count(users)


def relationship_ok(session: Session, first: list[Transient[Post]]) -> None:
    author = session.get_one(User, 1)
    author.posts.extend(first)
    session.flush()
    _posts(author.posts)


def _posts(posts: list[Persistent[Post]]) -> None: ...


def not_for_its_life_ok(session: Session) -> None:
    users: list[Persistent[User]] = list(session.scalars(select(User)).all())
    session.close()
    elsewhere(users)
    _count(users)
    _count([users[0]])


def broken_element_is_reported_once_bad(session: Session) -> list[Detached[User]]:
    found: list[Detached[User]] = []
    for user in session.scalars(select(User)):
        found.append(user)  # error: [session-state]
    return found
