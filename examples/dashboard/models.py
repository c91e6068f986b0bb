"""What the server stores."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Entry(Base):
    """A value under a key: the state of a filter, a permanent link."""

    __tablename__ = "key_value"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource: Mapped[str]
    value: Mapped[bytes]


class Dashboard(Base):
    __tablename__ = "dashboards"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    views: Mapped[int] = mapped_column(default=0)
    charts: Mapped[list["Chart"]] = relationship(back_populates="dashboard")


class Chart(Base):
    __tablename__ = "charts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    dashboard_id: Mapped[int] = mapped_column(ForeignKey("dashboards.id"))
    dashboard: Mapped[Dashboard] = relationship(back_populates="charts")
