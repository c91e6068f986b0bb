"""Which names, looked up by mypy in a module, are worth a look at the function they stand in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from mypy.nodes import FuncDef, MypyFile, SymbolTableNode, TypeInfo

from mypy_session_plugin.config import Options
from mypy_session_plugin.mypy_compat.signatures import has_phantom_signature
from mypy_session_plugin.stub_files import described_packages

#: Attributes by which a class is mapped though none of its bases is known.
_MAPPING_ATTRIBUTES = ("__tablename__", "__table__", "__mapper__")
_OWN_PACKAGES = frozenset({"sqlalchemy", "mypy_session_plugin"})
#: Their names stand in every function and tell nothing of it.
_ORDINARY_PACKAGES = frozenset({"builtins", "typing", "typing_extensions", "_typeshed"})
_STANDARD_LIBRARY = sys.stdlib_module_names | _ORDINARY_PACKAGES


class Events:
    """Tells the names that matter: of a library that has session stubs, of a mapped class, of phantom-typed code."""

    def __init__(
        self,
        stub_paths: Iterable[Path],
        options: Options,
        lookup: Callable[[str], SymbolTableNode | None],
    ) -> None:
        self._libraries = (described_packages(stub_paths) | _OWN_PACKAGES) - _ORDINARY_PACKAGES
        self._expression_names = {name.rpartition(".")[2] for name in options.session_expressions}
        self._lookup = lookup

    def is_event(self, full_name: str) -> bool:
        """Whether a call or a read of `full_name` may concern a session, an instance or a phantom type."""
        package, _, rest = full_name.partition(".")
        if package in self._libraries:
            return True
        if package in _STANDARD_LIBRARY or not rest:
            return False
        if self._concerns(full_name):
            return True
        owner = self._lookup(full_name.rpartition(".")[0])
        return owner is not None and isinstance(owner.node, TypeInfo) and _may_be_mapped(owner.node)

    def names_session_expression(self, tree: MypyFile) -> bool:
        """Whether the text of a module names one of the configured session expressions.

        Of an expression whose type is Any mypy looks up no name at all, so the text is all there is to go by.
        """
        if not self._expression_names:
            return False
        try:
            text = Path(tree.path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return any(name in text for name in self._expression_names)

    def _concerns(self, full_name: str) -> bool:
        symbol = self._lookup(full_name)
        if symbol is None:
            return False
        if isinstance(symbol.node, TypeInfo):
            constructor = symbol.node.get("__init__")
            return _may_be_mapped(symbol.node) or (constructor is not None and has_phantom_signature(constructor.node))
        return has_phantom_signature(symbol.node)


def is_phantom_typed(unit: FuncDef | MypyFile) -> bool:
    """Whether a unit of analysis is a function with a phantom type in its signature."""
    return isinstance(unit, FuncDef) and has_phantom_signature(unit)


def _may_be_mapped(info: TypeInfo) -> bool:
    """Whether a class is possibly mapped: one look at names, the real test is the analysis's own."""
    return (
        info.fallback_to_any
        or any(base.fullname.startswith("sqlalchemy.") for base in info.mro)
        or any(info.get(name) is not None for name in _MAPPING_ATTRIBUTES)
    )
