"""Functions of the same module: what they do to a session, what they give back, and what is wrong because of a caller."""

import random
from functools import lru_cache

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import Post, User, elsewhere


def _find(session: Session, name: str) -> User | None:
    return session.scalars(select(User).where(User.name == name)).first()


def _make(session: Session, name: str) -> User:
    user = User(name=name)
    session.add(user)
    return user


def _find_or_make(session: Session, name: str) -> User:
    user = _find(session, name)
    if user is None:
        user = _make(session, name)
    return user


def _close(session: Session) -> None:
    session.close()


def _end(session: Session, commit: bool = False) -> None:
    if commit:
        session.commit()
    else:
        session.rollback()


def _save(session: Session, user: User) -> None:
    session.merge(user)


def _prepare_and_save(session: Session, user: User) -> None:
    user.name = user.name.strip()
    _save(session, user=user)


def _save_if(session: Session, user: User, wanted: bool = False) -> None:
    if wanted:
        session.merge(user)


def _save_checked(session: Session, user: User) -> None:
    if not user.name:
        raise ValueError(user)
    session.merge(user)


def _merges_what_it_loads_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.merge(user)  # error: [session-merge]


def _opened(engine: Engine) -> Session:
    return Session(engine)


def found_bad(session: Session) -> None:
    user = _find(session, "ann")
    if user is not None:
        session.merge(user)  # error: [session-merge] (persistent, loaded at line 14)


def found_or_made_bad(session: Session) -> None:
    session.merge(_find_or_make(session, "ann"))  # error: [session-merge]


def closed_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _close(session)
    session.merge(user)


def committed_bad(session: Session) -> None:
    user = _make(session, "ann")
    _end(session, commit=True)
    session.merge(user)  # error: [session-merge] committed at line


def rolled_back_ok(session: Session) -> None:
    user = _make(session, "ann")
    _end(session)
    session.merge(user)


def committed_or_not_ok(session: Session, commit: bool) -> None:
    user = _make(session, "ann")
    _end(session, commit)
    session.merge(user)


def saved_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _save(session, user)  # error: [session-merge] merge() returns the same instance, in "_save" at line 42


def saved_further_down_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _prepare_and_save(session, user)  # error: [session-merge] in "_save" at line 42, called by "_prepare_and_save" at line 47


def saved_on_demand_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _save_if(session, user)
    _save_if(session, user, wanted=True)  # error: [session-merge]


def saved_perhaps_ok(session: Session, wanted: bool) -> None:
    user = session.get_one(User, 1)
    _save_if(session, user, wanted)


def saved_on_one_way_ok(session: Session, fresh: bool) -> None:
    user = User(name="ann") if fresh else session.get_one(User, 1)
    _save(session, user)


def saved_after_a_check_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _save_checked(session, user)  # error: [session-merge]


def reported_where_it_is_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _merges_what_it_loads_bad(session)
    elsewhere(user)


def in_another_session_ok(session: Session, other: Session) -> None:
    user = session.get_one(User, 1)
    _save(other, user)


def opened_here_bad(engine: Engine) -> None:
    session = _opened(engine)
    session.merge(session.get_one(User, 1))  # error: [session-merge]


def two_that_were_opened_ok(engine: Engine) -> None:
    first, second = _opened(engine), _opened(engine)
    second.merge(first.get_one(User, 1))


def opened_in_a_loop_ok(engine: Engine) -> None:
    users: list[User] = []
    for number in range(3):
        session = _opened(engine)
        for user in users:
            session.merge(user)
        users.append(session.get_one(User, number))


def _same(user: User) -> User:
    return user


def given_back_bad(session: Session) -> None:
    user = _same(session.get_one(User, 1))
    session.merge(user)  # error: [session-merge]


def expunged_by_another_name_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.expunge(_same(user))
    session.merge(user)


@lru_cache(maxsize=1)
def _close_once(session: Session) -> None:
    session.close()


def closed_with_the_first_call_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _close_once(session)
    session.merge(user)


def _countdown(session: Session, number: int) -> None:
    if number:
        _countdown(session, number - 1)
    else:
        session.close()


def recursive_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _countdown(session, 3)
    session.merge(user)


def _even(session: Session, number: int) -> bool:
    return number == 0 or _odd(session, number - 1)


def _odd(session: Session, number: int) -> bool:
    session.expire_all()
    return number != 0 and _even(session, number - 1)


def mutually_recursive_ok(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    if _even(session, 3):
        session.merge(user)


def _switch(session: Session, other: Session) -> Session:
    session = other
    return session


def parameter_is_rebound_ok(session: Session, other: Session) -> None:
    user = session.get_one(User, 1)
    _switch(session, other).merge(user)


async def _load_later(session: AsyncSession) -> User:
    return await session.get_one(User, 1)


async def awaited_bad(session: AsyncSession) -> None:
    user = await _load_later(session)
    await session.merge(user)  # error: [session-merge]


async def awaited_later_ok(session: AsyncSession, other: AsyncSession) -> None:
    work = _load_later(session)
    session = other
    user = await work
    await session.merge(user)


def nested_bad(session: Session) -> None:
    user = User(name="ann")

    def _add() -> None:
        session.add(user)

    _add()
    session.flush()
    session.merge(user)  # error: [session-merge]


def nested_that_rebinds_ok(session: Session, other: Session) -> None:
    user = session.get_one(User, 1)

    def _change() -> None:
        nonlocal session
        session = other

    _change()
    session.merge(user)


def decorated_by_what_is_not_known_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _unseen(session)
    session.merge(user)


@random.choice([lambda function: function])
def _unseen(session: Session) -> None:
    pass


class _Base:
    """Methods that a subclass has too are not certain to be those that run."""

    def end(self, session: Session) -> None:
        pass

    def overridden_ok(self, session: Session) -> None:
        user = session.get_one(User, 1)
        self.end(session)
        session.merge(user)


class _Closing(_Base):
    def end(self, session: Session) -> None:
        session.close()


class _Repository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, key: int) -> User:
        return self.session.get_one(User, key)

    def add(self, user: User) -> User:
        self.session.add(user)
        return user

    def save(self) -> None:
        self.session.commit()

    def forget(self) -> None:
        self.session.expunge_all()

    def switch(self, session: Session) -> None:
        self.session = session

    def own_session_bad(self) -> None:
        user = self.add(self.get(1))
        self.save()
        self.session.merge(user)  # error: [session-merge]

    def forgotten_ok(self) -> None:
        user = self.get(1)
        self.forget()
        self.session.merge(user)

    def switched_ok(self, other: Session) -> None:
        user = self.get(1)
        self.switch(other)
        self.session.merge(user)


def repository_bad(repository: _Repository) -> None:
    user = repository.get(1)
    repository.session.merge(user)  # error: [session-merge]


def repository_forgets_ok(repository: _Repository) -> None:
    user = repository.get(1)
    repository.forget()
    repository.session.merge(user)


def two_repositories_ok(first: _Repository, second: _Repository) -> None:
    user = first.get(1)
    second.session.merge(user)


def repositories_in_a_loop_ok(repositories: list[_Repository]) -> None:
    users: list[User] = []
    for repository in repositories:
        for user in users:
            repository.session.merge(user)
        users.append(repository.get(1))


def repository_without_a_name_ok(session: Session, other: Session) -> None:
    user = _Repository(session).get(1)
    _Repository(other).session.merge(user)


def _rename(post: Post) -> None:
    elsewhere(post)


def passed_on_to_what_is_not_seen_bad(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    _rename(post)
    session.merge(user)  # error: [session-merge]
