"""Builds of mypy with the plugin whose trees and types are looked at, rather than their reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mypy import build
from mypy.nodes import Expression, MypyFile, TypeInfo
from mypy.options import Options
from mypy.types import Type

import mypy_session_plugin

ROOT = Path(mypy_session_plugin.__file__).parent.parent


class Build:
    """The modules of a folder as mypy sees them; with the same folder once more, as it finds them in its cache."""

    def __init__(self, folder: Path, files: Mapping[str, str] | Sequence[Path]) -> None:
        options = Options()
        options.incremental = True
        options.preserve_asts = options.export_types = True
        options.cache_dir = str(folder / "cache")
        options.config_file = str(folder / "mypy.ini")
        options.mypy_path = [str(folder), str(ROOT)]
        options.plugins = ["mypy_session_plugin"]
        sources = list(_written(folder, files) if isinstance(files, Mapping) else _own(files))
        Path(options.config_file).write_text("[mypy]\nplugins = mypy_session_plugin\n", encoding="utf-8")
        result = build.build(sources, options)
        self.modules: dict[str, MypyFile] = result.files
        self.types: dict[Expression, Type] = result.types
        self.errors: list[str] = result.errors

    def class_(self, full_name: str) -> TypeInfo:
        """A class of one of the modules, by its full name."""
        module, _, name = full_name.rpartition(".")
        node = self.modules[module].names[name].node
        assert isinstance(node, TypeInfo)
        return node


def _written(folder: Path, files: Mapping[str, str]) -> Iterator[build.BuildSource]:
    """Texts as modules; a file that has its text already stays as old as it is."""
    for name, text in files.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        yield build.BuildSource(str(path), path.stem)


def _own(paths: Sequence[Path]) -> Iterator[build.BuildSource]:
    """Modules of the tests."""
    for path in paths:
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield build.BuildSource(str(path), ".".join(parts))
