"""Instances that only the other direction of a relationship leads to: nothing adds them to a session."""

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import Post, User, elsewhere, send_mails


def constructed_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    Post(title="first", author=user)  # error: [session-lost-write] nothing adds this Post to a session
    session.commit()


def named_bad(session: Session) -> str:
    user = session.get_one(User, 1)
    post = Post(title="first", author=user)  # error: [session-lost-write]
    session.commit()
    return post.title


def assigned_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first")
    post.author = user  # error: [session-lost-write] nothing adds "post" to a session
    session.commit()


def to_a_new_one_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    post = Post(title="first")
    post.author = user  # error: [session-lost-write]
    session.commit()


def in_a_block_bad(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        user = session.get_one(User, 1)
        Post(title="first", author=user)  # error: [session-lost-write]


async def async_bad(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    Post(title="first", author=user)  # error: [session-lost-write]
    await session.commit()


def added_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first", author=user)
    session.add(post)
    session.commit()


def added_after_the_commit_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first", author=user)
    session.commit()
    session.add(post)


def owner_added_again_ok(session: Session) -> None:
    """`add()` takes along what is in the collection by then."""
    user = session.get_one(User, 1)
    Post(title="first", author=user)
    session.add(user)
    session.commit()


def appended_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    user.posts.append(Post(title="first"))
    session.commit()


def both_ways_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first", author=user)
    user.posts.append(post)
    session.commit()


def owner_not_in_a_session_ok(session: Session) -> None:
    user = User(name="ann")
    Post(title="first", author=user)
    session.add(user)
    session.commit()


def not_committed_ok(session: Session) -> None:
    """The caller may add the user once more."""
    user = session.get_one(User, 1)
    Post(title="first", author=user)


def returned_ok(session: Session) -> Post:
    user = session.get_one(User, 1)
    post = Post(title="first", author=user)
    session.commit()
    return post


def given_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first", author=user)
    elsewhere(post)
    session.commit()


def owner_given_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    Post(title="first", author=user)
    elsewhere(user)
    session.commit()


def session_given_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    Post(title="first", author=user)
    send_mails(session)
    session.commit()


def taken_back_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    Post(title="first", author=user)
    session.rollback()


def collected_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    posts = [Post(title=title, author=user) for title in ("first", "second")]
    session.add_all(posts)
    session.commit()


def added_by_a_function_inside_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first")

    def add() -> None:
        session.add(post)

    post.author = user
    add()
    session.commit()


def perhaps_added_ok(session: Session, wanted: bool) -> None:
    user = session.get_one(User, 1)
    post = Post(title="first", author=user)
    if wanted:
        session.add(post)
    session.commit()


def key_alone_ok(session: Session) -> None:
    """Nothing is put into a relationship: the new instance is not used at all."""
    user = session.get_one(User, 1)
    Post(title="first", author_id=user.id)
    session.commit()
