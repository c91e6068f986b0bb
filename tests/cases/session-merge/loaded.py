"""What a session loads is persistent in it, however it is loaded."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Post, User


def get_one_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.merge(user)  # error: [session-merge] "user" is already in "session" (persistent, loaded at line 10)


def get_bad(session: Session) -> None:
    user = session.get(User, 1)
    if user is not None:
        session.merge(user)  # error: [session-merge]


def get_with_early_return_bad(session: Session) -> None:
    user = session.get(User, 1)
    if user is None:
        return
    session.merge(user)  # error: [session-merge]


def get_of_none_raises_anyway_bad(session: Session) -> None:
    session.merge(session.get(User, 1))  # type: ignore[type-var]  # error: [session-merge]


def walrus_bad(session: Session) -> None:
    if (user := session.get(User, 1)) is not None:
        session.merge(user)  # error: [session-merge]


def scalars_loop_bad(session: Session) -> None:
    for user in session.scalars(select(User)):
        user.name = user.name.title()
        session.merge(user)  # error: [session-merge]


def scalars_all_loop_bad(session: Session) -> None:
    users = session.scalars(select(User)).all()
    for user in users:
        session.merge(user)  # error: [session-merge]


def scalar_bad(session: Session) -> None:
    user = session.scalar(select(User))
    assert user is not None
    session.merge(user)  # error: [session-merge]


def execute_scalar_one_bad(session: Session) -> User:
    user = session.execute(select(User).where(User.id == 1)).scalar_one()
    return session.merge(user)  # error: [session-merge]


def query_first_bad(session: Session) -> None:
    user = session.query(User).filter_by(name="ann").first()
    if user:
        session.merge(user)  # error: [session-merge]


def query_one_bad(session: Session) -> None:
    session.merge(session.query(User).filter(User.id == 1).one())  # error: [session-merge]


def row_unpacked_bad(session: Session) -> None:
    for user, _title in session.execute(select(User, Post.title).join(Post)):
        session.merge(user)  # error: [session-merge]


def matched_bad(session: Session) -> None:
    match session.scalars(select(User)).one_or_none():
        case None:
            return
        case User() as user:
            session.merge(user)  # error: [session-merge]


def own_result_bad(session: Session) -> None:
    user = session.merge(User(id=1, name="ann"))
    user.name = "anna"
    user = session.merge(user)  # error: [session-merge]


def alias_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    same = user
    session.merge(same)  # error: [session-merge]


def conditional_expression_bad(session: Session, newest: bool) -> None:
    user = session.get_one(User, 2) if newest else session.get_one(User, 1)
    session.merge(user)  # error: [session-merge]


def list_element_bad(session: Session) -> None:
    users = [session.get_one(User, 1), session.get_one(User, 2)]
    session.merge(users[0])  # error: [session-merge]


def in_comprehension_bad(session: Session) -> list[User]:
    users = session.scalars(select(User)).all()
    return [session.merge(user) for user in users]  # error: [session-merge]


def columns_ok(session: Session) -> None:
    name = session.scalars(select(User.name)).one()
    session.merge(User(name=name))


def parameter_ok(session: Session, user: User) -> User:
    return session.merge(user)


def get_or_create_ok(session: Session, name: str) -> None:
    user = session.scalars(select(User).where(User.name == name)).first()
    if user is None:
        user = User(name=name)
    session.merge(user)


def transient_ok(session: Session) -> None:
    user = User(id=1, name="ann")
    session.merge(user)
    session.merge(user)


def children_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    for post in user.posts:
        session.merge(post)  # error: [session-merge] "post" is already in "session" (persistent, loaded at line 133)


def _load(session: Session) -> User:
    return session.get_one(User, 1)


def loaded_by_a_function_bad(session: Session) -> None:
    user = _load(session)
    session.merge(user)  # error: [session-merge] "user" is already in "session" (persistent, loaded at line
