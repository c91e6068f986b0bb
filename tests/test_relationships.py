"""Relationships and columns are read from class bodies, also of other modules, and are there in every mode of mypy."""

from __future__ import annotations

import pytest

from tests.harness import Harness, assert_expected, modes, run_in_mode

MODELS = """\
from __future__ import annotations
from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, backref, declared_attr, mapped_column, relationship
OPTIONS = "all"
class Base(DeclarativeBase): ...
class Owned:
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    @declared_attr
    def owner(cls) -> Mapped[User]:
        return relationship("User")
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, str]] = mapped_column(JSON)
    addresses: Mapped[list[Address]] = relationship(back_populates="user", cascade="all, delete-orphan")
    notes: Mapped[list[Note]] = relationship(backref=backref("author", cascade="merge"), cascade="merge")
    tags: Mapped[set[Tag]] = relationship(cascade=OPTIONS)
class Address(Base):
    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship(back_populates="addresses")
class Note(Base):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
class Tag(Base):
    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
class File(Owned, Base):
    __tablename__ = "file"
    id: Mapped[int] = mapped_column(primary_key=True)
class Admin(User): ...
"""
PROGRAM = """\
from models import Address, Admin, File, Note, Tag, User
from mypy_session_plugin import reveal_state
from sqlalchemy.orm import Session
def all_cascades(session: Session) -> None:
    address = Address()
    session.get_one(User, 1).addresses.append(address)
    reveal_state(address)  # N: Revealed state is "Pending[models.Address]"
def those_of_a_base_class(session: Session) -> None:
    address = Address()
    session.get_one(Admin, 1).addresses.append(address)
    reveal_state(address)  # N: Revealed state is "Pending[models.Address]"
def none_to_add(session: Session) -> None:
    note = Note()
    session.get_one(User, 1).notes.append(note)
    reveal_state(note)  # N: Revealed state is "Transient[models.Note]"
def what_is_not_literal(session: Session) -> None:
    tag = Tag()
    session.get_one(User, 1).tags.add(tag)
    reveal_state(tag)  # N: Revealed state is "Transient[models.Tag] | Unknown"
def what_a_function_declares(session: Session) -> None:
    file, user = session.get_one(File, 1), session.get_one(User, 1)
    session.delete(file)
    reveal_state(user)  # N: Revealed state is "Persistent[models.User] | Unknown"
def what_only_the_other_direction_leads_to(session: Session) -> None:
    new, address = User(), Address()
    address.user = new
    session.add(new)
    reveal_state(address)  # N: Revealed state is "Pending[models.Address]"
    loaded, address = session.get_one(User, 1), Address()
    address.user = loaded
    session.add(loaded)
    reveal_state(address)  # N: Revealed state is "Transient[models.Address] | Pending[models.Address]"
def what_is_changed_in_place(session: Session) -> None:
    admin = session.get_one(Admin, 1)
    admin.settings["theme"] = "dark"  # E: "admin.settings" is changed in place
    session.commit()
def what_is_read(session: Session) -> None:
    user = session.get_one(User, 1)
    for address in user.addresses:
        reveal_state(address)  # N: Revealed state is "Persistent[models.Address]"
    for tag in user.tags:
        reveal_state(tag)  # N: Revealed state is "Unknown"
"""


@pytest.mark.parametrize("mode", modes())
def test_relationships_of_another_module_are_known_in_every_mode(harness: Harness, mode: str) -> None:
    files = {"models.py": MODELS, "program.py": PROGRAM}
    assert_expected(files, run_in_mode(harness, mode, files))


def test_relationships_of_a_module_from_the_cache(harness: Harness) -> None:
    project = harness.project({"models.py": MODELS, "program.py": PROGRAM})
    project.run()
    edited = PROGRAM + PROGRAM.partition("def those")[0].replace("def all", "def again_all")
    project.write({"program.py": edited})

    assert_expected({"program.py": edited}, project.run().reports)


def test_an_edit_of_the_cascades_is_seen_by_other_modules(harness: Harness) -> None:
    project = harness.project({"models.py": MODELS, "program.py": PROGRAM})
    project.run()
    edited = MODELS.replace('cascade="all, delete-orphan"', 'cascade="merge"')
    project.write({"models.py": edited})
    revealed = [report.message for report in project.run().reports if report.line == 7]

    assert revealed == ['Revealed state is "Transient[models.Address]"']


def test_relationships_of_sqlmodel(harness: Harness) -> None:
    pytest.importorskip("sqlmodel")
    text = """\
from sqlmodel import Field, Relationship, Session, SQLModel
from mypy_session_plugin import reveal_state
class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="team", cascade_delete=True)
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Team | None = Relationship(back_populates="heroes")
def function(session: Session) -> None:
    team, hero, other = session.get_one(Team, 1), Hero(), Hero()
    team.heroes.append(hero)
    reveal_state(hero)  # N: Revealed state is "Pending[heroes.Hero]"
    other.team = team
    reveal_state(other)  # N: Revealed state is "Transient[heroes.Hero]"
"""
    assert_expected({"heroes.py": text}, harness.run_in_process({"heroes.py": text}))
