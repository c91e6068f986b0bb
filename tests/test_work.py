"""How much is done: which units are analysed after an edit, how many blocks are run, how often stubs are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mypy.dmypy_server import Server
from mypy.find_sources import create_source_list
from mypy.main import process_options
from mypy.nodes import FuncDef, MypyFile

from mypy_session_plugin import checker as analysis
from mypy_session_plugin.config import Options
from mypy_session_plugin.flow.fixpoint import Fixpoint
from mypy_session_plugin.flow.graph import Block
from mypy_session_plugin.semantics import library
from mypy_session_plugin.semantics.followed import Follower
from tests.harness import Harness, assert_expected

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat import TypeChecker

_MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""
_APPLICATION = """\
from models import User
from sqlalchemy.orm import Session
def edited(session: Session) -> None:
    session.merge(User(name="before"))
def beside(session: Session) -> None:
    session.merge(User(name="x"))
def plain(names: list[str]) -> str:
    return ", ".join(sorted(names))
"""
_LOOP = """\
from models import User
from sqlalchemy.orm import Session
def function(session: Session, names: list[str]) -> None:
    for name in names:
        user = User(name=name)
        if name:
            session.add(user)
        else:
            session.flush()
        session.refresh(user)
    session.commit()
"""
_FOLLOWED = """\
from models import User
from mypy_session_plugin import reveal_state
from sqlalchemy.orm import Session
def added(session: Session, names: list[str]) -> User:
    user = User()
    for name in names:
        if name:
            user.name = name
    session.add(user)
    return user
def function(session: Session, names: list[str]) -> None:
    reveal_state(added(session, names))  # N: {state}
"""


def test_an_edit_has_only_its_module_analysed_and_no_stub_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("models", _MODELS), ("app", _APPLICATION), ("other", _APPLICATION)):
        Path(f"{name}.py").write_text(text)
    Path("mypy.ini").write_text("[mypy]\nplugins = mypy_session_plugin\n")
    flags = ["--incremental", "--config-file", "mypy.ini", "--cache-dir", "cache"]
    _, options = process_options(flags, require_targets=False, server_options=True)
    server = Server(options, "status.json")
    check_all(server)
    analysed = noted_units(monkeypatch)
    read: list[object] = []
    monkeypatch.setattr(library, "read_stub", lambda *arguments: read.append(arguments))

    Path("app.py").write_text(_APPLICATION.replace("before", "afterwards"))
    check_all(server)

    assert sorted(analysed) == ["app.beside", "app.edited"]
    assert not read


def test_a_loop_is_run_until_it_is_settled_before_what_follows_it(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = noted_blocks(monkeypatch)

    harness.run_in_process({"models.py": _MODELS, "app.py": _LOOP})

    last = max(block.index for block in runs)
    assert len(runs) <= 3 * (last + 1)
    assert [block.index for block in runs].count(last) == 1


@pytest.mark.parametrize(("limit", "state"), [(1000, '"Pending[models.User]"'), (3, '"Unknown"')])
def test_what_runs_too_many_blocks_in_followed_bodies_is_unknown(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, limit: int, state: str
) -> None:
    monkeypatch.setattr(analysis, "MAXIMUM_BLOCKS", limit)
    counted: list[Block] = []
    count = Follower._count

    def note(follower: Follower, block: Block) -> None:
        count(follower, block)
        counted.append(block)

    monkeypatch.setattr(Follower, "_count", note)
    files = {"app.py": _FOLLOWED.replace("{state}", f"Revealed state is {state}")}

    assert_expected(files, harness.run_in_process(files | {"models.py": _MODELS}))
    assert 0 < len(counted) <= limit


def check_all(server: Server) -> None:
    answer = server.check(create_source_list(["."], server.options), False, False, 80)
    assert answer["status"] == 0, answer


def noted_units(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions that are analysed from here on."""
    found: list[str] = []
    analyse = analysis._analyse_unit

    def note(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> None:
        found.append(unit.fullname)
        analyse(checker, unit, options)

    monkeypatch.setattr(analysis, "_analyse_unit", note)
    return found


def noted_blocks(monkeypatch: pytest.MonkeyPatch) -> list[Block]:
    """The blocks that are run from here on."""
    found: list[Block] = []
    walk = Fixpoint._walk

    def note(fixpoint: Fixpoint, block: Block, store: Any) -> Any:
        found.append(block)
        return walk(fixpoint, block, store)

    monkeypatch.setattr(Fixpoint, "_walk", note)
    return found
