"""Writes of which no session takes notice: to a detached instance, and to the original that merge() has copied."""

from collections.abc import Iterator

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from models import Post, User, elsewhere, render, run_later


def detached_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"  # error: [session-lost-write] "user" is in no session (block left at line


def several_changes_are_one_mistake_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.id = 2  # error: [session-lost-write]
    user.name = "ann"


def expunged_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expunge(user)
        user.name = "ann"  # error: [session-lost-write]
        session.commit()


def each_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    for user in users:
        user.name = "ann"  # error: [session-lost-write]


async def async_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
    user.name = "ann"  # error: [session-lost-write]


def merged_bad(session: Session) -> None:
    user = User(id=1, name="ann")
    session.merge(user)
    user.name = "bob"  # error: [session-lost-write] "user" was copied by the merge() of line
    session.commit()


async def merged_async_bad(session: AsyncSession) -> None:
    user = User(id=1, name="ann")
    await session.merge(user)
    user.name = "bob"  # error: [session-lost-write]
    await session.commit()


def detached_and_merged_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    with Session(engine) as session:
        session.merge(user)
        user.name = "bob"  # error: [session-lost-write]
        session.commit()


def read_ok(engine: Engine) -> str:
    """What is shown need not be written."""
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = user.name.upper()
    return f"{user.name}"


def returned_ok(engine: Engine) -> User:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    return user


def yielded_ok(engine: Engine) -> Iterator[User]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    yield user


def generator_ok(engine: Engine) -> Iterator[int]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    yield 1


def given_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    render(user)


def given_before_ok(engine: Engine) -> None:
    """Whoever has it may read the change."""
    with Session(engine) as session:
        user = session.get_one(User, 1)
    elsewhere(user)
    user.name = "ann"


def added_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    with Session(engine) as session:
        session.add(user)
        session.commit()


def merged_after_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    with Session(engine) as session:
        session.merge(user)
        session.commit()


def merged_in_a_loop_ok(session: Session, names: list[str]) -> None:
    user = User(id=1, name="")
    for name in names:
        session.merge(user)
        user.name = name


def added_after_the_merge_ok(session: Session) -> None:
    user = User(id=1, name="ann")
    session.merge(user)
    user.name = "bob"
    session.add(user)


def copy_is_used_ok(session: Session) -> None:
    user = User(id=1, name="ann")
    copy = session.merge(user)
    copy.name = "bob"
    session.commit()


def result_is_used_ok(session: Session) -> User:
    user = User(id=1, name="ann")
    copy = session.merge(user)
    user.name = "bob"
    return copy


def by_another_name_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        same = session.get_one(User, 1)
    user.name = "ann"
    print(same.name)


def by_its_posts_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        post = session.get_one(Post, 1)
        print(post.author)
    user.name = "ann"
    print(post.author.name)


def in_a_list_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        users = list(session.scalars(select(User)))
    for user in users:
        user.name = "ann"
    return users


def in_an_attribute_ok(engine: Engine, holder: "Holder") -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    holder.user = user
    user.name = "ann"


class Holder:
    user: User | None = None


def in_a_function_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    run_later(lambda: print(user.name))
    user.name = "ann"


def of_the_callers_session_ok(session: Session) -> None:
    """The caller may have the instance, and has it when it is detached."""
    user = session.get_one(User, 1)
    session.expunge(user)
    user.name = "ann"


def given_instance_ok(user: User, engine: Engine) -> None:
    with Session(engine) as session:
        session.add(user)
        session.expunge(user)
    user.name = "ann"


def perhaps_detached_ok(engine: Engine, session: Session, keep: bool) -> None:
    user = session.get_one(User, 1)
    if not keep:
        session.expunge(user)
    user.name = "ann"


def in_a_handler_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    try:
        user.name = "ann"
        if not engine.name:
            raise ValueError
        render(user)
    except ValueError:
        print("given up")


def raised_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    raise ValueError


def no_column_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(_Noted, 1)
    user.note = "seen"


class _Noted(User):
    note = ""


def known_miss_read_of_another_attribute(engine: Engine) -> int:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    return user.id
