"""Arguments of phantom-typed functions, and what is known of an instance after the call."""

from collections.abc import Callable
from typing import Literal, TypeVar, overload

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import Post, User, elsewhere
from mypy_session_plugin import (
    Added,
    Attached,
    Detached,
    In,
    Loaded,
    Pending,
    Performs,
    Persistent,
    Transient,
    Unattached,
)

T = TypeVar("T")
Saved = Persistent[User]


def _publish(user: Detached[User]) -> str: ...


def _touch(session: Session, user: Persistent[User]) -> None: ...


def _peek(user: Persistent[User] | None = None) -> None: ...


def _look(user: User | Persistent[User]) -> None: ...


def _all(*users: Persistent[User]) -> None: ...


def _named(**users: Persistent[User]) -> None: ...


def _show(user: Saved) -> None: ...


def _loaded(user: Loaded[Persistent[User], Literal["posts"]]) -> None: ...


def _generic(instance: Detached[T]) -> T: ...


def _first(items: list[T]) -> T: ...


def _same(one: T, other: T) -> T: ...


def _enroll(session: Session, user: Added[User]) -> None: ...


def _flush(session: Performs[Session, Literal["flush"]], user: Persistent[User]) -> None: ...


def _write(session: Performs[Session, Literal["write"]], user: Persistent[User]) -> None: ...


def _between(one: Session, other: Session, user: In[Persistent[User], Literal["other"]]) -> None: ...


async def _send(user: Detached[User]) -> None: ...


@overload
def _either(item: Detached[User]) -> None: ...
@overload
def _either(item: Persistent[Post]) -> None: ...
def _either(item: User | Post) -> None: ...


def positional_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _publish(user)  # error: [session-state] "user" is persistent (loaded at line 84); _publish() takes Detached[User]


def keyword_bad(session: Session) -> None:
    _touch(user=User(name="ann"), session=session)  # error: [session-state] takes Persistent[User]


def optional_bad() -> None:
    _peek(User(name="ann"))  # error: [session-state]


def star_bad() -> None:
    _all(User(name="ann"))  # error: [session-state]


def starred_display_bad() -> None:
    users = [User(name="ann"), User(name="bob")]
    _all(*users)  # error: [session-state]


def double_star_bad() -> None:
    _named(ann=User(name="ann"))  # error: [session-state]


def alias_of_the_author_bad() -> None:
    _show(User(name="ann"))  # error: [session-state] takes Persistent[User]


def nested_phantom_types_bad() -> None:
    _loaded(User(name="ann"))  # error: [session-state]


def generic_bad(session: Session) -> None:
    _generic(session.get_one(Post, 1))  # error: [session-state] takes Detached[Post]


def overload_bad(session: Session) -> None:
    _either(session.get_one(User, 1))  # error: [session-state]


def callable_value_bad(handler: Callable[[Persistent[User]], None]) -> None:
    handler(User(name="ann"))  # error: [session-state]


async def awaited_bad(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    await _send(user)  # error: [session-state] "user" is persistent


def every_path_bad(session: Session, keep: bool) -> None:
    user = User(name="ann")
    if keep:
        session.add(user)
    _peek(user)  # error: [session-state] "user" is transient


def declared_parameter_bad(user: Detached[User]) -> None:
    _peek(user)  # error: [session-state] "user" is detached (declared); _peek() takes Persistent[User] | None


def unknown_argument_is_as_declared_afterwards_bad(user: User) -> None:
    _peek(user)
    _publish(user)  # error: [session-state] "user" is persistent (given to _peek() at line 146)


def added_bad(session: Session) -> None:
    user = User(name="ann")
    _enroll(session, user)
    _publish(user)  # error: [session-state] "user" is pending (changed by _enroll() at line


def performs_nothing_else_bad(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    _write(session, user)
    _generic(post)  # error: [session-state] "post" is persistent


def session_named_by_in_ok(one: Session, other: Session) -> None:
    user = other.get_one(User, 1)
    _between(one, other, user)
    other.merge(user)


def one_path_ok(session: Session, keep: bool) -> None:
    user = User(name="ann")
    if keep:
        session.add(user)
        session.flush()
    _peek(user)


def none_ok() -> None:
    _peek()
    _peek(None)


def optional_ok(session: Session) -> None:
    _peek(session.get(User, 1))


def everything_admitted_ok(session: Session) -> None:
    _look(User(name="ann"))
    _look(session.get_one(User, 1))


def inferred_alias_ok(session: Session, users: list[Persistent[User]]) -> None:
    session.expunge_all()
    _first(users)
    sorted(users, key=lambda user: user.name)
    list(users)
    session.close()
    _first([*users])


def inferred_from_another_argument_ok(session: Session, user: Persistent[User]) -> None:
    _same(user, User(name="bob"))


def other_overload_ok(session: Session) -> None:
    _either(session.get_one(Post, 1))


def unknown_ok(user: User, users: list[User]) -> None:
    _publish(user)
    _all(*users)
    _publish(users[0])


def broken_position_leaves_the_instance_unknown_ok(session: Session) -> None:
    user = User(name="ann")
    elsewhere(user)
    _peek(user)


def persistent_stays_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _touch(session, user)
    _peek(user)
    _touch(session, user)


def may_be_marked_by_the_callee_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _touch(session, user)
    session.merge(user)


def may_be_added_by_the_callee_ok(session: Session, save: Callable[[Session, Transient[User]], None]) -> None:
    user = User(name="ann")
    save(session, user)
    session.refresh(user)


def may_be_added_to_a_session_elsewhere_ok(save: Callable[[Transient[User]], None]) -> None:
    user = User(name="ann")
    save(user)
    _peek(user)


def may_be_added_and_returned_ok(session: Session, attach: Callable[[Detached[User]], Persistent[User]]) -> None:
    user = session.get_one(User, 1)
    session.expunge(user)
    attach(user)
    _peek(user)


def others_may_change_ok(session: Session) -> None:
    user, post = User(name="ann"), session.get_one(User, 2)
    session.add(user)
    _touch(session, post)
    _peek(user)


def performs_flush_ok(session: Session, other: User) -> None:
    session.add(other)
    user = session.get_one(User, 1)
    _flush(session, user)
    _peek(other)


def cascade_ok(session: Session, queued: Callable[[Pending[Post]], None]) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first")
    user.posts.append(post)
    queued(post)


def unattached_ok(engine: Engine, drop: Callable[[Unattached[User]], None]) -> None:
    drop(User(name="ann"))
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    drop(user)


def attached_ok(session: Session, rename: Callable[[Attached[User]], None]) -> None:
    user = User(name="ann")
    session.add(user)
    rename(user)
    session.flush()
    rename(user)


def after_the_except_ok(session: Session) -> None:
    user = User(name="ann")
    try:
        _enroll(session, user)
    except ValueError:
        _publish(user)


def optional_parameter_ok(session: Session, user: Persistent[User] | None) -> None:
    if user is None:
        user = User(name="ann")
        session.add(user)
    _publish_later(user)


def _publish_later(user: Attached[User]) -> None: ...
