"""Edits of a configuration's text that add the plugin and change nothing else, which is proven by reading it again."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

PLUGIN = "mypy_session_plugin"
_TOML_HEADER = re.compile(r"\s*\[\s*tool\s*\.\s*mypy\s*\]\s*(#.*)?")
_INI_HEADER = re.compile(r"\[mypy\]")
_TOML_PLUGINS = re.compile(r"\s*plugins\s*=\s*")
_INI_PLUGINS = re.compile(r"plugins[^\S\n]*[=:][^\S\n]*", re.IGNORECASE)


class EditError(Exception):
    """The text cannot be edited: it has a mistake, or is written in a way that is not foreseen."""


def with_plugin(text: str, is_toml: bool) -> str:
    """The text of a configuration with this plugin as the first one; the same text if it has the plugin already.

    Raises EditError.
    """
    read, edit = (_read_toml, _edit_toml) if is_toml else (_read_ini, _edit_ini)
    before = read(text)
    plugins = _plugins(before, is_toml)
    if any(name.partition(":")[0] == PLUGIN for name in plugins):
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    edited = newline.join(edit(text.split(newline)))
    expected = deepcopy(before)
    _section(expected, is_toml)["plugins"] = [PLUGIN, *plugins]
    try:
        after = read(edited)
        found: list[str] | None = _plugins(after, is_toml)
        _section(after, is_toml)["plugins"] = found
    except EditError:
        after = {}
    if after != expected:
        raise EditError(f'add "{PLUGIN}" to the plugins of [{"tool.mypy" if is_toml else "mypy"}] by hand')
    return edited


def _read_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EditError(str(error)) from None


def _read_ini(text: str) -> dict[str, Any]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise EditError(str(error).replace("<string>", "").replace("\n", " ").strip()) from None
    return {"": dict(parser.defaults())} | {name: dict(parser.items(name)) for name in parser.sections()}


def _section(settings: dict[str, Any], is_toml: bool) -> dict[str, Any]:
    """The section of mypy, made where there is none."""
    parent = settings.setdefault("tool", {}) if is_toml else settings
    found = parent.setdefault("mypy", {}) if isinstance(parent, dict) else None
    if not isinstance(found, dict):
        raise EditError("the settings of mypy are no table")
    return found


def _plugins(settings: Mapping[str, Any], is_toml: bool) -> list[str]:
    value = _section(deepcopy(dict(settings)), is_toml).get("plugins", [])
    if isinstance(value, str):
        return [name for part in value.split(",") if (name := part.strip())]
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise EditError("the plugins of mypy are no list of names")


def _edit_toml(lines: Sequence[str]) -> list[str]:
    header = _first(lines, _TOML_HEADER.fullmatch)
    if header is None:
        return _appended(lines, ["[tool.mypy]", f'plugins = ["{PLUGIN}"]'])
    option = _option(lines, header, _TOML_PLUGINS)
    if option is None:
        return [*lines[: header + 1], f'plugins = ["{PLUGIN}"]', *lines[header + 1 :]]
    name, value = _divided(lines[option], _TOML_PLUGINS)
    if not value.startswith("["):
        quote = value[:1]
        return _replaced(lines, option, f"{name}{quote}{PLUGIN}{', ' if value[1:2] != quote else ''}{value[1:]}")
    rest = value[1:].lstrip()
    if not rest or rest.startswith("#"):
        return _inserted(lines, option + 1, f'"{PLUGIN}",', "]")
    return _replaced(lines, option, f'{name}["{PLUGIN}"{"" if rest.startswith("]") else ", "}{rest}')


def _edit_ini(lines: Sequence[str]) -> list[str]:
    header = _first(lines, _INI_HEADER.match)
    if header is None:
        return _appended(lines, ["[mypy]", f"plugins = {PLUGIN}"])
    option = _option(lines, header, _INI_PLUGINS)
    if option is None:
        return [*lines[: header + 1], f"plugins = {PLUGIN}", *lines[header + 1 :]]
    name, value = _divided(lines[option], _INI_PLUGINS)
    goes_on = option + 1 < len(lines) and lines[option + 1][:1].isspace() and bool(lines[option + 1].strip())
    if not value and goes_on:
        return _inserted(lines, option + 1, f"{PLUGIN},", "")
    return _replaced(lines, option, f"{name.rstrip()} {PLUGIN}{', ' if value else ''}{value}")


def _first(lines: Sequence[str], matches: Callable[[str], object]) -> int | None:
    return next((number for number, line in enumerate(lines) if matches(line)), None)


def _option(lines: Sequence[str], header: int, option: re.Pattern[str]) -> int | None:
    """The line of an option in the section below a header."""
    for number in range(header + 1, len(lines)):
        if lines[number].startswith("["):
            return None
        if option.match(lines[number]):
            return number
    return None


def _divided(line: str, option: re.Pattern[str]) -> tuple[str, str]:
    match = option.match(line)
    end = match.end() if match is not None else 0
    return line[:end], line[end:]


def _replaced(lines: Sequence[str], number: int, line: str) -> list[str]:
    return [*lines[:number], line, *lines[number + 1 :]]


def _inserted(lines: Sequence[str], number: int, text: str, closing: str) -> list[str]:
    """A line before this one, as far from the margin as this one is, or as usual where that closes the list."""
    following = lines[number] if number < len(lines) else ""
    margin = following[: len(following) - len(following.lstrip())]
    is_closing = bool(closing) and following.strip().startswith(closing)
    return [*lines[:number], f"{f'{margin}    ' if is_closing else margin}{text}", *lines[number:]]


def _appended(lines: Sequence[str], section: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return [*kept, *([""] if kept else []), *section, ""]
