"""What the plugin adds to mypy: CPU seconds of paired runs on a generated project, and on a field application.

The field application is the folder that `FIELD_SOURCE` names, checked as `FIELD_CHECK` says (`.` by default).  The
design allows 1.05 for it, 1.25 for the dense module, and 1.01 or 20 ms where SQLAlchemy is absent.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import ratio

MODULE = """\
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
"""
FUNCTION = """

def handle{0}(session: Session, names: list[str], limit: int) -> list[str]:
    done: list[str] = []
    for name in names:
        user = session.scalars(select(User).where(User.name == name)).one_or_none()
        if user is None:
            user = User(name=name)
            session.add(user)
            session.flush()
        elif len(done) > limit:
            session.delete(user)
            continue
        user.email = f"{{name}}@example.org"
        session.refresh(user)
        done.append(user.name)
    session.commit()
    return done
"""
PLAIN = """

def plain{0}(values: dict[str, list[int]]) -> int:
    total = 0
    for name, numbers in sorted(values.items()):
        total += sum(number for number in numbers if number > len(name))
        if total > 100:
            values[name] = [*numbers, total]
    return total
"""


def project(folder: Path, modules: int, session_functions: int, plain_functions: int) -> None:
    """A project of modules with session code in some of their functions."""
    for number in range(modules):
        text = MODULE + "".join(FUNCTION.format(index) for index in range(session_functions))
        Path(folder, f"module{number}.py").write_text(text + "".join(PLAIN.format(i) for i in range(plain_functions)))


def without_sqlalchemy(folder: Path, modules: int, functions: int) -> None:
    """A project that knows nothing of SQLAlchemy."""
    for number in range(modules):
        Path(folder, f"module{number}.py").write_text("".join(PLAIN.format(index) for index in range(functions)))


def main() -> None:
    """Print medians of paired runs and their ratio."""
    with TemporaryDirectory() as holder:
        folder = Path(holder)
        project(folder, 40, 3, 40)
        show("generated project, cold", ratio(["."], folder, 3, warm=False))
    with TemporaryDirectory() as holder:
        folder = Path(holder)
        project(folder, 1, 60, 0)
        show("one dense module, warm dependencies", ratio(["."], folder, 5, warm=True))
    with TemporaryDirectory() as holder:
        folder = Path(holder)
        without_sqlalchemy(folder, 40, 120)
        show("generated project without SQLAlchemy, cold", ratio(["."], folder, 5, warm=False))
    source = os.environ.get("FIELD_SOURCE")
    if source:
        arguments = ["--ignore-missing-imports", "--follow-imports=silent", "--check-untyped-defs"]
        arguments += ["--explicit-package-bases", *os.environ.get("FIELD_CHECK", ".").split()]
        show(f"field application {source}, cold", ratio(arguments, Path(source), 3, warm=False))


def show(name: str, figures: tuple[float, float, float]) -> None:
    """Print one row."""
    without, loaded, quotient = figures
    print(f"{name}: {without:.2f} s without the plugin, {loaded:.2f} s with it, ratio {quotient:.3f}")
