"""How attributes come with their row is read from class bodies, also of other modules, cold and from the cache.

What is expected of an attribute stands beside it: its kind, its strategy, then what differs from a plain column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mypy_session_plugin.facts.loading import AfterFlush, Attribute
from mypy_session_plugin.semantics.attributes import Attributes
from mypy_session_plugin.semantics.mapped import MappedClasses
from tests.builds import Build

MODELS = """\
from __future__ import annotations
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
import sqlalchemy as sa
from sqlalchemy import Column, Computed, FetchedValue, ForeignKey, Identity, PrimaryKeyConstraint, Table, event, func
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase, DynamicMapped, Mapped, MappedAsDataclass, WriteOnlyMapped, column_property, composite,
    declarative_base, declared_attr, deferred, mapped_column, query_expression, reconstructor, relationship, synonym,
)
from sqlalchemy.orm import relationship as related
from elsewhere import Color, column, LAZY

class Base(DeclarativeBase): ...
key = Annotated[int, mapped_column(primary_key=True)]
text = Annotated[str, mapped_column(deferred=True)]
JSON = dict[str, Any]

class Status(Enum):
    OPEN = 1

@dataclass
class Point:
    x: int
    y: int

class Stamped:
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())  # column eager inserted=unknown
    changed_at: Mapped[datetime | None] = mapped_column(onupdate=func.now())  # column eager updated=expired
    touched_at: Mapped[datetime | None] = mapped_column(onupdate=datetime.now)  # column eager
    seen_at: Mapped[datetime | None] = mapped_column(server_onupdate=FetchedValue())  # column eager updated=expired
    @declared_attr
    def owner_id(cls) -> Mapped[int]:  # unknown unknown
        return mapped_column(ForeignKey("user.id"))

class User(Stamped, Base):
    __tablename__ = "user"
    count: ClassVar[int] = 0  # none
    id: Mapped[int] = mapped_column(primary_key=True)  # column eager key
    name: Mapped[str]  # column eager
    nickname: Mapped[str | None] = mapped_column(default="", name="nick")  # column eager
    rank: Mapped[int] = mapped_column(sa.Integer, default=func.random())  # column eager inserted=unknown
    number: Mapped[int] = mapped_column(Identity())  # column eager inserted=unknown
    twice: Mapped[int] = mapped_column(Computed("number * 2"))  # column eager inserted=unknown updated=expired
    biography: Mapped[str] = mapped_column(deferred=True)  # column deferred
    photo: Mapped[bytes] = mapped_column(deferred_group="large")  # column deferred group=large
    sound: Mapped[bytes] = mapped_column(deferred=True, deferred_group="large")  # column deferred group=large
    secret: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)  # column raise
    old: Mapped[str] = deferred(Column(sa.String))  # column deferred
    older: Mapped[str] = deferred(Column(sa.String), group="large", raiseload=True)  # column raise group=large
    legacy = Column(sa.String)  # column eager
    mapped = mapped_column(sa.String)  # column eager
    made = column()  # unknown unknown
    other: Mapped[str] = column()  # unknown unknown
    annotated: Mapped[text]  # column nothing
    described: Mapped[Annotated[str, mapped_column(deferred=True)]]  # unknown unknown
    document: Mapped[JSON] = mapped_column(sa.JSON)  # column nothing
    maybe: Mapped[str] = mapped_column(deferred=LAZY == "x")  # unknown unknown
    status: Mapped[Status | None]  # column eager
    color: Mapped[Color] = mapped_column(deferred=True)  # column deferred
    x: Mapped[int]  # column eager
    y: Mapped[int]  # column eager
    point: Mapped[Point] = composite(Point, "x", "y")  # composite eager
    end: Mapped[Point] = composite(mapped_column("ex"), mapped_column("ey", deferred=True))  # unknown unknown
    title = synonym("biography")  # column deferred
    headline: Mapped[str] = synonym("name")  # column eager
    full: Mapped[str] = column_property(name + "!")  # computed eager
    fuller: Mapped[str] = column_property(name + "!", deferred=True)  # computed deferred
    plain: Mapped[str] = column_property(Column(sa.String))  # column eager
    asked: Mapped[int | None] = query_expression()  # expression noload
    answered: Mapped[int] = query_expression(sa.literal(1))  # expression eager
    addresses: Mapped[list[Address]] = relationship(back_populates="user")  # to many lazy
    select: Mapped[list[Address]] = relationship(lazy="select")  # to many lazy
    true: Mapped[list[Address]] = relationship(lazy=True)  # to many lazy
    joined: Mapped[list[Address]] = relationship(lazy="joined")  # to many eager
    false: Mapped[list[Address]] = relationship(lazy=False)  # to many eager
    selectin: Mapped[set[Address]] = related(lazy="selectin")  # to many eager
    subquery: Mapped[list[Address]] = relationship(lazy="subquery")  # to many eager
    immediate: Mapped[list[Address]] = relationship(lazy="immediate")  # to many eager
    raising: Mapped[list[Address]] = relationship(lazy="raise")  # to many raise
    raising_on_sql: Mapped[list[Address]] = relationship(lazy="raise_on_sql")  # to many raise_on_sql
    noload: Mapped[list[Address]] = relationship(lazy="noload")  # to many noload
    none: Mapped[list[Address]] = relationship(lazy=None)  # to many noload
    dynamic: DynamicMapped[Address] = relationship()  # dynamic unknown
    appended: Mapped[list[Address]] = relationship(lazy="dynamic")  # dynamic unknown
    written: WriteOnlyMapped[Address] = relationship()  # write only unknown
    chosen: Mapped[list[Address]] = relationship(lazy=LAZY)  # to many unknown
    friend: Mapped[User | None] = relationship(remote_side=[id])  # to one lazy
    boss: Mapped[User | None] = relationship(remote_side=[id], lazy="joined")  # to one unknown
    untyped = relationship("Address")  # related lazy
    single = relationship("Address", uselist=False, lazy="raise")  # to one raise
    streets: AssociationProxy[list[str]] = association_proxy("addresses", "street")  # none
    if TYPE_CHECKING:
        notes: Mapped[list[Address]]  # unknown unknown
    @hybrid_property
    def shout(self) -> str:  # none
        return self.name + "!"
    @property
    def quiet(self) -> str:  # none
        return self.name
    def method(self) -> None: ...  # none

