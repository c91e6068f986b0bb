"""Where mypy keeps the phantom types of a signature; what is lost, and where the plugin finds it instead.

Each case is a call; the golden text is the type of its callee, or of the expression, with the phantom types in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mypy.nodes import CallExpr, ExpressionStmt, FuncDef, MypyFile
from mypy.types import CallableType, Instance, Overloaded, TupleType, Type, TypeAliasType, UnionType

from mypy_session_plugin import checker as analysis
from mypy_session_plugin.config import Options
from mypy_session_plugin.mypy_compat.report import note
from mypy_session_plugin.mypy_compat.signatures import alias_of
from tests.harness import Harness, assert_expected

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat import TypeChecker

_LIBRARY = """\
from __future__ import annotations
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Generic, NamedTuple, ParamSpec, Protocol, TypedDict, TypeVar, overload
from typing_extensions import Self, TypeAliasType, Unpack
from sqlalchemy.orm import Session
from mypy_session_plugin import Becomes, Borrowed, Owned, Persistent, Transient

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")
class User: ...
class Depends:
    def __init__(self, function: object) -> None: ...
Saved = Persistent[User]
SavedOf = Persistent[T]
MaybeSaved = Persistent[User] | None
Named = TypeAliasType("Named", Persistent[User])
SessionDep = Annotated[Borrowed[Session], Depends(Session)]
SessionDepInside = Borrowed[Annotated[Session, Depends(Session)]]

def takes(user: Transient[User]) -> None: ...
def returns() -> Persistent[User]: ...
def optional() -> Persistent[User] | None: ...
def many() -> list[Persistent[User]]: ...
def pair() -> tuple[Persistent[User], int]: ...
def by_name() -> dict[str, Persistent[User]]: ...
def calls(function: Callable[[Transient[User]], Persistent[User]]) -> None: ...
def all_of(*users: Transient[User], **named: Persistent[User]) -> None: ...
def generic(user: Transient[T]) -> Persistent[T]: ...
def becomes(user: Becomes[Transient[T], Persistent[T]]) -> None: ...
def quoted(user: "Transient[User]") -> "Persistent[User]": ...
async def coroutine() -> Persistent[User]: ...
def alias() -> Saved: ...
def generic_alias() -> SavedOf[User]: ...
def optional_alias() -> MaybeSaved: ...
def named_alias() -> Named: ...
def depends(session: SessionDep) -> None: ...
def depends_inside(session: SessionDepInside) -> None: ...
class Names(TypedDict):
    user: Transient[User]
def unpacked(**named: Unpack[Names]) -> None: ...
class Repository(Generic[T]):
    def get(self) -> T: ...
    @classmethod
    def make(cls, user: Transient[User]) -> Persistent[User]: ...
class UserRepository(Repository[Persistent[User]]): ...
class Getter(Protocol):
    def get(self) -> Persistent[User]: ...
class Entity:
    def saved(self) -> Persistent[Self]: ...
    def __init__(self, session: Borrowed[Session]) -> None: ...
@dataclass
class Data:
    user: Transient[User]
class Row(NamedTuple):
    user: Transient[User]
