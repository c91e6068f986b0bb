"""Session stubs are read strictly: all that is in the grammar, and nothing else."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from mypy_session_plugin import effects, phantom
from mypy_session_plugin.facts.effects import ClassStub, Effect, FunctionStub, ParameterKind, TypeExpression, When
from mypy_session_plugin.semantics.library import Library, stub_faults
from mypy_session_plugin.semantics.remarks import forgets
from mypy_session_plugin.semantics.stub_reader import StubError, read_stub
from mypy_session_plugin.semantics.stub_vocabulary import (
    CLASS_DECORATORS,
    DECORATORS,
    ONE_ARGUMENT_ALIASES,
    REFERENCES,
    STUB_ALIASES,
    TWO_ARGUMENT_ALIASES,
)
from mypy_session_plugin.stub_files import stub_files, stub_root

IMPORTS = """\
from collections.abc import Callable, Iterable
from typing import Any, Literal, Optional, Self, TypeVar, Union, overload
from mypy_session_plugin import Added, Becomes, In, Pending, Performs, Persistent, Transient
from mypy_session_plugin.effects import Marked, awaited, calls, closes, ends, expires, flushes, keeps, moves, raises
from mypy_session_plugin.effects import guards, reads, same_as, serves
from sqlalchemy.orm import Session
T = TypeVar("T")
R = TypeVar("R")
"""
FIRST_LINE = IMPORTS.count("\n") + 1


def read(folder: Path, text: str) -> dict[str, tuple[FunctionStub, ...]]:
    path = folder / "library.pyi"
    path.write_text(IMPORTS + text)
    return read_stub(path, "library").functions


def read_one(folder: Path, text: str) -> FunctionStub:
    (function,) = read(folder, text)["function"]
    return function


def text_of(expression: TypeExpression) -> str:
    """A type expression as one would write it, with full names."""
    items = [text_of(argument) for argument in expression.arguments] + [repr(value) for value in expression.values]
    return f"{expression.name}[{', '.join(items)}]" if items else expression.name


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", "builtins.int"),
        ("T", "T"),
        ("Any", "typing.Any"),
        ("Session", "sqlalchemy.orm.session.Session"),
        ("list[T]", "builtins.list[T]"),
        ("tuple[T, ...]", "builtins.tuple[T, ...]"),
        ("type[T]", "builtins.type[T]"),
        ("Iterable[Added[T]]", "typing.Iterable[mypy_session_plugin.Added[T]]"),
        ("Marked[T]", "mypy_session_plugin.effects.Marked[T]"),
        ("T | None", "Union[T, None]"),
        ("Optional[T]", "Union[T, None]"),
        ("Union[T, int | None]", "Union[T, builtins.int, None]"),
        ('Literal["a", 1, True, None]', "Literal['a', 1, True, None]"),
        ("Callable[..., R]", "typing.Callable[..., R]"),
        ("Callable[[T, int], R]", "typing.Callable[T, builtins.int, R]"),
        ('"Persistent[T] | None"', "Union[mypy_session_plugin.Persistent[T], None]"),
        (
            "Becomes[Transient[T], Persistent[T]]",
            "mypy_session_plugin.Becomes[mypy_session_plugin.Transient[T], mypy_session_plugin.Persistent[T]]",
        ),
        ('In[T, Literal["self.session"]]', "mypy_session_plugin.In[T, Literal['self.session']]"),
    ],
)
def test_annotations_are_resolved_to_full_names(tmp_path: Path, annotation: str, expected: str) -> None:
    function = read_one(tmp_path, f"def function() -> {annotation}: ...")
    assert text_of(function.returns) == expected


def test_parameters_keep_their_names_kinds_and_defaults(tmp_path: Path) -> None:
    function = read_one(tmp_path, "def function(a: int, /, b: int = ..., *c: int, d: int, **e: int) -> None: ...")
    assert [(one.name, one.kind, one.has_default) for one in function.parameters] == [
        ("a", ParameterKind.POSITIONAL_ONLY, False),
        ("b", ParameterKind.POSITIONAL_OR_KEYWORD, True),
        ("c", ParameterKind.VAR_POSITIONAL, False),
        ("d", ParameterKind.KEYWORD_ONLY, False),
        ("e", ParameterKind.VAR_KEYWORD, False),
    ]


@pytest.mark.parametrize(
    ("decorator", "effect"),
    [
        ("@reads", Effect("reads")),
        ('@flushes(when="autoflush")', Effect("flushes", when=When.AUTOFLUSH)),
        ('@ends("commit", when="ok")', Effect("ends", {"outcome": "commit"}, When.OK)),
        ('@moves(pending="persistent")', Effect("moves", {"pending": "persistent"})),
        ('@closes(of="current", reusable=True)', Effect("closes", {"of": "current", "reusable": True})),
        ('@calls("x")', Effect("calls", {"parameter": "x"})),
        ('@keeps("x")', Effect("keeps", {"parameter": "x"})),
    ],
)
def test_an_effect_has_its_arguments_by_name(tmp_path: Path, decorator: str, effect: Effect) -> None:
    assert read_one(tmp_path, f"{decorator}\ndef function(x: int) -> None: ...").effects == (effect,)


def test_effects_keep_the_order_in_which_they_are_written(tmp_path: Path) -> None:
    function = read_one(
        tmp_path,
        '@moves(marked="deleted")\n@ends("commit")\n@moves(deleted="detached")\ndef function() -> None: ...',
    )
    assert [effect.name for effect in function.effects] == ["moves", "ends", "moves"]


def test_raises_is_the_error_of_the_function_and_no_effect(tmp_path: Path) -> None:
    function = read_one(tmp_path, '@raises("KeyError: <{class}>")\ndef function() -> None: ...')
    assert (function.error, function.effects) == ("KeyError: <{class}>", ())


def test_overloads_are_several_signatures_in_order(tmp_path: Path) -> None:
    functions = read(
        tmp_path,
        "@overload\ndef function(x: int) -> int: ...\n@overload\nasync def function(x: str) -> str: ...\n",
    )
    assert [(one.returns.name, one.is_async) for one in functions["function"]] == [
        ("builtins.int", False),
        ("builtins.str", True),
    ]


def test_a_class_has_bases_type_variables_methods_and_attributes(tmp_path: Path) -> None:
    path = tmp_path / "library.pyi"
    path.write_text(
        IMPORTS
        + "class Base: ...\n"
        + "class Derived(Base, list[T]):\n"
        + "    base: Base\n"
        + "    @property\n"
        + "    def first(self) -> T: ...\n"
        + "    @classmethod\n"
        + "    def make(cls, x: int) -> Self: ...\n"
        + "    @staticmethod\n"
        + "    def check(x: int) -> bool: ...\n"
    )
    derived = read_stub(path, "library").classes["Derived"]
    assert derived.full_name == "library.Derived"
    assert [text_of(base) for base in derived.bases] == ["library.Base", "builtins.list[T]"]
    assert derived.type_variables == ("T",)
    assert derived.attributes == {"base": TypeExpression("library.Base")}
    assert derived.methods["first"][0].is_property
    assert [[one.name for one in derived.methods[name][0].parameters] for name in ("make", "check")] == [["x"], ["x"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def function( -> None: ...", "bad syntax: invalid syntax"),
        ("x: int", "a session stub has only imports, type variables, classes and functions"),
        ("if True: ...", "a session stub has only imports, type variables, classes and functions"),
        ("X = int()", "only type variables are assigned in a session stub"),
        ("from typing import *", "import the names one by one, not with *"),
        (
            "from mypy_session_plugin import Persitent",
            '"mypy_session_plugin" has no "Persitent" for stubs; did you mean "Persistent"?',
        ),
        (
            "from mypy_session_plugin.effects import flush",
            '"mypy_session_plugin.effects" has no "flush" for stubs; did you mean "flushes"?',
        ),
        ("@flush\ndef f() -> None: ...", 'name "flush" is not imported or defined; did you mean "flushes"?'),
        ("@T\ndef f() -> None: ...", '"@T" is no decorator of session stubs'),
        ("def f() -> Sesion: ...", 'name "Sesion" is not imported or defined; did you mean "Session"?'),
        ("def f() -> Persistent: ...", '"Persistent" takes 1 argument, not 0'),
        ("def f() -> Becomes[Pending[T]]: ...", '"Becomes" takes 2 arguments, not 1'),
        ("def f() -> In[T, int]: ...", 'the second argument of "In" is a Literal of strings'),
        (
            'def f(x: Performs[Session, Literal["comit"]]) -> None: ...',
            '"Performs" does not know "comit"; did you mean "commit"?',
        ),
        ("def f() -> 1: ...", '"1" is not a type'),
        ('def f() -> "int |": ...', '"int |" is not a type'),
        ("def f() -> Callable[int]: ...", "Callable takes a list of parameters and a result"),
        ("def f() -> Literal[x]: ...", '"x" is not a literal value'),
        ("def f(): ...", '"f" has no result type'),
        ("def f(x) -> None: ...", 'parameter "x" has no type'),
        ("def f() -> None: return None", 'the body of "f" is "..." in a session stub'),
        (
            "def f() -> None: ...\ndef f() -> int: ...",
            '"f" is defined twice; use @overload for several signatures',
        ),
        ("class C: ...\nclass C: ...", 'class "C" is defined twice'),
        ("class C:\n    def f() -> None: ...", 'method "f" has no "self"'),
        ("class C:\n    x = Session.add\n    def x(self) -> None: ...", '"x" is defined twice'),
        ("class C:\n    x = Session()", '"Session()" names no method of a class'),
        (
            "class C:\n    x = awaited(Session.add, Session)",
            '"awaited(Session.add, Session)" names no method of a class',
        ),
        ("class C:\n    x = awaited(Session)", '"Session" is no method of a class'),
        (
            "class C:\n    x = awaited(Session.add, give=Session)",
            '"awaited" has no argument "give"; did you mean "gives"?',
        ),
        ("class C:\n    x = same_as(Session.add, live=1)", '"live" of "same_as" is True or False, not "1"'),
        (
            "class C:\n    x = same_as(Session.add, through=(1,))",
            '"through" of "same_as" is a text or several, not "(1,)"',
        ),
        ("class C:\n    x = 1", "a class in a session stub has only methods and annotated attributes"),
        ("class C(metaclass=type): ...", 'class "C" has keywords, which session stubs do not use'),
        ("@reads\nclass C: ...", '"@reads" is no decorator of classes'),
        ("@serves()\nclass C: ...", '"@serves()" is no decorator of classes; did you mean "serves"?'),
        ("@serves(1)\nclass C: ...", '"@serves" takes the names of methods, not "1"'),
        ("@guards(places=1)\nclass C: ...", '"places" of "@guards" is a text, not 1'),
        ('@guards(place="value")\nclass C: ...', '"@guards" has no argument "place"; did you mean "places"?'),
        ('@guards("value")\nclass C: ...', '"@guards" takes 0 positional arguments, not 1'),
        ('@ends("comit")\ndef f() -> None: ...', '"outcome" of "@ends" cannot be \'comit\'; did you mean "commit"?'),
        ("@ends\ndef f() -> None: ...", "\"@ends\" needs 'outcome'"),
        ('@ends("commit", "ok")\ndef f() -> None: ...', '"@ends" takes 1 positional arguments, not 2'),
        ('@ends("commit", outcome="commit")\ndef f() -> None: ...', '"@ends" is given "outcome" twice'),
        (
            '@moves(pendig="persistent")\ndef f() -> None: ...',
            '"@moves" has no argument "pendig"; did you mean "pending"?',
        ),
        ("@closes(reusable=1)\ndef f() -> None: ...", '"reusable" of "@closes" cannot be 1, only True or False'),
        ("@closes(reusable=T)\ndef f() -> None: ...", 'the arguments of "@closes" are constants, not "T"'),
        (
            '@reads(when="autoflush")\ndef f() -> None: ...',
            "\"when\" of \"@reads\" cannot be 'autoflush', only 'always' or 'ok' or 'error' or 'load'",
        ),
        ("@reads\n@reads\ndef f() -> None: ...", '"f" has "@reads" twice'),
        ('@calls("y")\ndef f(x: int) -> None: ...', '"f" has no parameter "y"'),
        ("@calls(1)\ndef f(x: int) -> None: ...", '"parameter" of "@calls" is a text, not 1'),
        (
            '@raises("wrong")\ndef f() -> None: ...',
            'the text of "@raises" is an exception and its message, as in "KeyError: 1"',
        ),
        (
            '@raises("KeyError: {name}")\ndef f() -> None: ...',
            '"{name}" in "@raises" is unknown; did you mean "{class}"?',
        ),
        ('@raises("A: a")\n@raises("A: b")\ndef f() -> None: ...', '"f" has "@raises" twice'),
    ],
)
def test_what_is_not_in_the_grammar_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(StubError) as caught:
        read(tmp_path, text)
    assert caught.value.text == message
    assert caught.value.line >= FIRST_LINE


def test_an_error_names_file_and_line_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StubError) as caught:
        read(tmp_path, "\n\ndef function() -> Xyzzy: ...")
    assert str(caught.value) == (
        f'{tmp_path}/library.pyi:{FIRST_LINE + 2}: error: name "Xyzzy" is not imported or defined'
    )


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "library.pyi").write_bytes(b"\xff\x00")
    with pytest.raises(StubError):
        read_stub(tmp_path / "library.pyi", "library")


def test_the_phantom_types_of_stubs_are_those_of_the_package() -> None:
    runtime_only = {"Marker", "reveal_state"}
    assert set(phantom.__all__) - runtime_only == ONE_ARGUMENT_ALIASES | TWO_ARGUMENT_ALIASES


def test_the_decorators_of_stubs_are_those_of_the_package() -> None:
    assert set(effects.__all__) == {*DECORATORS, *CLASS_DECORATORS, *REFERENCES, *STUB_ALIASES}


@pytest.mark.parametrize("name", DECORATORS)
def test_a_decorator_takes_in_stubs_what_it_takes_in_python(name: str) -> None:
    decorator = getattr(effects, name)
    function = decorator if inspect.isfunction(decorator) else type(decorator).__call__
    taken = set(inspect.signature(function).parameters) - {"self", "decorated"}
    signature = DECORATORS[name]
    assert {*signature.values, *(["when"] if signature.when else [])} == taken


@pytest.mark.parametrize("path", stub_files([stub_root()]), ids=lambda path: str(path.relative_to(stub_root())))
def test_every_bundled_stub_can_be_read(path: Path) -> None:
    module = ".".join(path.relative_to(stub_root()).with_suffix("").parts)
    stub = read_stub(path, module)
    assert stub.classes or stub.functions or stub.remarks


def test_a_class_is_found_under_each_name_that_exports_it() -> None:
    library = Library([])
    assert library.class_stub("sqlalchemy.orm.Session") is library.class_stub("sqlalchemy.orm.session.Session")
    assert library.class_stub("sqlalchemy.orm.Session") is not None


def test_a_function_is_found_under_each_name_that_exports_it() -> None:
    library = Library([])
    assert library.function("asyncio.create_task") is library.function("asyncio.tasks.create_task")
    assert library.function("asyncio.create_task") is not None


def test_the_first_class_of_the_mro_that_has_a_method_counts() -> None:
    library = Library([])
    found = library.method(["app.MySession", "sqlalchemy.orm.session.Session", "builtins.object"], "add")
    assert found == library.method("sqlalchemy.orm.Session", "add")


def test_what_no_stub_names_is_not_known() -> None:
    library = Library([])
    assert library.module("app") is None
    assert library.class_stub("Session") is None
    assert library.function("app.function") is None
    assert library.method(["app.MySession"], "add") is None


def test_the_users_stub_wins_for_what_it_names_and_the_bundled_one_stays_for_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "sqlalchemy" / "orm" / "session.pyi"
    path.parent.mkdir(parents=True)
    path.write_text("class Session:\n    def commit(self) -> None: ...\n")
    library = Library([tmp_path])
    (commit,) = library.method("sqlalchemy.orm.Session", "commit") or ()
    assert commit.file == str(path)
    assert library.method("sqlalchemy.orm.Session", "rollback") is not None


def test_what_a_decorator_says_of_a_class_tells_nothing_of_its_methods(tmp_path: Path) -> None:
    path = tmp_path / "library.pyi"
    path.write_text(
        IMPORTS
        + '@guards\nclass Lock: ...\n@guards(places="value")\nclass Semaphore: ...\n'
        + '@serves("get", "post")\nclass Client:\n    x: int\n'
    )
    lock, semaphore, client = read_stub(path, "library").classes.values()
    assert (lock.guards, lock.places, lock.serves, lock.is_described) == (True, "", frozenset(), False)
    assert (semaphore.guards, semaphore.places, semaphore.is_described) == (True, "value", False)
    assert (client.guards, client.serves, client.is_described) == (False, frozenset({"get", "post"}), True)
    assert Library([tmp_path]).class_stub("library.Lock") is None


_REMARKS = """\
from mypy_session_plugin.effects import exhausts, forgets
@exhausts("x")
@forgets
def total(x: Iterable[int]) -> int: ...
@exhausts("x")
def add(x: Iterable[Added[T]]) -> None: ...
@exhausts("x")
@exhausts("y")
@reads
def load(x: Iterable[int], y: Iterable[int]) -> None: ...
class Bag:
    @exhausts("x")
    def extend(self, x: Iterable[T]) -> None: ...
