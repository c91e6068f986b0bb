"""An instance of another session that an operation takes along, because it is in a relationship of what it is given."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import Post, User, elsewhere


def parent_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    post = Post(title="first", author=user)
    target.add(post)  # error: [session-mismatch] the instance in "post.author" belongs to "source": persistent (loaded


def assigned_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    post = Post(title="first")
    post.author = user
    target.add(post)  # error: [session-mismatch]


def child_bad(source: Session, target: Session) -> None:
    post = source.get_one(Post, 1)
    user = User(name="ann")
    user.posts = [post]
    target.add(user)  # error: [session-mismatch] the instance in "user.posts"


def one_of_many_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    first, second = Post(title="first"), Post(title="second")
    first.author = user
    target.add_all([second, first])  # error: [session-mismatch]


def reported_once_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    post = Post(title="first", author=user)
    target.add(post)  # error: [session-mismatch]
    target.add(post)


def taken_out_before_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    source.expunge(user)
    target.add(Post(title="first", author=user))


def another_author_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    post = Post(title="first", author=user)
    post.author = User(name="bob")
    target.add(post)


def perhaps_ok(source: Session, target: Session, own: bool) -> None:
    user = source.get_one(User, 1)
    post = Post(title="first")
    if own:
        post.author = user
    target.add(post)


def merged_ok(source: Session, target: Session) -> None:
    """Merging takes copies along."""
    user = source.get_one(User, 1)
    target.merge(Post(title="first", author=user))


def copy_ok(source: Session, target: Session) -> None:
    user = target.merge(source.get_one(User, 1))
    target.add(Post(title="first", author=user))


def given_to_another_function_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    post = Post(title="first", author=user)
    elsewhere(post)
    target.add(post)


def source_closed_ok(engine: Engine, target: Session) -> None:
    with Session(engine) as source:
        user = source.get_one(User, 1)
        post = Post(title="first", author=user)
    target.add(post)
