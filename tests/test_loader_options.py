"""What is predicted of the attributes that a statement loads is what SQLAlchemy does, run on SQLite."""

from __future__ import annotations

import inspect as python
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mypy.nodes import CallExpr, FuncDef, ListExpr, NameExpr, ReturnStmt
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Query, Session
from sqlalchemy.orm.exc import DetachedInstanceError

from mypy_session_plugin.facts.loading import UNKNOWN_OPTIONS, Options, Strategy
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.semantics.attributes import Attributes
from mypy_session_plugin.semantics.loader_options import LoaderOptions
from mypy_session_plugin.semantics.mapped import MappedClasses
from tests.builds import Build
from tests.loading import models, statements

FOLDER = Path(models.__file__).parent
USER = "tests.loading.models.User"
PROGRAMS: list[Callable[..., Any]] = [
    function
    for name, function in vars(statements).items()
    if python.isfunction(function) and function.__module__ == statements.__name__
    if name not in ("users", "chosen_by")
]
#: Attributes of which nothing is known where options speak of columns.
DERIVED = frozenset({"asked", "point"})
#: With these an attribute is not loaded, and reading it raises in a detached instance.
UNLOADED = frozenset({Strategy.LAZY, Strategy.DEFERRED, Strategy.RAISE, Strategy.RAISE_ON_SQL})


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The models and the statements as mypy sees them."""
    return Build(tmp_path_factory.mktemp("loading"), [FOLDER / "models.py", FOLDER / "statements.py"])


@pytest.fixture(scope="module")
def engine() -> Engine:
    """A database with one row in each table."""
    engine = create_engine("sqlite://")
    models.Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        user = models.User(id=1, name="one", biography="long", photo=b"1", sound=b"2", secret="3", x=1, y=2)
        user.addresses.append(models.Address(id=1, street="street", city=models.City(id=1, name="city", map=b"")))
        session.add_all([user, models.Order(id=1, user=user), models.Visit(id=1, user_id=1, city_id=1)])
    return engine


def predicted(build: Build, function: Callable[..., Any]) -> Options:
    """What is known of the statement that a function returns."""
    definition = build.modules[statements.__name__].names[function.__name__].node
    assert isinstance(definition, FuncDef)
    nodes = list(descendants(definition, into_functions=True))
    (returned,) = (node.expr for node in nodes if isinstance(node, ReturnStmt))
    assert returned is not None
    return LoaderOptions(nodes, build.types.get, Attributes(MappedClasses()), called).of(returned, build.class_(USER))


def called(call: CallExpr) -> FuncDef | None:
    """The function of the module that is called by its name."""
    node = call.callee.node if isinstance(call.callee, NameExpr) else None
    return node if isinstance(node, FuncDef) and node.fullname.startswith(statements.__name__) else None


def loaded(session: Session, function: Callable[..., Any]) -> models.User:
    """The first user that the statement of a function loads."""
    made = function(session) if python.signature(function).parameters else function()
    result = made if isinstance(made, Query) else session.scalars(made)
    user = result.unique().all()[0] if not isinstance(result, Query) else result.all()[0]
    assert isinstance(user, models.User)
    return user


def strategies(
    build: Build, attributes: Attributes, instance: models.Base, options: Options, depth: int = 3
) -> Iterator[tuple[models.Base, str, Strategy]]:
    """How each attribute was loaded, of an instance and of those that were loaded with it."""
    info = build.class_(f"{type(instance).__module__}.{type(instance).__name__}")
    for mapped in inspect(type(instance)).attrs:
        attribute = attributes.of(info, mapped.key)
        assert attribute is not None
        strategy = options.strategy(attribute)
        yield instance, mapped.key, strategy
        if attribute.is_relationship and depth and strategy is Strategy.EAGER:
            value = vars(instance)[mapped.key]
            for other in value if isinstance(value, list) else [value]:
                yield from strategies(build, attributes, other, options.below(mapped.key), depth - 1)


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda function: function.__name__)
def test_what_a_statement_loads_is_what_sqlalchemy_loads(
    build: Build, engine: Engine, function: Callable[..., Any]
) -> None:
    options, attributes = predicted(build, function), Attributes(MappedClasses())
    with warnings.catch_warnings(), Session(engine) as session:
        warnings.simplefilter("ignore")
        user = loaded(session, function)
        found: dict[tuple[models.Base, str], set[Strategy]] = {}
        for instance, name, strategy in strategies(build, attributes, user, options):
            found.setdefault((instance, name), set()).add(strategy)
        session.expunge_all()

    unclear = {key for key, ways in found.items() if Strategy.UNKNOWN in ways and Strategy.EAGER not in ways}
    unknown = {name for instance, name in unclear if not isinstance(instance, models.Visit)} - DERIVED
    assert bool(unknown) == ("unknown" in function.__name__), unknown
    for (instance, name), ways in found.items():
        unloaded = name in inspect(instance).unloaded
        place = f"{type(instance).__name__}.{name} is {ways}"
        assert unloaded or ways.isdisjoint(UNLOADED), place
        assert not unloaded or Strategy.EAGER not in ways, place
        if ways & UNLOADED:
            with pytest.raises((DetachedInstanceError, InvalidRequestError)):
                getattr(instance, name)


def test_whether_a_statement_populates_what_exists_is_read_off_it(build: Build) -> None:
    assert predicted(build, statements.afresh).populate_existing is True
    assert predicted(build, statements.afresh_by_a_query).populate_existing is True
    assert predicted(build, statements.selectin).populate_existing is False
    assert predicted(build, statements.unknown_with_an_alias).populate_existing is None
    assert predicted(build, statements.afresh).below("addresses").populate_existing is True


def test_options_given_as_a_list_are_those_of_a_statement(build: Build) -> None:
    definition = build.modules[statements.__name__].names["options_in_variables"].node
    assert isinstance(definition, FuncDef)
    nodes = list(descendants(definition, into_functions=True))
    options, user = LoaderOptions(nodes, build.types.get, Attributes(MappedClasses())), build.class_(USER)
    (display,) = (node for node in nodes if isinstance(node, ListExpr))

    assert options.of_list(display, user) == predicted(build, statements.options_in_variables)
    assert options.of_list(display.items[0], user) == UNKNOWN_OPTIONS


def test_a_wildcard_does_not_reach_what_is_loaded_later(build: Build, engine: Engine) -> None:
    options, attributes = predicted(build, statements.raising_everywhere_but_later), Attributes(MappedClasses())
    city = attributes.of(build.class_("tests.loading.models.Address"), "city")
    with Session(engine) as session:
        address = loaded(session, statements.raising_everywhere_but_later).addresses[0]

        assert address.city is not None
        assert city is not None
        assert options.below("addresses").strategy(city) is Strategy.UNKNOWN
