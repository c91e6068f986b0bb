"""Values of columns that are changed in place, of which a plain JSON, ARRAY or PickleType column tells nobody."""

import sqlalchemy as sa
from sqlalchemy import JSON, Engine, PickleType, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, scoped_session
from sqlalchemy.orm.attributes import flag_modified

from models import elsewhere, send_mails


class Base(DeclarativeBase):
    pass


class Report(Base):
    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    binary: Mapped[dict[str, dict[str, str]]] = mapped_column("bin", JSONB())
    tags: Mapped[list[str]] = mapped_column(ARRAY(sa.String))
    pickled: Mapped[list[str]] = mapped_column(type_=PickleType)
    noted: Mapped[list[str]] = mapped_column(sa.JSON)
    tracked: Mapped[dict[str, str]] = mapped_column(MutableDict.as_mutable(JSON))
    other: Mapped[dict[str, str]] = mapped_column(sa.String)


class Summary(Report):
    pass


def item_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"  # error: [session-lost-write] "report.settings" is changed in place
    session.commit()


def nested_item_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.binary["page"]["theme"] = "dark"  # error: [session-lost-write] "report.binary" is changed in place
    session.commit()


def method_bad(session: Session) -> None:
    report = session.get_one(Summary, 1)
    report.tags.append("new")  # error: [session-lost-write]
    session.commit()


def deleted_item_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    del report.settings["theme"]  # error: [session-lost-write]
    session.commit()


def other_types_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.pickled.clear()  # error: [session-lost-write]
    session.commit()


def qualified_type_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.noted.extend(["a", "b"])  # error: [session-lost-write]
    session.commit()


def added_once_more_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"  # error: [session-lost-write]
    session.add(report)
    session.commit()
    session.refresh(report)


def another_column_is_assigned_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"  # error: [session-lost-write]
    report.other = {}
    session.commit()


def committed_by_the_caller_bad(session: Session) -> None:
    """Nothing has read the change, so nobody can have noticed it."""
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"  # error: [session-lost-write] it is not written


def each_bad(engine: Engine) -> None:
    with Session(engine) as session:
        for report in session.scalars(select(Report)):
            report.settings["theme"] = "dark"  # error: [session-lost-write]
        session.commit()


def registry_bad(registry: scoped_session[Session]) -> None:
    report = registry.get_one(Report, 1)
    report.settings["theme"] = "dark"  # error: [session-lost-write]
    registry.commit()


def read_before_the_commit_bad(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"  # error: [session-lost-write]
    print(report.settings)
    session.commit()


def flagged_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    flag_modified(report, "settings")
    session.commit()


def assigned_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    report.settings = dict(report.settings)
    session.commit()


def assigned_before_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings = {}
    report.settings["theme"] = "dark"
    session.commit()


def new_ok(session: Session) -> None:
    report = Report(settings={})
    report.settings["theme"] = "dark"
    session.add(report)
    report.settings["font"] = "big"
    session.commit()


def mutable_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.tracked["theme"] = "dark"
    session.commit()


def other_type_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.other["theme"] = "dark"
    session.commit()


def shown_ok(session: Session) -> dict[str, str]:
    """A change that is only shown."""
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    return report.settings


def taken_back_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    session.expire(report)
    session.commit()


def rolled_back_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    session.rollback()


def given_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    elsewhere(report)
    session.commit()


def given_before_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    elsewhere(report)
    report.settings["theme"] = "dark"
    session.commit()


def session_given_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    send_mails(session)
    session.commit()


def unknown_code_has_the_registry_ok(registry: scoped_session[Session]) -> None:
    report = registry.get_one(Report, 1)
    report.settings["theme"] = "dark"
    elsewhere()
    registry.commit()


def result_of_the_method_is_used_ok(session: Session) -> str:
    report = session.get_one(Report, 1)
    theme = report.settings.pop("theme")
    session.commit()
    return theme


def copy_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    settings = dict(report.settings)
    settings["theme"] = "dark"
    session.commit()


def detached_ok(engine: Engine) -> dict[str, str]:
    with Session(engine) as session:
        report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    return report.settings


def given_instance_ok(session: Session, report: Report) -> None:
    report.settings["theme"] = "dark"
    session.commit()


def known_miss_by_another_name(session: Session) -> None:
    report = session.get_one(Report, 1)
    settings = report.settings
    settings["theme"] = "dark"
    session.commit()


def unknown_code_had_the_registry_ok(registry: scoped_session[Session]) -> None:
    report = registry.get_one(Report, 1)
    elsewhere()
    report.settings["theme"] = "dark"
    registry.commit()
