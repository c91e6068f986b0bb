"""The plugin's options, read from the file that configures mypy."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

_SECTION = "mypy_session_plugin"
_TRUTH_VALUES = configparser.RawConfigParser.BOOLEAN_STATES


class ConfigError(Exception):
    """The configuration has faults; `lines` are the messages, one a fault, each with file and line."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Options:
    """What a project may say about itself.

    `stub_paths`: folders with session stubs of its own.  `session_expressions`: dotted names of what is a session
    though mypy knows it as Any; with "()" behind it, of what makes one when it is called.  `expire_on_commit`: how its
    sessions are made, where it cannot be seen (None: not said).  `session_events`: its sessions have listeners that
    change what operations do.  `strict_tests`: the rules that tests break on purpose hold in tests too.  `strict`: an
    unknown state in a phantom-typed position is reported.
    """

    stub_paths: tuple[Path, ...] = ()
    session_expressions: tuple[str, ...] = ()
    expire_on_commit: bool | None = None
    session_events: bool = False
    strict_tests: bool = False
    strict: bool = False


class _BadValueError(ValueError):
    """A value of the wrong kind; the text is the rest of the message."""


def load_options(config_file: str | None) -> Options:
    """The options in `config_file`: `[tool.mypy_session_plugin]` in TOML, `[mypy_session_plugin]` in all others.

    Raises ConfigError for an unknown option or a value of the wrong kind.
    """
    if config_file is None:
        return Options()
    path = Path(config_file)
    is_toml = path.suffix == ".toml"
    settings = _read_toml(path) if is_toml else _read_ini(path)
    section = f"tool.{_SECTION}" if is_toml else _SECTION
    values: dict[str, object] = {}
    faults: list[str] = []
    for name, value in settings.items():
        try:
            values[name] = _convert(name, value, path.parent)
        except _BadValueError as error:
            faults.append(f"{config_file}:{_line_of(path, section, name)}: error: {error}")
    if faults:
        raise ConfigError(faults)
    return Options(**values)  # type: ignore[arg-type]


def _read_toml(path: Path) -> dict[str, object]:
    settings = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get(_SECTION, {})
    return settings if isinstance(settings, dict) else {}


def _read_ini(path: Path) -> dict[str, object]:
    parser = configparser.RawConfigParser()
    parser.read(path, encoding="utf-8")
    return dict(parser.items(_SECTION)) if parser.has_section(_SECTION) else {}


def _convert(name: str, value: object, folder: Path) -> object:
    convert = _CONVERTERS.get(name)
    if convert is None:
        known = [option.name for option in fields(Options)]
        raise _BadValueError(f'unknown option "{name}"; did you mean "{_nearest(name, known)}"?')
    return convert(name, value, folder)


def _nearest(text: str, candidates: list[str]) -> str:
    return get_close_matches(text, candidates, n=1, cutoff=0.0)[0]


def _truth_value(name: str, value: object, _folder: Path) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value)
    if isinstance(value, str) and text.lower() in _TRUTH_VALUES:
        return _TRUTH_VALUES[text.lower()]
    nearest = _nearest(text.lower(), ["true", "false"])
    raise _BadValueError(f'option "{name}" is true or false, not "{text}"; did you mean "{nearest}"?')


def _texts(name: str, value: object, _folder: Path) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(text for part in re.split(r"[,\n]", value) if (text := part.strip()))
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise _BadValueError(f'option "{name}" is a list of strings, not "{value}"')


def _dotted_names(name: str, value: object, folder: Path) -> tuple[str, ...]:
    texts = _texts(name, value, folder)
    for text in texts:
        if not all(part.isidentifier() for part in text.removesuffix("()").split(".")):
            raise _BadValueError(
                f'option "{name}" is a list of dotted names, with "()" behind those that are called; "{text}" is none'
            )
    return texts


def _folders(name: str, value: object, folder: Path) -> tuple[Path, ...]:
    paths = tuple(folder / text for text in _texts(name, value, folder))
    for path in paths:
        if not path.is_dir():
            raise _BadValueError(f'option "{name}": there is no folder "{path}"')
    return paths


_CONVERTERS: dict[str, Callable[[str, object, Path], object]] = {
    "stub_paths": _folders,
    "session_expressions": _dotted_names,
    "expire_on_commit": _truth_value,
    "session_events": _truth_value,
    "strict_tests": _truth_value,
    "strict": _truth_value,
}


def _line_of(path: Path, section: str, name: str) -> int:
    """The line on which the option stands, or 1 where it cannot be told; neither parser keeps lines."""
    return next(_lines_with(path, section, name), 1)


def _lines_with(path: Path, section: str, name: str) -> Iterator[int]:
    current = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            current = header[1].strip()
        elif current == section and re.match(rf"""\s*["']?{re.escape(name)}["']?\s*[=:]""", line, re.IGNORECASE):
            yield number
