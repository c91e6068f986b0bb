"""Classes with an attribute for each way to be loaded."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, func, literal
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    column_property,
    composite,
    deferred,
    mapped_column,
    query_expression,
    relationship,
)


class Base(DeclarativeBase):
    """Of all classes here."""


class City(Base):
    """Behind an address."""

    __tablename__ = "city"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    map: Mapped[bytes | None] = mapped_column(deferred=True)
    addresses: Mapped[list[Address]] = relationship(back_populates="city")


class Address(Base):
    """Behind a user."""

    __tablename__ = "address"

    id: Mapped[int] = mapped_column(primary_key=True)
    street: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(deferred=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    user: Mapped[User | None] = relationship(back_populates="addresses")
    city: Mapped[City | None] = relationship(back_populates="addresses")


class Visit(Base):
    """What several relationships of a user load with it."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    city: Mapped[City | None] = relationship()


class Mixin:
    """Columns that several classes have."""

    made: Mapped[str | None] = mapped_column(server_default=func.now())
    remark: Mapped[str | None] = mapped_column(deferred=True)


class Point:
    """A pair of columns."""

    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y

    def __composite_values__(self) -> tuple[int, int]:
        return self.x, self.y


class User(Mixin, Base):
    """One attribute for each way to be loaded."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    biography: Mapped[str | None] = mapped_column(deferred=True)
    photo: Mapped[bytes | None] = mapped_column(deferred_group="large")
    sound: Mapped[bytes | None] = deferred(Column(LargeBinary), group="large")
    secret: Mapped[str | None] = mapped_column(String, deferred=True, deferred_raiseload=True)
    x: Mapped[int | None]
    y: Mapped[int | None]
    point: Mapped[Point] = composite("x", "y")
    upper: Mapped[str | None] = column_property(func.upper("name"))
    lower: Mapped[str | None] = column_property(func.lower("name"), deferred=True)
    asked: Mapped[int | None] = query_expression()
    answered: Mapped[int | None] = query_expression(literal(1))

    addresses: Mapped[list[Address]] = relationship(back_populates="user")
    joined: Mapped[list[Visit]] = relationship(lazy="joined", viewonly=True)
    selected: Mapped[list[Visit]] = relationship(lazy="selectin", viewonly=True)
    queried: Mapped[list[Visit]] = relationship(lazy="subquery", viewonly=True)
    immediate: Mapped[list[Visit]] = relationship(lazy="immediate", viewonly=True)
    raising: Mapped[list[Address]] = relationship(lazy="raise", viewonly=True)
    raising_on_sql: Mapped[list[Address]] = relationship(lazy="raise_on_sql", viewonly=True)


class Order(Base):
    """Another entity beside the user."""

    __tablename__ = "order"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User | None] = relationship()


class Employee(User):
    """A class with a base that is mapped to the same table."""

    salary: Mapped[int | None] = mapped_column(deferred=True)