class Store(Bag):
    @exhausts("x")
    def fill(self, x: Iterable[Added[T]]) -> None: ...
"""


def test_a_function_on_which_a_stub_only_remarks_is_not_described(tmp_path: Path) -> None:
    (tmp_path / "library.pyi").write_text(IMPORTS + _REMARKS)
    library = Library([tmp_path])
    names = ("total", "add", "load")
    assert [library.function(f"library.{name}") is not None for name in names] == [False, True, True]
    assert [library.class_stub(f"library.{name}") is not None for name in ("Bag", "Store")] == [False, True]
    assert library.method("library.Store", "extend") is None


def test_a_remark_is_found_beside_what_is_described(tmp_path: Path) -> None:
    (tmp_path / "library.pyi").write_text(IMPORTS + _REMARKS)
    library = Library([tmp_path])
    (total,), (load,) = library.signatures("library", "total"), library.signatures("library", "load")
    assert total.exhausts("x")
    assert load.exhausts("x")
    assert load.exhausts("y")
    assert [library.signatures("library.Store", name)[0].exhausts("x") for name in ("extend", "fill")] == [True, True]
    assert library.signatures("library", "nothing") == library.signatures("app", "total") == ()
    assert (forgets(library, "library.total", False), forgets(library, "library.load", False)) == (True, False)


_QUEUE = """\
from typing import Generic, TypeVar
from mypy_session_plugin import CrossesThread, Live
from mypy_session_plugin.effects import awaited, joined, puts, raises, same_as, through
T = TypeVar("T")
V = TypeVar("V")
class Queue(Generic[T]):
    @through("send")
    @puts("item")
    def put(self, item: CrossesThread[T]) -> None: ...
    def take(self) -> Live[Queue[T]] | None: ...
    @property
    def first(self) -> T: ...
