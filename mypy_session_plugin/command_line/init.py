"""`init`: the plugin in the configuration of mypy."""

from __future__ import annotations

import argparse
import configparser
import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path

from mypy_session_plugin.command_line.config_edits import EditError, with_plugin
from mypy_session_plugin.command_line.failures import Failure

HELP = "turn on the plugin in the configuration of mypy"
DESCRIPTION = """\
Add the plugin to the configuration that mypy uses here: mypy.ini, .mypy.ini, pyproject.toml or setup.cfg, of this
folder or one around it. Without any, pyproject.toml gets a table, or mypy.ini is made. What would change is shown
first, and written if you say so. Everything else in the file stays as it is. Exit status: 0 if the plugin is turned
on, 1 if it is not, since you said no, 2 if the file cannot be edited.
"""
#: In the order in which mypy looks for them; the shared ones count if they have a section for mypy.
_OWN, _SHARED = ("mypy.ini", ".mypy.ini"), ("pyproject.toml", "setup.cfg")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--config-file", metavar="PATH", type=Path, help="the file; by default the one that mypy finds")
    parser.add_argument("--yes", action="store_true", help="write without asking")


def run(arguments: argparse.Namespace) -> int:
    """Turn on the plugin."""
    path: Path = arguments.config_file or _config_file(Path.cwd())
    shown = _relative(path)
    before = _text(path)
    try:
        after = with_plugin(before, path.suffix == ".toml")
    except EditError as error:
        raise Failure(f"{shown}: {error}") from None
    if after == before:
        print(f"{shown}: the plugin is turned on already")
        return 0
    print("\n".join(_difference(shown, before, after)))
    if not arguments.yes and not _agreed(f"Write {shown}? [y/N] "):
        print(f"{shown}: not written")
        return 1
    try:
        path.write_bytes(after.encode())
    except OSError as error:
        raise Failure(f"{shown}: {error.strerror or error}") from None
    print(f"{shown}: written; mypy now runs with the plugin")
    return 0


def _config_file(folder: Path) -> Path:
    """The file that mypy reads here; else the one that it is to read from now on."""
    for around in [folder, *folder.parents]:
        for path in [*(around / name for name in _OWN), *(around / name for name in _SHARED)]:
            if path.is_file() and (path.name in _OWN or _is_about_mypy(path)):
                return path
        if any((around / name).exists() for name in (".git", ".hg")):
            break
    shared = folder / _SHARED[0]
    return shared if shared.is_file() else folder / _OWN[0]


def _is_about_mypy(path: Path) -> bool:
    """Whether a file that several tools share configures mypy; one with a mistake, which mypy passes over, does not."""
    text = _text(path)
    if path.suffix == ".toml":
        try:
            return "mypy" in tomllib.loads(text).get("tool", {})
        except tomllib.TOMLDecodeError:
            return False
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return False
    return parser.has_section("mypy")


def _text(path: Path) -> str:
    """The text of a file with its own ends of lines; nothing where there is no file."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise Failure(f"{path}: no UTF-8 text") from None


def _difference(name: str, before: str, after: str) -> Iterator[str]:
    old = before.splitlines()
    return difflib.unified_diff(old, after.splitlines(), name if old else "/dev/null", name, lineterm="")


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        print()
        return False


def _relative(path: Path) -> str:
    absolute = path.resolve()
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else str(path)