class Address(Base):
    __tablename__ = "address"
    __mapper_args__ = {"eager_defaults": True}
    id: Mapped[key]  # column nothing
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))  # column eager inserted=unknown updated=unknown
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())  # column eager inserted=unknown updated=unknown
    user: Mapped[User] = relationship(back_populates="addresses")  # to one lazy

class Admin(User):
    __tablename__ = "admin"
    __table_args__ = (PrimaryKeyConstraint("admin_id"),)
    admin_id: Mapped[int]  # column eager key=unknown

class Hooked(Base):
    __tablename__ = "hooked"
    hooked_id: Mapped[int] = mapped_column(primary_key=True)  # column nothing
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))  # column nothing
    user: Mapped[User] = relationship(lazy="raise")  # to one unknown
    @reconstructor
    def init_on_load(self) -> None: ...

class Given(Base):
    __table__ = Table("given", Base.metadata)
    name: Mapped[str]  # column eager key=unknown inserted=unknown updated=unknown

class Some(Base):
    __tablename__ = "some"
    __mapper_args__ = {"exclude_properties": ["name"]}
    name: Mapped[str]  # column nothing

class Chosen(Base):
    __tablename__ = "chosen"
    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"polymorphic_on": "kind"}
    kind: Mapped[str]  # column eager
    late: Mapped[str]  # unknown unknown
Chosen.late = deferred(Column(sa.String))

class Data(MappedAsDataclass, Base):
    __tablename__ = "data"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)  # column eager key
    name: Mapped[str] = mapped_column(default="")  # column eager
    body: Mapped[str] = mapped_column(default="", deferred=True)  # column deferred
    users: Mapped[list[User]] = relationship(default_factory=list)  # to many lazy

class Plain:
    name: str = ""  # none
"""
ELSEWHERE = """\
from enum import Enum
from typing import Any
from sqlalchemy.orm import MappedColumn, mapped_column
LAZY: Any = "joined"
class Color(Enum):
    RED = 1
def column() -> MappedColumn[str]:
    return mapped_column(deferred=True)
"""
LEGACY = """\
from typing import Any
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Integer, String, func, event
from sqlalchemy.orm import declarative_base, deferred, relationship, Session
Base: Any = declarative_base()
db = SQLAlchemy()
class Old(Base):
    __tablename__ = "old"
    id = Column(Integer, primary_key=True)  # column eager key
    body = deferred(Column(String))  # column deferred
    others = relationship("Old", lazy="selectin")  # related eager
class Model(db.Model):  # type: ignore[name-defined, misc]
    id = db.Column(db.Integer, primary_key=True)  # column eager key
    name = db.Column(db.String)  # column eager
    body = db.deferred(db.Column(db.String))  # column deferred
    changed = db.Column(db.DateTime, onupdate=db.func.now())  # column eager updated=expired
    others = db.relationship("Old", lazy="dynamic")  # dynamic unknown
    constant = 3  # none
