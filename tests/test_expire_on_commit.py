"""The option `expire_on_commit`: what the project's sessions do where their making is not in view."""

from __future__ import annotations

import pytest

from tests.harness import Harness

APP = """\
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

async def create(session: AsyncSession) -> int:
    user = User()
    session.add(user)
    await session.commit()
    return user.id
"""


@pytest.mark.parametrize(("said", "reported"), [("", []), ("true", [15]), ("false", [])])
def test_the_option_says_what_commit_does(harness: Harness, said: str, reported: list[int]) -> None:
    config = f"[mypy_session_plugin]\nexpire_on_commit = {said}\n" if said else ""

    reports = harness.run_in_process({"app.py": APP}, config=config)

    assert [report.line for report in reports if report.code == "session-implicit-io"] == reported
