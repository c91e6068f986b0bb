"""A function reads through a session that it was given, and commits it."""

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import Post, User, elsewhere, send_mails

registry = scoped_session(sessionmaker())


def parameter_bad(session: Session) -> list[str]:
    names = list(session.scalars(select(User.name)))
    session.commit()  # error: [session-commit-after-read] "session" was given to this function
    return names


def query_bad(session: Session, name: str) -> bool:
    taken = session.query(User).filter(User.name == name).count() > 0
    session.commit()  # error: [session-commit-after-read]
    return taken


def get_bad(session: Session) -> User | None:
    user = session.get(User, 1)
    session.commit()  # error: [session-commit-after-read]
    return user


def on_every_path_bad(session: Session, name: str | None) -> None:
    if name is None:
        print(session.scalars(select(User)).all())
    else:
        print(session.scalars(select(User).where(User.name == name)).all())
    session.commit()  # error: [session-commit-after-read]


def each_page_bad(session: Session) -> None:
    for start in range(0, 1000, 100):
        print(session.scalars(select(User).offset(start)).all())
        session.commit()  # error: [session-commit-after-read]


def registry_bad() -> None:
    print(registry.scalars(select(User)).all())
    registry.commit()  # error: [session-commit-after-read]


async def async_bad(async_session: AsyncSession) -> None:
    print((await async_session.scalars(select(User))).all())
    await async_session.commit()  # error: [session-commit-after-read]


class Users:
    def __init__(self, session: Session) -> None:
        self.session = session

    def names_bad(self) -> list[str]:
        names = list(self.session.scalars(select(User.name)))
        self.session.commit()  # error: [session-commit-after-read]
        return names

    def after_a_method_ok(self) -> None:
        self.rename()
        print(self.session.scalars(select(User)).all())
        self.session.commit()

    def before_a_method_ok(self) -> None:
        print(self.session.scalars(select(User)).all())
        self.rename()
        self.session.commit()

    def rename(self) -> None:
        elsewhere(self)


class Opened:
    def __init__(self) -> None:
        self.session = Session()

    def own_session_ok(self) -> None:
        print(self.session.scalars(select(User)).all())
        self.session.commit()


def write_ok(session: Session) -> None:
    print(session.scalars(select(User)).all())
    session.add(User(name="ann"))
    session.commit()


def statement_ok(session: Session) -> None:
    print(session.scalars(select(User)).all())
    session.execute(update(User).values(name="ann"))
    session.commit()


def changed_attribute_ok(session: Session) -> None:
    session.get_one(User, 1).name = "ann"
    session.commit()


def given_instance_ok(session: Session, user: User) -> None:
    print(session.scalars(select(User)).all())
    user.name = "ann"
    session.commit()


def collection_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    user.posts.append(Post(title="news"))
    session.commit()


def maybe_written_ok(session: Session, name: str | None) -> None:
    user = session.get_one(User, 1)
    if name is not None:
        user.name = name
    session.commit()


def helper_ok(session: Session) -> None:
    print(session.scalars(select(User)).all())
    send_mails(session)
    session.commit()


def helper_with_instance_ok(session: Session) -> None:
    elsewhere(session.get_one(User, 1))
    session.commit()


def helper_and_registry_ok() -> None:
    print(registry.scalars(select(User)).all())
    elsewhere()
    registry.commit()


def helper_before_registry_ok() -> None:
    elsewhere()
    print(registry.scalars(select(User)).all())
    registry.commit()


def locked_ok(session: Session) -> None:
    print(session.scalars(select(User).with_for_update()).all())
    session.commit()


def function_of_database_ok(session: Session) -> None:
    print(session.scalar(select(func.take_number())))
    session.commit()


def text_ok(session: Session) -> None:
    print(session.execute(text("SELECT 1")))
    session.commit()


def nothing_read_ok(session: Session) -> None:
    """It only commits what its caller has done."""
    session.commit()


def savepoint_ok(session: Session) -> None:
    savepoint = session.begin_nested()
    print(session.scalars(select(User)).all())
    savepoint.commit()
