"""States that a cascade brings about, and those that none does."""

from sqlalchemy.orm import Session

from models import Post, User


def linked_by_its_constructor_bad(session: Session) -> None:
    post = Post(author=session.get_one(User, 1))
    session.refresh(post)  # error: [session-state] "post" is transient


def appended_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), Post()
    user.posts.append(post)
    session.flush()
    session.refresh(post)


def appended_before_the_parent_was_added_ok(session: Session) -> None:
    user, post = User(name="ann"), Post()
    user.posts.append(post)
    session.add(user)
    session.flush()
    session.refresh(post)


def author_added_with_its_post_ok(session: Session) -> None:
    user = User(name="ann")
    session.add(Post(author=user))
    session.flush()
    session.refresh(user)


def pending_and_removed_bad(session: Session) -> None:
    user, post = session.get_one(User, 1), Post()
    posts = user.posts
    posts.append(post)
    posts.remove(post)
    session.expunge(post)  # error: [session-state] "post" is transient


def added_with_its_parent_again_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    post = user.posts[0]
    session.expunge(post)
    session.add(user)
    session.refresh(post)


def given_away_with_its_parent_ok(session: Session) -> None:
    user, post = User(name="ann"), Post()
    user.posts.append(post)
    register(session, user)
    session.refresh(post)


def register(session: Session, user: User) -> None:
    session.add(user)
    session.flush()
