"""The analysis of one function grows linearly with its size: many statements, many nested branches."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from mypy import build
from mypy.modulefinder import BuildSource
from mypy.options import Options

MODELS = """\
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""
STATEMENTS = """\
    user{0} = session.get_one(User, {0})
    user{0}.name = str({0})
    session.add(user{0})
    if user{0}.id > {0}:
        session.flush()
"""


def statements(count: int) -> str:
    """A function of about `count` statements, one after the other."""
    body = "".join(STATEMENTS.format(number) for number in range(count // 5))
    return f"{MODELS}def function(session: Session) -> None:\n{body}    session.merge(user0)\n"


def constructions(count: int) -> str:
    """A function that adds many new instances, one after the other, as one that seeds a database does."""
    body = "".join(f"    session.add(User(name={number!r}))\n" for number in map(str, range(count)))
    return f"{MODELS}def function(session: Session) -> None:\n{body}    session.merge(session.get_one(User, 1))\n"


def branches(count: int) -> str:
    """A function with `count` branches, as an `elif` chain in each of which a state changes."""
    lines = [f"{MODELS}def function(session: Session, value: int) -> None:", "    user = User(name='x')"]
    for number in range(count):
        operation = ("session.add(user)", "session.flush()", "user.name = 'y'")[number % 3]
        lines += [f"    {'if' if number == 0 else 'elif'} value == {number}:", f"        {operation}"]
    return "\n".join([*lines, "    session.merge(user)", ""])


def seconds_for(text: str) -> float:
    """CPU seconds that the analysis takes for a module, the build around it left out."""
    from mypy_session_plugin import checker

    spent = 0.0
    original = checker._analyse_unit

    def timed(*arguments: object) -> None:
        nonlocal spent
        before = time.process_time()
        original(*arguments)  # type: ignore[arg-type]
        spent += time.process_time() - before

    with TemporaryDirectory() as folder:
        file = Path(folder, "big.py")
        file.write_text(text)
        config = Path(folder, "mypy.ini")
        config.write_text("[mypy]\nplugins = mypy_session_plugin\n")
        options = Options()
        options.config_file = str(config)
        options.plugins = ["mypy_session_plugin"]
        options.cache_dir = str(Path(folder, "cache"))
        checker._analyse_unit = timed  # type: ignore[assignment]
        gc.collect()  # what the build before has left is not this one's
        try:
            build.build([BuildSource(str(file), "big")], options)
        finally:
            checker._analyse_unit = original
    return spent


def main() -> None:
    """Print CPU seconds of the analysis for growing functions."""
    for name, make, sizes in (
        ("statements", statements, (2500, 5000, 10000)),
        ("constructions", constructions, (1000, 2000, 4000)),
        ("branches", branches, (75, 150, 300)),
    ):
        figures = [(size, seconds_for(make(size))) for size in sizes]
        print(f"analysis of one function by {name}: " + ", ".join(f"{size}: {spent:.2f} s" for size, spent in figures))
