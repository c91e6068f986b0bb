"""Mapped classes in every spelling: an instance that was just constructed is transient."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.harness import Harness, assert_expected

CASES = {
    "declarative_base_class": """
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): ...
        class User(Base):
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
    "mapped_as_dataclass": """
        from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
        class Base(MappedAsDataclass, DeclarativeBase): ...
        class User(Base):
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True, init=False)
        """,
    "registry_decorator": """
        from sqlalchemy.orm import Mapped, mapped_column, registry
        reg = registry()
        @reg.mapped
        class User:
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
    "registry_dataclass_decorator": """
        from sqlalchemy.orm import Mapped, mapped_column, registry
        reg = registry()
        @reg.mapped_as_dataclass
        class User:
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True, init=False)
        """,
    "declarative_base_of_type_any": """
        from typing import Any
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import declarative_base
        Base: Any = declarative_base()
        class User(Base):
            __tablename__ = "user"
            id = Column(Integer, primary_key=True)
        """,
    "base_of_unknown_type_with_the_name_in_a_mixin": """
        from typing import Any
        Base: Any = object
        class Named:
            __tablename__ = "user"
        class User(Named, Base): ...
        """,
    "declarative_base_without_metaclass": """
        from sqlalchemy.orm import DeclarativeBaseNoMeta, Mapped, mapped_column
        class Base(DeclarativeBaseNoMeta): ...
        class User(Base):
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
    "sqlmodel_table": """
        from sqlmodel import Field, SQLModel
        class User(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
        """,
    "flask_sqlalchemy_model": """
        from typing import TYPE_CHECKING
        from flask_sqlalchemy import SQLAlchemy
        from flask_sqlalchemy.model import Model
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): ...
        db = SQLAlchemy(model_class=Base)
        if TYPE_CHECKING:
            class BaseModel(Model, DeclarativeBase): ...
        else:
            BaseModel = db.Model
        class User(BaseModel):
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
}
USE = """
from mypy_session_plugin import reveal_state
def function() -> None:
    reveal_state(User())  # N: Revealed state is "Transient[{module}.User]"
"""


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """Each case as a module of its own."""
    return {f"{name}.py": dedent(text) + USE.format(module=name) for name, text in CASES.items()}


def test_constructed_instances_are_transient(harness: Harness, files: dict[str, str]) -> None:
    pytest.importorskip("sqlmodel")
    pytest.importorskip("flask_sqlalchemy")

    assert_expected(files, harness.run_in_process(files))


def test_a_class_of_the_user_alone_has_no_state(harness: Harness) -> None:
    files = {
        "plain.py": dedent(
            """\
            from dataclasses import dataclass
            import sqlalchemy
            from mypy_session_plugin import reveal_state
            @dataclass
            class User:
                name: str
            def function() -> None:
                reveal_state(User("x"))  # N: Revealed state is "Unknown"
            """
        )
    }

    assert_expected(files, harness.run_in_process(files))


def test_the_entity_of_a_query_is_mapped_whatever_its_base(harness: Harness) -> None:
    files = {
        "queried.py": dedent(
            """\
            from typing import Any
            from mypy_session_plugin import reveal_state
            from sqlalchemy.orm import Session
            Base: Any = object
            class User(Base): ...
            def function(session: Session) -> None:
                user = session.query(User).one()
                reveal_state(user)  # N: Revealed state is "Persistent[queried.User]"
            """
        )
    }

    assert_expected(files, harness.run_in_process(files))
