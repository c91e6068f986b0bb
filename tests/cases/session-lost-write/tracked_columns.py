"""Columns that a module makes tell of every change."""

from sqlalchemy import JSON
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

MutableDict.associate_with(JSON)


class Base(DeclarativeBase):
    pass


class Report(Base):
    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


def associated_ok(session: Session) -> None:
    report = session.get_one(Report, 1)
    report.settings["theme"] = "dark"
    session.commit()
