"""A commit of a transaction that has only read, and after which nothing happens to the session but its end."""

from sqlalchemy import Engine, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, joinedload, sessionmaker

from models import Post, User


def scalars_bad(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(select(User)).all())
        session.commit()  # error: [session-redundant-commit] nothing was written through "session" in this transaction


def execute_bad(engine: Engine) -> None:
    with Session(engine) as session:
        for user, post in session.execute(select(User, Post).join(Post.author).where(User.name == "ann")):
            print(user.name, post.title)
        session.commit()  # error: [session-redundant-commit]


def get_bad(engine: Engine, number: int) -> bool:
    with Session(engine) as session:
        user = session.get(User, number)
        session.commit()  # error: [session-redundant-commit]
    return user is None


def query_bad(engine: Engine, name: str) -> int:
    with Session(engine) as session:
        taken = session.query(User).filter(User.name == name).count()
        session.commit()  # error: [session-redundant-commit]
        return taken


def aggregate_bad(engine: Engine) -> int | None:
    session = Session(engine)
    number = session.scalar(select(func.count()).select_from(User))
    session.commit()  # error: [session-redundant-commit]
    session.close()
    return number


def statement_in_variable_bad(engine: Engine, name: str | None) -> None:
    with Session(engine) as session:
        statement = select(User).options(joinedload(User.posts)).order_by(User.name.desc())
        if name is not None:
            statement = statement.where(User.name.like(f"%{name}%"))
        print(session.scalars(statement).unique().all())
        session.commit()  # error: [session-redundant-commit]


def read_what_stays_loaded_bad(engine: Engine) -> list[str]:
    with Session(engine, expire_on_commit=False) as session:
        users = session.scalars(select(User)).all()
        session.commit()  # error: [session-redundant-commit]
        return [user.name for user in users]


def never_added_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        user.name = "bob"
        session.commit()  # error: [session-redundant-commit]


def nothing_at_all_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.commit()  # error: [session-redundant-commit]


def second_of_two_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.commit()
        print(session.scalars(select(User)).all())
        session.commit()  # error: [session-redundant-commit]


def on_every_path_bad(engine: Engine, name: str | None) -> None:
    with Session(engine) as session:
        if name is None:
            print(session.scalars(select(User)).all())
        else:
            print(session.scalars(select(User).where(User.name == name)).first())
        session.commit()  # error: [session-redundant-commit]


def after_a_rollback_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.flush()
        session.rollback()
        print(session.scalars(select(User)).all())
        session.commit()  # error: [session-redundant-commit]


def only_added_was_expunged_bad(engine: Engine, name: str) -> User:
    with Session(engine) as session:
        user = User(name=name)
        session.add(user)
        session.expunge(user)
        session.commit()  # error: [session-redundant-commit]
    return user


def both_added_were_expunged_bad(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = User(name="ann"), User(name="bob")
        session.add(ann)
        session.add(bob)
        session.expunge(ann)
        session.expunge(bob)
        session.commit()  # error: [session-redundant-commit]


def transaction_bad(engine: Engine) -> None:
    with Session(engine) as session:
        transaction = session.begin()
        print(session.scalars(select(User)).all())
        transaction.commit()  # error: [session-redundant-commit]


def factory_bad(engine: Engine) -> None:
    factory = sessionmaker(engine)
    with factory() as session:
        print(session.scalars(select(User.name)).all())
        session.commit()  # error: [session-redundant-commit]


async def async_bad(async_engine: AsyncEngine) -> list[str]:
    async with AsyncSession(async_engine) as session:
        names = list(await session.scalars(select(User.name)))
        await session.commit()  # error: [session-redundant-commit]
        return names