class AsyncQueue(Generic[V]):
"""


def _named(folder: Path, *assignments: str) -> ClassStub:
    (folder / "company.pyi").write_text(_QUEUE + "".join(f"    {assignment}\n" for assignment in assignments))
    stub = Library([folder]).class_stub("company.AsyncQueue")
    assert stub is not None
    return stub


def test_a_method_that_is_named_after_another_says_what_that_says(tmp_path: Path) -> None:
    (put,) = _named(tmp_path, "put = Queue.put").methods["put"]
    assert not put.is_async
    assert [effect.name for effect in put.effects] == ["puts"], "the way of the other class's own methods is its own"
    assert [text_of(parameter.annotation) for parameter in put.parameters] == ["mypy_session_plugin.CrossesThread[V]"]
    assert put.line == _QUEUE.count("\n") + 1


def test_a_method_that_is_named_after_another_may_be_awaited_and_have_another_name_and_way(tmp_path: Path) -> None:
    (stub,) = _named(tmp_path, 'put_soon = awaited(Queue.put, through=("put", "wait"))').methods["put_soon"]
    assert (stub.name, stub.is_async) == ("put_soon", True)
    assert [effect.arguments for effect in stub.effects][:2] == [{"method": "put"}, {"method": "wait"}]


def test_a_method_that_is_named_after_another_may_give_another_class_that_lives_longer(tmp_path: Path) -> None:
    methods = _named(
        tmp_path,
        "live = same_as(Queue.take, gives=AsyncQueue)",
        "take = same_as(Queue.take, gives=AsyncQueue, live=False)",
        "first = Queue.first",
    ).methods
    assert text_of(methods["live"][0].returns) == "Union[mypy_session_plugin.Live[company.AsyncQueue[V]], None]"
    assert text_of(methods["take"][0].returns) == "Union[company.AsyncQueue[V], None]"
    assert methods["first"][0].is_property


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("put = Queue.pot", 'the stub of "company.Queue" has no "pot"; did you mean "put"?'),
        ("put = AsyncQueue.get", 'there is no stub of class "company.AsyncQueue" above or in another module'),
    ],
)
def test_a_method_is_named_after_one_that_there_is(tmp_path: Path, assignment: str, message: str) -> None:
    with pytest.raises(StubError) as caught:
        _named(tmp_path, assignment)
    assert (caught.value.text, caught.value.line) == (message, _QUEUE.count("\n") + 1)
    assert stub_faults([tmp_path]) == [str(caught.value)]


def test_the_methods_of_two_modules_are_not_named_after_each_other(tmp_path: Path) -> None:
    for name, other in (("here", "there"), ("there", "here")):
        (tmp_path / f"{name}.pyi").write_text(f"import {other}\nclass B:\n    method = {other}.B.method\n")
    with pytest.raises(StubError, match="are named after each other in a circle"):
        Library([tmp_path]).class_stub("here.B")


def test_a_package_is_described_by_its_init_file(tmp_path: Path) -> None:
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "__init__.pyi").write_text("from .work import Job\ndef start() -> Job: ...\n")
    (start,) = Library([tmp_path]).function("company.start") or ()
    assert start.returns == TypeExpression("company.work.Job")
