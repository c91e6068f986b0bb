"""Phantom types in every position that an annotation can stand in: to a type checker each is plain `T`."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import (
    Annotated,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    ParamSpec,
    Protocol,
    Self,
    TypedDict,
    TypeVar,
    assert_type,
    overload,
)

from typing_extensions import TypeAliasType, Unpack

from mypy_session_plugin import (
    Added,
    Attached,
    Becomes,
    Borrowed,
    CrossesProcess,
    CrossesTask,
    CrossesThread,
    Deleted,
    Detached,
    In,
    Live,
    Loaded,
    Owned,
    Pending,
    Performs,
    Persistent,
    Synchronized,
    Transient,
    Unattached,
    reveal_state,
)
from mypy_session_plugin.effects import Marked, ends, flushes, moves, reads

T = TypeVar("T")
P = ParamSpec("P")


class Session: ...


class User:
    name: str = ""

    def saved(self) -> Persistent[Self]:
        return self

    @classmethod
    def create(cls) -> Transient[Self]:
        return cls()


Saved = Persistent[User]
SavedOrNone = Persistent[User] | None
SavedAlias = TypeAliasType("SavedAlias", Persistent[User])
SavedList = list[Persistent[T]]


def every_name(
    transient: Transient[User],
    pending: Pending[User],
    persistent: Persistent[User],
    deleted: Deleted[User],
    detached: Detached[User],
    attached: Attached[User],
    unattached: Unattached[User],
    becomes: Becomes[Transient[User], Persistent[User]],
    added: Added[User],
    within: In[User, Literal["session"]],
    loaded: Loaded[User, Literal["posts", "bio"]],
    owned: Owned[Session],
    borrowed: Borrowed[Session],
    performs: Performs[Session, Literal["flush", "commit"]],
    synchronized: Synchronized[Session],
    thread: CrossesThread[Callable[[], int]],
    task: CrossesTask[Awaitable[int]],
    process: CrossesProcess[User],
    live: Live[Iterator[User]],
    marked: Marked[User],
) -> None:
    assert_type(transient, User)
    assert_type(pending, User)
    assert_type(persistent, User)
    assert_type(deleted, User)
    assert_type(detached, User)
    assert_type(attached, User)
    assert_type(unattached, User)
    assert_type(becomes, User)
    assert_type(added, User)
    assert_type(within, User)
    assert_type(loaded, User)
    assert_type(owned, Session)
    assert_type(borrowed, Session)
    assert_type(performs, Session)
    assert_type(synchronized, Session)
    assert_type(thread, Callable[[], int])
    assert_type(task, Awaitable[int])
    assert_type(process, User)
    assert_type(live, Iterator[User])
    assert_type(marked, User)
    assert_type(reveal_state(persistent), User)
    assert_type(persistent.name, str)


def aliases(a: Saved, b: SavedOrNone, c: SavedAlias, d: SavedList[User]) -> None:
    assert_type(a, User)
    assert_type(b, User | None)
    assert_type(c, User)
    assert_type(d, list[User])


def nested(
    inside: Borrowed[Annotated[Session, "dependency"]],
    outside: Annotated[Borrowed[Session], "dependency"],
    twice: In[Persistent[User], Literal["session"]],
    text: "Persistent[User]",
    inner_text: Persistent["User"],
) -> None:
    assert_type(inside, Session)
    assert_type(outside, Session)
    assert_type(twice, User)
    assert_type(text, User)
    assert_type(inner_text, User)


def containers(
    optional: Persistent[User] | None,
    union: Pending[User] | Persistent[User],
    items: list[Persistent[User]],
    sequence: Sequence[Persistent[User]],
    by_name: Mapping[str, Persistent[User]],
    pair: tuple[Persistent[User], int],
    callback: Callable[[Persistent[User]], Detached[User]],
    *args: Persistent[User],
    **kwargs: Persistent[User],
) -> None:
    assert_type(optional, User | None)
    assert_type(union, User)
    assert_type(items, list[User])
    assert_type(sequence[0], User)
    assert_type(by_name, Mapping[str, User])
    assert_type(pair, tuple[User, int])
    assert_type(callback(User()), User)
    assert_type(args, tuple[User, ...])
    assert_type(kwargs["a"], User)
    for item in items:
        assert_type(item, User)
    if optional is not None:
        assert_type(optional, User)


class Options(TypedDict):
    user: Persistent[User]


class Row(NamedTuple):
    user: Persistent[User]


@dataclass
class Command:
    session: Borrowed[Session]
    user: Persistent[User]
    users: ClassVar[list[Persistent[User]]] = []


class Reads(Protocol):
    @property
    def user(self) -> Persistent[User]: ...

    def load(self, name: str) -> Persistent[User] | None: ...


class Repository(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item = item

    def get(self) -> T:
        return self.item

    @property
    def loaded(self) -> Persistent[T]:
        return self.item

    @cached_property
    def cached(self) -> Persistent[T]:
        return self.item


class UserRepository(Repository[Persistent[User]]): ...


def unpacked(**options: Unpack[Options]) -> None: ...


def classes(row: Row, options: Options, reads_user: Reads) -> None:
    assert_type(row.user, User)
    assert_type(row[0], User)
    assert_type(options["user"], User)
    assert_type(reads_user.user, User)
    assert_type(reads_user.load("a"), User | None)
    assert_type(Command(Session(), User()).user, User)
    assert_type(Command(Session(), User()).session, Session)
    assert_type(UserRepository(User()).get(), User)
    assert_type(Repository(User()).loaded, User)
    assert_type(UserRepository(User()).cached, User)
    assert_type(User().saved(), User)
    assert_type(User.create(), User)
    unpacked(user=User())


def flush(session: Session, instance: Becomes[Transient[T], Persistent[T]]) -> Persistent[T]:
    return instance


def first(items: Sequence[Persistent[T]]) -> Persistent[T] | None:
    return items[0] if items else None


async def load(session: Borrowed[Session]) -> Persistent[User]:
    return User()


def stream() -> Generator[Persistent[User], None, Detached[User]]:
    yield User()
    return User()


@contextmanager
def session_scope() -> Generator[Owned[Session], None, None]:
    yield Session()


@asynccontextmanager
async def async_session_scope() -> AsyncGenerator[Owned[Session], None]:
    yield Session()


def same(function: Callable[P, T]) -> Callable[P, T]:
    return function


@same
def decorated(user: Persistent[User]) -> Detached[User]:
    return user


@overload
def find(key: int) -> Persistent[User]: ...
@overload
def find(key: str) -> Persistent[User] | None: ...
def find(key: int | str) -> Persistent[User] | None:
    return User()


async def results() -> None:
    assert_type(flush(Session(), User()), User)
    assert_type(first([User()]), User | None)
    assert_type(await load(Session()), User)
    assert_type(decorated(User()), User)
    assert_type(find(1), User)
    assert_type(find("a"), User | None)
    for user in stream():
        assert_type(user, User)
    with session_scope() as session:
        assert_type(session, Session)
    async with async_session_scope() as async_session:
        assert_type(async_session, Session)


def invariance(items: list[User], more: list[Persistent[User]], callback: Callable[[User], User]) -> None:
    as_phantom: list[Persistent[User]] = items
    as_plain: list[User] = more
    as_callback: Callable[[Persistent[User]], Transient[User]] = callback
    variable: Persistent[User] = User()
    assert_type(as_phantom, list[User])
    assert_type(as_plain, list[User])
    assert_type(as_callback, Callable[[User], User])
    assert_type(variable, User)


@moves(new="transient", when="error")
@ends("rollback", when="error")
@flushes(when="autoflush")
@reads
def effect(session: Session) -> int:
    return 1


assert_type(effect(Session()), int)
