"""What is kept in another place, or used, after the block that closes its session."""

from collections.abc import Callable, Iterator

from sqlalchemy import Engine, ScalarResult, select
from sqlalchemy.orm import Session, sessionmaker

from models import User, elsewhere

current: ScalarResult[User] | None = None


class Repository:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.users: ScalarResult[User] | None = None
        self.session: Session | None = None
        self.load: Callable[[], object] = list

    def keep_result_bad(self) -> None:
        with Session(self.engine) as session:
            self.users = session.scalars(select(User))  # error: [session-escape] is kept as "self.users", but the "with"

    def keep_closure_bad(self) -> None:
        with Session(self.engine) as session:
            self.load = lambda: session.get(User, 1)  # error: [session-escape]

    def keep_after_the_block_bad(self) -> None:
        with Session(self.engine) as session:
            users = session.scalars(select(User))
        self.users = users  # error: [session-escape]

    def replaced_ok(self) -> None:
        with Session(self.engine) as session:
            self.users = session.scalars(select(User))
            elsewhere(self.users)
            self.users = None

    def perhaps_replaced_ok(self) -> None:
        with Session(self.engine) as session:
            self.users = session.scalars(select(User))
            self.read()

    def read(self) -> None:
        self.users = None

    def session_for_the_block_ok(self) -> None:
        with Session(self.engine) as session:
            self.session = session
            self.read()

    def session_in_the_block_ok(self) -> None:
        with Session(self.engine) as session:
            self.session = session
            session.execute(select(1))

    def session_with_a_close_method_ok(self) -> None:
        self.session = Session(self.engine)

    def close_ok(self) -> None:
        if self.session is not None:
            self.session.close()

    def read_in_the_block_ok(self) -> list[str]:
        with Session(self.engine) as session:
            self.users = session.scalars(select(User))
            return [user.name for user in self.users]


class Opened:
    def __init__(self, engine: Engine) -> None:
        with Session(engine) as session:
            self.session = session  # error: [session-escape] "session" is kept as "self.session", but the "with" block


class OpenedByFactory:
    def __init__(self, factory: sessionmaker[Session]) -> None:
        self.session = factory()

    def close(self) -> None:
        self.session.close()


class Prepared:
    def __init__(self, engine: Engine) -> None:
        self.session = Session(engine)
        with self.session as session:
            session.execute(select(1))


class Reset:
    def __init__(self, engine: Engine) -> None:
        with Session(engine) as session:
            self.session: Session | None = session
            self.session = None


def global_bad(engine: Engine) -> None:
    global current
    with Session(engine) as session:
        current = session.scalars(select(User))  # error: [session-escape] is kept as "current"


def global_replaced_ok(engine: Engine) -> None:
    global current
    with Session(engine) as session:
        current = session.scalars(select(User))
        current = None


def nonlocal_bad(engine: Engine) -> Callable[[], object]:
    users: ScalarResult[User] | None = None

    def load() -> None:
        nonlocal users
        with Session(engine) as session:
            users = session.scalars(select(User))  # error: [session-escape] is kept as "users"

    return load


def gone_through_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User))
    for user in users:  # error: [session-escape] "users", a result of "session", is used after the "with" block
        print(user.name)


def comprehension_bad(engine: Engine) -> list[str]:
    with Session(engine) as session:
        users = session.scalars(select(User))
    return [user.name for user in users]  # error: [session-escape]


def method_bad(engine: Engine) -> User | None:
    with Session(engine) as session:
        users = session.scalars(select(User))
    return users.first()  # error: [session-escape]


def only_the_first_use_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User))
    print(users.all())  # error: [session-escape]
    print(users.all())


def _names(session: Session) -> Iterator[str]:
    for user in session.scalars(select(User)):
        yield user.name


def generator_bad(engine: Engine) -> None:
    with Session(engine) as session:
        names = _names(session)
    for name in names:  # error: [session-escape] "_names", which uses "session", is used after the "with" block
        print(name)


def called_bad(engine: Engine) -> object:
    with Session(engine) as session:
        load = lambda: session.get(User, 1)  # noqa: E731
    return load()  # error: [session-escape]


def called_in_the_block_ok(engine: Engine) -> object:
    with Session(engine) as session:
        load = lambda: session.get(User, 1)  # noqa: E731
        return load()


def helper_from_before_ok(engine: Engine) -> object:
    session = Session(engine)

    def load() -> object:
        return session.get(User, 1)

    with session:
        load()
    return load()


def closed_result_ok(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User))
    users.close()


def only_on_a_path_ok(engine: Engine, wanted: bool) -> None:
    users: ScalarResult[User] | list[User] = []
    if wanted:
        with Session(engine) as session:
            users = session.scalars(select(User))
    for user in users:
        print(user.name)


def other_session_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(select(1))
        with Session(engine) as inner:
            inner.execute(select(1))
        for user in session.scalars(select(User)):
            print(user.name)


def every_turn_ok(engine: Engine) -> None:
    for _turn in range(3):
        with Session(engine) as session:
            for user in session.scalars(select(User)):
                print(user.name)
