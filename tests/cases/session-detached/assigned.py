"""Collections that are assigned: what they held is loaded first."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.exc import DetachedInstanceError

from models import Post, User


def assigned_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.posts = []  # error: [session-detached] "user.posts" is not loaded (loaded at line 12 without it) and "user" is detached (block left at line 11); the assignment reads it, which raises DetachedInstanceError (sqlalche.me/e/20/bhk3)


def expired_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
        session.rollback()
    user.posts = [Post(title="new")]  # error: [session-detached] (expired by rollback() at line 19)


def among_others_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name, user.posts = "anna", []  # error: [session-detached]


def extended_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.posts += [Post(title="new")]  # error: [session-detached] reading it raises


def renewed(user: User) -> None:
    user.posts = []


def by_a_function_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    renewed(user)  # error: [session-detached] in "renewed" at line 36


def loaded_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
    user.posts = []


def read_before_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        assert user.posts
    user.posts = []


def assigned_before_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.posts = []
    user.posts = []


def a_reference_ok(engine: Engine) -> User:
    with Session(engine) as session:
        post = session.get_one(Post, 1)
        session.rollback()
    post.author = User(name="anna")
    return post.author


def the_other_direction_ok(engine: Engine) -> Post:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return Post(title="new", author=user)


def a_new_one_ok() -> None:
    user = User(name="anna")
    user.posts = []


def taken_out_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    del user.posts


def expected_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    try:
        user.posts = []
    except DetachedInstanceError:
        pass


def key_of_what_is_expired_bad(engine: Engine) -> User:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expire_all()
    user.id = 2  # error: [session-detached] "user.id" is not loaded (expired by expire_all()
    return user


def added_to_a_key_bad(engine: Engine) -> User:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.rollback()
    user.id += 1  # error: [session-detached]
    return user


def key_that_is_loaded_ok(engine: Engine) -> User:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.id = 2
    return user


def another_column_ok(engine: Engine) -> User:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expire_all()
    user.name = "anna"
    return user


def key_within_the_session_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expire_all()
        user.id = 2
    return user.name


def key_of_what_is_new_ok(engine: Engine) -> None:
    user = User(name="anna")
    user.id = 2
    with Session(engine) as session:
        session.add(user)
        session.commit()
