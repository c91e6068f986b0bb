"""Classes of the program's own that keep a session: repositories and units of work."""

from dataclasses import dataclass

from session_models import Engine, Session, User, sessionmaker

from mypy_session_plugin import reveal_state


class Users:
    def __init__(self, session: Session) -> None:
        self.session = session

    def load(self, key: int) -> User:
        return self.session.get_one(User, key)

    def add(self, user: User) -> None:
        self.session.add(user)


@dataclass
class Holder:
    session: Session
    name: str = ""


class UnitOfWork:
    def __init__(self, engine: Engine, commits: bool = True) -> None:
        self.session = Session(engine)
        self.commits = commits

    def __enter__(self) -> "UnitOfWork":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if kind is not None:
            self.session.rollback()
        elif self.commits:
            self.session.commit()
        self.session.close()

    def commit(self) -> None:
        self.session.commit()


class Opened:
    def __init__(self, factory: sessionmaker[Session]) -> None:
        self.factory = factory

    def __enter__(self) -> Session:
        self.session = self.factory()
        return self.session

    def __exit__(self, *details: object) -> None:
        self.session.close()


class Forgiving:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> None:
        self.session.flush()

    def __exit__(self, kind: object, value: object, trace: object) -> bool:
        self.session.expunge_all()
        return True


class Lazy:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(self.engine)
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()


def a_session_that_a_property_opens(engine: Engine) -> None:
    new = User(name="new")
    lazy = Lazy(engine)
    lazy.session.add(new)
    reveal_state(new)  # pending
    lazy.close()
    reveal_state(new)  # pending | unknown


def a_repository_has_the_session_that_it_is_given(engine: Engine) -> None:
    session, new = Session(engine), User(name="new")
    users = Users(session)
    users.add(new)
    reveal_state(new)  # pending
    users.session.commit()
    reveal_state(new)  # persistent
    session.close()
    reveal_state(new)  # detached


def two_repositories_whose_attributes_have_one_name(engine: Engine) -> None:
    one, other = Session(engine), Session(engine)
    users, others = Users(one), Users(other)
    user, another = users.load(1), others.load(1)
    one.close()
    reveal_state(user)  # persistent | unknown
    reveal_state(another)  # persistent | unknown


def a_dataclass_too(engine: Engine) -> None:
    session, new = Session(engine), User(name="new")
    holder = Holder(session)
    holder.session.add(new)
    reveal_state(new)  # pending
    session.rollback()
    reveal_state(new)  # transient


def another_name_for_it(engine: Engine) -> None:
    session, new = Session(engine), User(name="new")
    users = Users(session)
    same = users
    same.add(new)
    session.flush()
    reveal_state(new)  # persistent


def a_unit_of_work_commits_and_closes(engine: Engine) -> None:
    new = User(name="new")
    with UnitOfWork(engine) as unit:
        unit.session.add(new)
        reveal_state(new)  # pending
        unit.commit()
        reveal_state(new)  # persistent
    reveal_state(new)  # detached


def one_that_does_not_commit(engine: Engine) -> None:
    new = User(name="new")
    with UnitOfWork(engine, False) as unit:
        unit.session.add(new)
    reveal_state(new)  # transient


def one_in_a_variable(engine: Engine) -> None:
    new = User(name="new")
    unit = UnitOfWork(engine)
    with unit:
        unit.session.add(new)
    reveal_state(new)  # detached


def one_that_is_left_by_an_exception(engine: Engine) -> None:
    new = User(name="new")
    try:
        with UnitOfWork(engine) as unit:
            unit.session.add(new)
            raise ValueError
    except ValueError:
        reveal_state(new)  # transient | pending | unknown


def one_that_gives_out_its_session(engine: Engine) -> None:
    new = User(name="new")
    with Opened(sessionmaker(engine)) as session:
        session.add(new)
        reveal_state(new)  # pending
    reveal_state(new)  # transient


def one_that_swallows_what_is_raised(engine: Engine) -> None:
    session = Session(engine)
    with Forgiving(session):
        user = session.get_one(User, 1)
        reveal_state(user)  # persistent
        if user.name:
            raise ValueError
    new = User(name="new")
    session.add(new)
    reveal_state(new)  # pending
