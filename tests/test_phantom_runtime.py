"""While the program runs a phantom type is `Annotated`: the libraries that read annotations see its first argument."""

import copy
import dataclasses
import importlib.util
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

import pytest

import mypy_session_plugin
from mypy_session_plugin import (
    Becomes,
    Borrowed,
    In,
    Loaded,
    Owned,
    Performs,
    Persistent,
    Transient,
    effects,
    phantom,
    reveal_state,
)
from mypy_session_plugin.phantom import Marker

T = TypeVar("T")
Changes = Becomes[Transient[T], Persistent[T]]

ONE_ARGUMENT = [
    "Added", "Attached", "Borrowed", "CrossesProcess", "CrossesTask", "CrossesThread", "Deleted", "Detached", "Live",
    "Owned", "Pending", "Persistent", "Synchronized", "Transient", "Unattached",
]  # fmt: skip
TWO_ARGUMENTS = ["Becomes", "In", "Loaded", "Performs"]


class User:
    pass


class Session:
    pass


def needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"{module} is not installed")


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_each_phantom_type_annotates_its_argument(name: str) -> None:
    alias = getattr(mypy_session_plugin, name)
    assert alias[User] == Annotated[User, Marker(name)]


@pytest.mark.parametrize("name", TWO_ARGUMENTS)
def test_those_with_two_arguments_annotate_the_first_with_the_second(name: str) -> None:
    alias = getattr(mypy_session_plugin, name)
    assert alias[User, Literal["a"]] == Annotated[User, Marker(name, Literal["a"])]


@pytest.mark.parametrize("name", TWO_ARGUMENTS)
@pytest.mark.parametrize("arguments", [User, (User,), (User, User, User)])
def test_those_with_two_arguments_refuse_another_number(name: str, arguments: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} takes two arguments"):
        getattr(mypy_session_plugin, name)[arguments]


def test_the_public_names_are_the_phantom_types_and_the_plugin() -> None:
    assert set(mypy_session_plugin.__all__) == {*ONE_ARGUMENT, *TWO_ARGUMENTS, "plugin", "reveal_state"}
    assert set(phantom.__all__) == {*ONE_ARGUMENT, *TWO_ARGUMENTS, "Marker", "reveal_state"}


@pytest.mark.parametrize(
    "module", ["mypy_session_plugin", "mypy_session_plugin.effects", "mypy_session_plugin.testing"]
)
def test_importing_them_imports_neither_mypy_nor_sqlalchemy(module: str) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert module in run.stdout.split()
    assert not {"mypy", "sqlalchemy"} & set(run.stdout.split())


def test_type_hints_are_the_plain_types() -> None:
    def function(
        persistent: Persistent[User],
        optional: Persistent[User] | None,
        changes: Becomes[Transient[User], Persistent[User]],
        within: In[Persistent[User], Literal["session"]],
        loaded: list[Loaded[User, Literal["posts"]]],
        session: Performs[Borrowed[Session], Literal["flush"]],
    ) -> Owned[Session]:
        raise NotImplementedError

    assert get_type_hints(function) == {
        "persistent": User,
        "optional": User | None,
        "changes": User,
        "within": User,
        "loaded": list[User],
        "session": Session,
        "return": Session,
    }


def test_type_hints_with_extras_keep_the_markers() -> None:
    def function(user: In[Persistent[User], Literal["session"]]) -> None:
        raise NotImplementedError

    hint = get_type_hints(function, include_extras=True)["user"]
    assert get_args(hint) == (User, Marker("Persistent"), Marker("In", Literal["session"]))


def test_arguments_may_be_strings() -> None:
    def function(
        whole: "Persistent[User] | None",
        inner: Persistent["User"],
        optional: Persistent["User"] | None,
        changes: Becomes["Transient[User]", "Persistent[User]"],
    ) -> None:
        raise NotImplementedError

    hints = get_type_hints(function)
    assert hints == {
        "whole": User | None,
        "inner": User,
        "optional": User | None,
        "changes": User,
        "return": type(None),
    }