"""
LISTENED = """\
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)  # column nothing
    friends: Mapped[list["User"]] = relationship()  # to many unknown
@event.listens_for(User, "load")
def receive_load(target: User, context: object) -> None: ...
"""
SQLMODEL = """\
from datetime import datetime
from sqlalchemy import Column, String, func
from sqlalchemy.orm import deferred
from sqlmodel import Field, Relationship, SQLModel
class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)  # column eager key
    name: str  # column eager
    made_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})  # column eager inserted=unknown
    changed_at: datetime = Field(sa_column_kwargs={"onupdate": func.now()})  # column eager updated=expired
    body: str = Field(sa_column=deferred(Column(String)))  # column deferred
    heroes: list["Hero"] = Relationship(back_populates="team")  # to many lazy
    loaded: list["Hero"] = Relationship(sa_relationship_kwargs={"lazy": "selectin"})  # to many eager
    hidden: list["Hero"] = Relationship(sa_relationship_kwargs=dict(lazy="selectin"))  # to many unknown
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)  # column eager key
    team_id: int | None = Field(default=None, foreign_key="team.id")  # column eager
    team: Team | None = Relationship(back_populates="heroes")  # to one lazy
"""
EXPECTED = re.compile(r"\s+(?:def )?(\w+)\b.*  # (\w.*)")
SHORT = {
    "column nothing": "column unknown key=unknown inserted=unknown updated=unknown",
    "computed eager": "expression eager inserted=expired updated=expired",
    "computed deferred": "expression deferred inserted=expired updated=expired",
}


def expectations(text: str) -> Iterator[tuple[str, str, str]]:
    """Class, attribute and what stands beside it."""
    class_name = ""
    for line in text.splitlines():
        if line.startswith("class "):
            class_name = re.split(r"\W", line)[1]
        found = EXPECTED.fullmatch(line)
        if found is not None:
            yield class_name, found[1], SHORT.get(found[2], found[2])


def described(attribute: Attribute | None) -> str:
    """An attribute as the comments have it."""
    if attribute is None:
        return "none"
    words = [attribute.kind.value, attribute.strategy.value]
    words += {True: ["key"], False: [], None: ["key=unknown"]}[attribute.primary_key if words[0] == "column" else False]
    words += [f"group={attribute.group}"] if attribute.group else []
    if words[0] in ("column", "expression"):
        for name, after in (("inserted", attribute.inserted), ("updated", attribute.updated)):
            words += [f"{name}={after.value}"] if after is not AfterFlush.KEPT else []
    return " ".join(words)


@pytest.mark.parametrize(
    ("module", "files"),
    [
        ("models", {"models.py": MODELS, "elsewhere.py": ELSEWHERE}),
        ("listened", {"listened.py": LISTENED}),
        ("legacy", {"legacy.py": LEGACY}),
        ("team", {"team.py": SQLMODEL}),
    ],
)
def test_attributes_are_read_from_class_bodies_cold_and_from_the_cache(
    tmp_path_factory: pytest.TempPathFactory, module: str, files: dict[str, str]
) -> None:
    if module in ("legacy", "team"):
        pytest.importorskip("sqlmodel")
        pytest.importorskip("flask_sqlalchemy")
    folder = tmp_path_factory.getbasetemp() / "attributes"
    folder.mkdir(exist_ok=True)
    for mode in ("cold", "warm"):
        reader = {f"{mode}.py": f"import {module}"}
        build, attributes = Build(folder, files | reader), Attributes(MappedClasses())
        for class_name, name, expected in expectations(files[f"{module}.py"]):
            found = attributes.of(build.class_(f"{module}.{class_name}"), name)

            assert f"{class_name}.{name}: {described(found)}" == f"{class_name}.{name}: {expected}"


def test_what_a_subclass_updates_leaves_the_columns_of_its_base(tmp_path: Path) -> None:
    build, attributes = Build(tmp_path, {"models.py": MODELS, "elsewhere.py": ELSEWHERE}), Attributes(MappedClasses())

    assert (
        described(attributes.of(build.class_("models.Admin"), "seen_at")) == "column eager key=unknown updated=expired"
    )
    assert described(attributes.of(build.class_("models.Admin"), "twice")).endswith("updated=unknown")
    assert attributes.target(build.class_("models.Admin"), "addresses") is build.class_("models.Address")
