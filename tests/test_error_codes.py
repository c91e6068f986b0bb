"""The codes are codes of mypy: sub-codes of `session`, to be ignored, disabled and enabled as its own are."""

from __future__ import annotations

from textwrap import dedent

import pytest

from mypy_session_plugin.codes import CODES, PARENT
from mypy_session_plugin.mypy_compat.error_codes import error_code, make_error_codes
from tests.harness import Harness

_MODULE = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
def function(session: Session) -> None:
    session.merge(session.get_one(User, 1)){comment}
"""


def test_all_are_sub_codes_of_one() -> None:
    make_error_codes(CODES)

    assert {error_code(code.name).sub_code_of for code in CODES} == {error_code(PARENT)}


def test_on_by_default(harness: Harness) -> None:
    harness.check({"app.py": _MODULE.format(comment="  # E: [session-merge]")})


@pytest.mark.parametrize("code", ["session-merge", "session"])
def test_an_ignore_comment_silences_error_and_notes(harness: Harness, code: str) -> None:
    assert harness.run_in_process({"app.py": _MODULE.format(comment=f"  # type: ignore[{code}]")}) == []


def test_a_used_ignore_comment_counts_as_used(harness: Harness) -> None:
    text = _MODULE.format(comment="  # type: ignore[session-merge]")

    assert harness.run_in_process({"app.py": text}, flags=["--warn-unused-ignores"]) == []


def test_a_superfluous_ignore_comment_is_flagged(harness: Harness) -> None:
    text = (
        "from sqlalchemy.orm import Session\nsession = Session()  # type: ignore[session-merge]  # E: [unused-ignore]\n"
    )

    harness.check({"app.py": text}, flags=["--warn-unused-ignores"])


@pytest.mark.parametrize("code", ["session-merge", "session"])
@pytest.mark.parametrize("place", ["flag", "module section", "comment in the module"])
def test_disabled(harness: Harness, code: str, place: str) -> None:
    text = _MODULE.format(comment="")
    flags, config = [], ""
    match place:
        case "flag":
            flags = [f"--disable-error-code={code}"]
        case "module section":
            config = f"[mypy-app]\ndisable_error_code = {code}\n"
        case _:
            text = f'# mypy: disable-error-code="{code}"\n{text}'

    assert harness.run_in_process({"app.py": text}, flags=flags, config=config) == []


def test_one_enabled_of_a_disabled_family(harness: Harness) -> None:
    harness.check(
        {"app.py": _MODULE.format(comment="  # E: [session-merge]")},
        flags=["--disable-error-code=session", "--enable-error-code=session-merge"],
    )


def test_disabled_in_one_module_only(harness: Harness) -> None:
    harness.check(
        {"app.py": _MODULE.format(comment=""), "other.py": _MODULE.format(comment="  # E: [session-merge]")},
        config="[mypy-app]\ndisable_error_code = session-merge\n",
    )


def test_a_call_over_several_lines_is_ignored_on_its_first_line(harness: Harness) -> None:
    text = dedent(_MODULE.format(comment=""))
    head, call = text.rsplit("    session.merge(", 1)
    inner = call.rstrip().removesuffix(")")
    text = f"{head}    session.merge(  # type: ignore[session-merge]\n        {inner}\n    )\n"

    assert harness.run_in_process({"app.py": text}, flags=["--warn-unused-ignores"]) == []
