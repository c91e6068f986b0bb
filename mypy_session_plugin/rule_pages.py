"""Where the pages of the rules lie: one for each code, as the documentation has it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def rule_page(code: str) -> Path:
    """The page of a code: inside the package when installed, in the documentation of a source tree."""
    installed = _PACKAGE / "_rules"
    folder = installed if installed.is_dir() else _PACKAGE.parent / "docs" / "rules"
    return folder / f"{code}.md"
