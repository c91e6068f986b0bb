"""A library in the environment that mypy looks at, which need not be the one that it runs in; nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from mypy.build import default_data_dir
from mypy.errors import CompileError
from mypy.modulefinder import FindModuleCache, compute_search_paths

from mypy_session_plugin.mypy_compat.builds import BuildError, Plan

_VERSION = re.compile(r"^__version__\s*=\s*(['\"].+['\"])", re.MULTILINE)
_STUBS = "-stubs"


@dataclass(frozen=True, slots=True)
class Installed:
    """A library as mypy finds it.

    `release` is empty where it is not installed, or does not tell.  `stubs` is the folder of another package with types
    for it, which mypy reads in the place of its own.  `python` is the interpreter whose environment that is: None where
    mypy is told to look at none.
    """

    release: str
    stubs: Path | None
    python: str | None


def installed(planned: Plan, library: str) -> Installed:
    """A library, by the name of its package, as it is where mypy looks.

    Raises `BuildError` where mypy cannot ask the interpreter of the environment.
    """
    options = planned.options
    try:
        searched = compute_search_paths(list(planned.sources), options, default_data_dir())
    except CompileError as error:
        raise BuildError(error.messages) from None
    found = FindModuleCache(searched, None, options).find_module(library)
    package = Path(found).parent if isinstance(found, str) else None
    stubs = package if package is not None and package.name.endswith(_STUBS) else None
    folders = [str(package.parent)] if package is not None else []
    release = _from_metadata(library, [*folders, *searched.package_path])
    if not release and package is not None and stubs is None:
        release = _from_source(package / "__init__.py")
    return Installed(release, stubs, options.python_executable)


def _from_metadata(library: str, folders: Sequence[str]) -> str:
    """The release of the first installation of a library in some folders."""
    for folder in folders:
        for distribution in metadata.distributions(name=library, path=[folder]):
            return distribution.version
    return ""


def _from_source(path: Path) -> str:
    """What a package that was not installed says itself."""
    try:
        stated = _VERSION.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return str(ast.literal_eval(stated[1])) if stated is not None else ""
