"""Where the session stubs lie, and which modules they describe."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

#: Their names stand in every function and tell nothing of it: their stubs are read once somebody asks for a name.
ORDINARY_PACKAGES = frozenset(
    {"builtins", "collections", "functools", "heapq", "math", "statistics", "typing", "typing_extensions", "_typeshed"}
)


def stub_root() -> Path:
    """The folder of the bundled stubs: inside the package when installed, beside it in a source tree."""
    installed = _PACKAGE / "_stubs"
    return installed if installed.is_dir() else _PACKAGE.parent / "stubs"


def stub_files(roots: Iterable[Path]) -> list[Path]:
    """All stub files below `roots`, in a stable order."""
    return [path for root in roots for path in sorted(root.rglob("*.pyi"))]


def package_files() -> list[Path]:
    """The plugin's own source files, in a stable order: what its results depend on beside the stubs."""
    return sorted(path for path in _PACKAGE.rglob("*.py") if {"_rules", "_stubs"}.isdisjoint(path.parts))


def described_packages(roots: Iterable[Path]) -> frozenset[str]:
    """The top-level packages and modules that have a stub below one of `roots`."""
    return frozenset(
        entry.name.removesuffix(".pyi")
        for root in roots
        if root.is_dir()
        for entry in root.iterdir()
        if entry.is_dir() or entry.suffix == ".pyi"
    )


def module_of(path: Path, root: Path) -> str:
    """The full name of the module that a stub file below `root` describes."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
