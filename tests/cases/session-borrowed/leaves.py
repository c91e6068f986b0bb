"""A session that is lent, where it is returned, kept by an object that is returned, or stored."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from models import User, elsewhere
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mypy_session_plugin import Borrowed, Performs


def returned_bad(session: Borrowed[Session]) -> Session:
    return session  # error: [session-borrowed] "session" is only lent to this function (Borrowed); its owner may close it while the caller goes on with it


def returned_in_a_tuple_bad(session: Borrowed[Session]) -> tuple[Session, int]:
    session.flush()
    return session, 1  # error: [session-borrowed] its owner may close it


def returned_as_another_name_bad(session: Borrowed[Session]) -> Session:
    mine = session
    return mine  # error: [session-borrowed]


async def returned_from_a_coroutine_bad(session: Borrowed[Session]) -> Session:
    return session  # error: [session-borrowed]


@dataclass
class Report:
    session: Session
    title: str


class Exporter:
    def __init__(self, title: str, session: Session) -> None:
        self.title = title
        self._session = session


class Counter:
    def __init__(self, session: Session) -> None:
        self.count = len(session.scalars(select(User)).all())


@dataclass
class Borrower:
    session: Borrowed[Session]


def object_bad(session: Borrowed[Session], title: str) -> Report:
    return Report(session, title)  # error: [session-borrowed] the Report that is returned keeps it, and its owner may close it meanwhile


def object_by_name_bad(session: Borrowed[Session]) -> Exporter:
    return Exporter("users", session=session)  # error: [session-borrowed] the Exporter that is returned


def object_in_a_variable_bad(session: Borrowed[Session], title: str) -> Report:
    report = Report(session, title)
    report.title += "!"
    return report  # error: [session-borrowed] the Report that is returned


def counted_ok(session: Borrowed[Session]) -> Counter:
    return Counter(session)


def borrower_ok(session: Borrowed[Session]) -> Borrower:
    return Borrower(session)


def lent_on_ok(session: Borrowed[Session]) -> Borrowed[Session]:
    return session


def plain_ok(session: Session) -> Session:
    return session


def performing_ok(session: Performs[Session, Literal["flush"]]) -> Session:
    session.flush()
    return session


def its_instances_ok(session: Borrowed[Session]) -> list[User]:
    return list(session.scalars(select(User)))


def used_and_dropped_ok(session: Borrowed[Session]) -> str:
    report = Report(session, "users")
    return report.title


def _depends(function: object) -> Any: ...


SessionDep = Annotated[Borrowed[Session], _depends(1)]
OtherDep = Borrowed[Annotated[Session, _depends(1)]]


def filled_in_by_alias_ok(session: SessionDep) -> Report:
    return Report(session, "request")


def filled_in_the_other_way_ok(session: OtherDep) -> Session:
    return session


def filled_in_by_annotation_ok(session: Annotated[Borrowed[Session], _depends(1)]) -> Report:
    return Report(session, "request")


def filled_in_inside_ok(session: Borrowed[Annotated[Session, _depends(1)]]) -> Session:
    return session


def filled_in_by_default_ok(session: Borrowed[Session] = _depends(1)) -> Report:
    return Report(session, "request")


def commits_what_a_framework_gave_bad(session: SessionDep) -> None:
    session.commit()  # error: [session-borrowed]


def commits_what_was_given_the_other_way_bad(session: OtherDep) -> None:
    session.commit()  # error: [session-borrowed]


@_depends
def fixture_ok(session: Borrowed[Session]) -> Report:
    return Report(session, "fixture")


def nested_ok(session: Borrowed[Session]) -> None:
    def current() -> Session:
        return session

    elsewhere(current())


def yielded_ok(session: Borrowed[Session]) -> Any:
    yield session


CURRENT: Session | None = None
SESSIONS: dict[str, Session] = {}


def global_bad(session: Borrowed[Session]) -> None:
    global CURRENT
    CURRENT = session  # error: [session-borrowed] its owner may close it while "CURRENT" keeps it


RUNNING: Session | None = None


def global_that_is_set_back_ok(session: Borrowed[Session]) -> None:
    global RUNNING
    RUNNING = session
    elsewhere()
    RUNNING = None


def cached_bad(session: Borrowed[Session], key: str) -> None:
    SESSIONS[key] = session  # error: [session-borrowed] while "SESSIONS" keeps it


REMOVED: dict[str, Session] = {}


def cached_and_removed_ok(session: Borrowed[Session], key: str) -> None:
    REMOVED[key] = session
    elsewhere()
    del REMOVED[key]


def in_a_local_dictionary_ok(session: Borrowed[Session]) -> None:
    given = {}
    given["session"] = session
    elsewhere(given)


class Handler:
    session: Session | None

    def __init__(self) -> None:
        self.session = None

    def handle_ok(self, session: Borrowed[Session]) -> None:
        self.session = session
        elsewhere(self)
        self.clear_ok()

    def bound_ok(self, session: Borrowed[Session]) -> None:
        self.bind_ok(session)
        elsewhere(self)
        self.bind_ok(None)

    def bind_ok(self, session: Session | None) -> None:
        self.bound = session

    def clear_ok(self) -> None:
        self.session = None

    @classmethod
    def made_ok(cls, session: Borrowed[Session]) -> Exporter:
        return Exporter("made", session)


LATER: Session | None = None
OPEN: dict[str, Session] = {}


def global_that_another_function_sets_back_ok(session: Borrowed[Session]) -> None:
    global LATER
    LATER = session
    set_back_ok()


def set_back_ok() -> None:
    global LATER
    LATER = None


def cached_for_another_function_ok(session: Borrowed[Session], key: str) -> None:
    OPEN[key] = session
    release_ok(key)


def release_ok(key: str) -> None:
    OPEN.pop(key)


class View:
    other: Session | None
    lent: Borrowed[Session]
    sessions: list[Session]
    shared: Session

    def __init__(self, session: Borrowed[Session]) -> None:
        self.own = session
        View.shared = session  # error: [session-borrowed] while "View.shared" keeps it

    def dispatch_bad(self, session: Borrowed[Session]) -> None:
        self.kept = session  # error: [session-borrowed] its owner may close it while "self.kept" keeps it
        elsewhere(self)

    def set_back_ok(self, session: Borrowed[Session]) -> None:
        self.other = session
        try:
            elsewhere(self)
        finally:
            self.other = None

    def declared_ok(self, session: Borrowed[Session]) -> None:
        self.lent = session

    @classmethod
    def of_the_class_bad(cls, session: Borrowed[Session]) -> None:
        cls.shared = session  # error: [session-borrowed] while "cls.shared" keeps it

    def own_session_ok(self) -> Session:
        return self.own

    def fluent_ok(self, session: Borrowed[Session]) -> "View":
        session.flush()
        return self


def on_an_object_of_its_own_ok(session: Borrowed[Session], view: View) -> None:
    report = Report(session, "mine")
    report.session = session
    view.other = session
    elsewhere(report)


def perhaps_its_own_ok(engine: Engine, session: Borrowed[Session] | None) -> Session:
    return session or Session(engine)


class Batch:
    def __init__(self, session: Borrowed[Session]) -> None:
        self.sessions: list[Session] = []
        self.seen: set[Session] = set()
        self.named: list[tuple[str, Session]] = []
        self.used: list[Session] = []
        self.given: list[Session] = []
        self.lent: list[Borrowed[Session]] = []
        self.by_name: dict[str, Session] = {}
        self.sessions.append(session)
        self.by_name["first"] = session

    def put_bad(self, session: Borrowed[Session]) -> None:
        self.sessions.append(session)  # error: [session-borrowed] its owner may close it while "self.sessions" keeps it

    def put_into_a_set_bad(self, session: Borrowed[Session]) -> int:
        self.seen.add(session)  # error: [session-borrowed] while "self.seen" keeps it
        return len(self.seen)

    def put_with_a_name_bad(self, session: Borrowed[Session], name: str) -> None:
        self.named.append((name, session))  # error: [session-borrowed] while "self.named" keeps it

    def put_by_name_bad(self, session: Borrowed[Session], name: str) -> None:
        self.by_name.setdefault(name, session)  # error: [session-borrowed] while "self.by_name" keeps it

    def put_and_removed_ok(self, session: Borrowed[Session]) -> None:
        self.used.append(session)
        try:
            elsewhere(self)
        finally:
            self.used.remove(session)

    def put_for_other_code_ok(self, session: Borrowed[Session]) -> None:
        self.given.append(session)
        elsewhere(self.given)

    def lent_on_ok(self, session: Borrowed[Session]) -> None:
        self.lent.append(session)

    def in_a_local_list_ok(self, session: Borrowed[Session]) -> None:
        sessions = []
        sessions.append(session)
        elsewhere(sessions)