def test_they_are_generic_over_type_variables() -> None:
    def function(user: Changes[User]) -> None:
        raise NotImplementedError

    assert get_type_hints(function)["user"] is User


def test_they_can_be_copied_and_pickled() -> None:
    alias: Any = In[Persistent[User], Literal["session"]]
    assert copy.deepcopy(alias) == alias
    assert pickle.loads(pickle.dumps(Marker("In", "session"))) == Marker("In", "session")


def test_a_marker_prints_as_it_is_made() -> None:
    assert repr(Marker("Persistent")) == "Marker('Persistent')"
    assert repr(Marker("In", "session")) == "Marker('In', 'session')"


def test_a_dataclass_may_have_them_as_fields() -> None:
    @dataclasses.dataclass
    class Command:
        session: Borrowed[Session]
        user: Persistent[User] | None = None

    assert Command(Session()).user is None
    assert get_type_hints(Command) == {"session": Session, "user": User | None}


def test_reveal_state_returns_its_argument() -> None:
    user = User()
    assert reveal_state(user) is user


def test_an_effect_leaves_what_it_decorates() -> None:
    def function() -> None:
        raise NotImplementedError

    decorators: list[Callable[[Any], Any]] = [
        effects.any_session,
        effects.begins,
        effects.begins("nested"),
        effects.calls("fn"),
        effects.closes,
        effects.closes(of="current", reusable=True),
        effects.ends("commit", when="ok"),
        effects.entry_point,
        effects.expires,
        effects.expires("all", unless="not expire_on_commit"),
        effects.flushes,
        effects.flushes(when="autoflush"),
        effects.joined,
        effects.keeps("content"),
        effects.moves(new="transient", when="error"),
        effects.raises("InvalidRequestError: Instance is not persisted"),
        effects.reads,
        effects.runs_in_greenlet,
        effects.writes,
    ]
    assert {decorate(function) for decorate in decorators} == {function}


@needs("pydantic")
def test_pydantic_validates_the_plain_type() -> None:
    import pydantic

    class Model(pydantic.BaseModel):
        number: Persistent[int]
        changed: Becomes[Transient[int], Persistent[int]]
        optional: Persistent[int] | None = None

    model = Model.model_validate({"number": "1", "changed": "2"})
    assert (model.number, model.changed, model.optional) == (1, 2, None)
    with pytest.raises(pydantic.ValidationError):
        Model.model_validate({"number": "one", "changed": 2})


@needs("fastapi")
@pytest.mark.parametrize("nesting", ["outside", "inside"])
def test_fastapi_finds_the_dependency(nesting: str) -> None:
    import fastapi
    from fastapi.testclient import TestClient

    def get_session() -> Session:
        return Session()

    outside = Annotated[Borrowed[Session], fastapi.Depends(get_session)]
    inside = Borrowed[Annotated[Session, fastapi.Depends(get_session)]]
    dependency = {"outside": outside, "inside": inside}[nesting]
    app = fastapi.FastAPI()

    def read(session: dependency, key: Persistent[int]) -> str:  # type: ignore[valid-type]
        return f"{type(session).__name__} {key + 1}"

    app.get("/")(read)
    assert TestClient(app).get("/", params={"key": "1"}).json() == "Session 2"


@needs("typeguard")
@pytest.mark.parametrize(
    "alias",
    [
        pytest.param(Persistent[User], id="Persistent"),
        pytest.param(Persistent[User] | None, id="optional"),
        pytest.param(Becomes[Transient[User], Persistent[User]], id="Becomes"),
    ],
)
def test_typeguard_checks_the_plain_type(alias: Any) -> None:
    import typeguard

    user = User()
    assert typeguard.check_type(user, alias) is user
    with pytest.raises(typeguard.TypeCheckError):
        typeguard.check_type(1, alias)
