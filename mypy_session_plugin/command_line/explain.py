"""`explain CODE`: the page of a rule, in the terminal."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from difflib import get_close_matches

from mypy_session_plugin.codes import CODES, PARENT, Code
from mypy_session_plugin.command_line.failures import Failure
from mypy_session_plugin.rule_pages import rule_page

HELP = "explain an error code, or list all of them"
DESCRIPTION = """\
Print the page of an error code: what is guaranteed where it is reported, examples, what SQLAlchemy says, and how to
mend it. Without a code, list all codes. Exit status: 0, or 2 if there is no such code.
"""
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?://[^()\s]+|[^()\s]+)\)")
_FENCE = re.compile(r"^```(\{[\w-]+\})?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("code", metavar="CODE", nargs="?", help='"session-merge", or "merge" for short')


def run(arguments: argparse.Namespace) -> int:
    """Print the page of a code, or the list of all."""
    if arguments.code is None:
        print("\n".join(_list()))
        return 0
    code = _code(arguments.code)
    path = rule_page(code.name)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or error}") from None
    print("\n".join(as_text(text)))
    return 0


def _list() -> Iterator[str]:
    width = max(len(code.name) for code in CODES)
    for code in CODES:
        yield f"{code.name:<{width}}  {code.title}{'' if code.default else ' (off by default)'}"


def _code(given: str) -> Code:
    names = {code.name: code for code in CODES}
    short = {name.removeprefix(f"{PARENT}-"): code for name, code in names.items()}
    wanted = given.strip("[]").lower()
    found = names.get(wanted) or short.get(wanted)
    if found is not None:
        return found
    nearest = get_close_matches(wanted, [*names, *short], n=1)
    hint = f'; did you mean "{nearest[0]}"?' if nearest else '; "explain" alone lists them'
    raise Failure(f'there is no code "{given}"{hint}')


def as_text(page: str) -> Iterator[str]:
    """The lines of a Markdown page without its mark-up: code indented, titles underlined, links behind their text."""
    in_code = False
    for line in page.splitlines():
        if _FENCE.match(line):
            in_code = not in_code
        elif in_code:
            yield f"    {line}".rstrip()
        elif line.startswith("#"):
            title = line.lstrip("#").strip()
            yield title
            yield ("=" if line.startswith("# ") else "-") * len(title)
        else:
            yield _LINK.sub(_linked, line)


def _linked(match: re.Match[str]) -> str:
    text, target = match[1], match[2]
    return f"{text} ({target})" if target.startswith("http") else text
