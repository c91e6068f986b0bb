"""What a relationship of a persistent instance gives is persistent, unless something else was put or left there."""

from sqlalchemy.orm import Session, selectinload

from models import Post, User, elsewhere


def reference_bad(session: Session) -> None:
    post = session.get_one(Post, 1)
    session.merge(post.author)  # error: [session-merge] "post.author" is already in "session" (persistent, loaded at line 10)


def appended_bad(session: Session) -> None:
    post = Post()
    session.get_one(User, 1).posts.append(post)
    session.merge(post)  # error: [session-merge] "post" is already pending in this session


def only_linked_by_its_constructor_ok(session: Session) -> None:
    post = Post(author=session.get_one(User, 1))
    session.merge(post)


def expunged_before_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    for post in list(user.posts):
        session.expunge(post)
    for post in user.posts:
        session.merge(post)


def expunged_by_somebody_else_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    elsewhere(user)
    for post in user.posts:
        session.merge(post)


def expunged_by_somebody_with_the_session_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    elsewhere(session)
    for post in user.posts:
        session.merge(post)


def deleted_before_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user.posts[0])
    session.flush()
    for post in user.posts:
        session.merge(post)


def of_a_detached_instance_ok(session: Session) -> None:
    user = session.get_one(User, 1, options=[selectinload(User.posts)])
    session.expunge(user)
    for post in user.posts:
        session.merge(post)


def of_a_merged_copy_ok(session: Session, given: User) -> None:
    user = session.merge(given)
    session.flush()
    for post in user.posts:
        session.merge(post)


def put_there_while_transient_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    Post(author=user)
    for post in user.posts:
        session.merge(post)


def orphan_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    user.posts.remove(post)
    session.merge(post)


def deleted_with_its_parent_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    session.delete(user)
    session.merge(post)
