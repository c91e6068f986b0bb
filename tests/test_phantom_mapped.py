"""What SQLAlchemy makes of phantom types in the body of a mapped class, as docs/phantom-types.md says it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import ForeignKey, inspect
from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from mypy_session_plugin import Becomes, Persistent, Transient

# Annotations that are made while the program runs: to a type checker they are values of an unknown type.
mapped: Any = Mapped
becomes: Any = Becomes
persistent: Any = Persistent
transient: Any = Transient


@pytest.fixture
def mapping() -> Iterator[registry]:
    mapping = registry()
    yield mapping
    mapping.dispose()


def map_child(mapping: registry) -> Any:
    class Child:
        __tablename__ = "child"
        id: Mapped[int] = mapped_column(primary_key=True)

    return mapping.mapped(Child)


def map_parent(mapping: registry, child: Any) -> Any:
    """Map a class whose attribute `child` has the given annotation."""

    class Parent:
        __tablename__ = "parent"
        id: Mapped[int] = mapped_column(primary_key=True)
        child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
        child = relationship()

    Parent.__annotations__["child"] = child
    mapping.mapped(Parent)
    mapping.configure()
    return Parent


def test_a_column_is_mapped_as_its_plain_type(mapping: registry) -> None:
    class User:
        __tablename__ = "user"
        id: Mapped[Persistent[int]] = mapped_column(primary_key=True)
        name: Mapped[Persistent[str] | None]

    table = inspect(mapping.mapped(User)).local_table
    assert (table.c.id.type.python_type, table.c.name.type.python_type, table.c.name.nullable) == (int, str, True)


@pytest.mark.parametrize(
    "annotate",
    [
        pytest.param(lambda child: mapped[persistent[child]], id="Persistent"),
        pytest.param(lambda child: mapped[persistent[child] | None], id="optional"),
        pytest.param(lambda child: mapped[becomes[transient[child], persistent[child]]], id="Becomes"),
    ],
)
def test_a_reference_to_one_is_mapped_as_its_plain_type(mapping: registry, annotate: Callable[[Any], Any]) -> None:
    child = map_child(mapping)
    assert map_parent(mapping, annotate(child)).child.property.mapper.class_ is child


@pytest.mark.parametrize(
    "annotate",
    [
        pytest.param(lambda child: mapped[list[persistent[child]]], id="list"),
        pytest.param(lambda child: mapped["Persistent[Child]"], id="string"),
    ],
)
def test_a_collection_and_a_string_raise(mapping: registry, annotate: Callable[[Any], Any]) -> None:
    child = map_child(mapping)
    with pytest.raises((AttributeError, InvalidRequestError)):
        map_parent(mapping, annotate(child))


def test_an_annotation_without_mapped_raises(mapping: registry) -> None:
    child = map_child(mapping)
    with pytest.raises(ArgumentError, match="can't be correctly interpreted for Annotated Declarative"):
        map_parent(mapping, persistent[child])