@overload
def chosen(key: int) -> Persistent[User]: ...
@overload
def chosen(key: str) -> Transient[User]: ...
def chosen(key: object) -> User: ...
@contextmanager
def scope() -> Iterator[Owned[Session]]: ...
def plain(function: Callable[P, R]) -> Callable[P, R]: ...
@plain
def decorated(user: Transient[User]) -> Persistent[User]: ...
@lru_cache
def cached() -> Persistent[User]: ...
"""

_KEPT = {
    "takes(user)": "(@Transient[User]) -> None",
    "returns()": "() -> @Persistent[User]",
    "optional()": "() -> @Persistent[User] | None",
    "many()": "() -> list[@Persistent[User]]",
    "pair()": "() -> tuple[@Persistent[User], int]",
    "by_name()": "() -> dict[str, @Persistent[User]]",
    "calls(lambda u: u)": "((@Transient[User]) -> @Persistent[User]) -> None",
    "all_of(user)": "(@Transient[User], @Persistent[User]) -> None",
    "generic(user)": "(@Transient[User]) -> @Persistent[User]",
    "becomes(user)": "(@Becomes[@Transient[User], @Persistent[User]]) -> None",
    "quoted(user)": "(@Transient[User]) -> @Persistent[User]",
    "coroutine()": "() -> Coroutine[Any, Any, @Persistent[User]]",
    "alias()": "() -> @Persistent[User]",
    "generic_alias()": "() -> @Persistent[User]",
    "optional_alias()": "() -> @Persistent[User] | None",
    "named_alias()": "() -> @Persistent[User]",
    "depends(session)": "(@Borrowed[Session]) -> None",
    "depends_inside(session)": "(@Borrowed[Session]) -> None",
    "Repository[Persistent[User]]().get()": "() -> @Persistent[User]",
    "Repository.make(user)": "(@Transient[User]) -> @Persistent[User]",
    "UserRepository().get()": "() -> @Persistent[User]",
    "getter.get()": "() -> @Persistent[User]",
    "entity.saved()": "() -> @Persistent[Entity]",
    "Entity(session)": "(@Borrowed[Session]) -> Entity",
    "Data(user)": "(@Transient[User]) -> Data",
    "Row(user)": "(@Transient[User]) -> tuple[@Transient[User]]",
    "chosen(1)": "(int) -> @Persistent[User]; (str) -> @Transient[User]",
}
#: mypy has lost these; the golden text says what is left.
_LOST = {
    "scope()": "() -> _GeneratorContextManager[Session, None, None]",
    "decorated(user)": "(@Transient[User]) -> User",
    "cached()": "_lru_cache_wrapper[User]",
}
_APP = """\
from library import *
from mypy_session_plugin import Persistent
from sqlalchemy.orm import Session
def main(user: User, session: Session, getter: Getter, entity: Entity) -> None:
"""


def _shown(type_: Type) -> str:
    """A type as text, phantom types marked with @ as they were written."""
    found = alias_of(type_)
    if found is not None:
        name, arguments = found
        return f"@{name.rpartition('.')[2]}[{', '.join(map(_shown, arguments))}]"
    if isinstance(type_, TypeAliasType):
        return _shown(type_._expand_once())
    match type_:
        case Instance(args=()):
            return type_.type.name
        case Instance():
            return f"{type_.type.name}[{', '.join(map(_shown, type_.args))}]"
        case UnionType():
            return " | ".join(map(_shown, type_.items))
        case TupleType():
            return f"tuple[{', '.join(map(_shown, type_.items))}]"
        case CallableType():
            return f"({', '.join(map(_shown, type_.arg_types))}) -> {_shown(type_.ret_type)}"
        case Overloaded():
            return "; ".join(map(_shown, type_.items))
        case _:
            return str(type_)


@pytest.fixture
def _show_callees(monkeypatch: pytest.MonkeyPatch) -> None:
    def show(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> None:
        for statement in unit.body.body if isinstance(unit, FuncDef) and unit.name == "main" else ():
            if isinstance(statement, ExpressionStmt) and isinstance(statement.expr, CallExpr):
                type_ = checker.lookup_type_or_none(statement.expr.callee)
                assert type_ is not None
                note(checker, _shown(type_), statement)

    monkeypatch.setattr(analysis, "_analyse_unit", show)


@pytest.mark.usefixtures("_show_callees")
@pytest.mark.parametrize("library", ["checked in this run", "from the cache"])
def test_alias_matrix(harness: Harness, library: str) -> None:
    app = _APP + "".join(f"    {call}  # N: {text}\n" for call, text in (_KEPT | _LOST).items())
    files = {"library.py": _LIBRARY, "app.py": app}
    project = harness.project(files, flags=["--disable-error-code=unused-coroutine"])
    if library == "from the cache":
        project.run()
        app += "print()\n"
        project.write({"app.py": app})

    assert_expected({"app.py": app}, [report for report in project.run().reports if report.file == "app.py"])
