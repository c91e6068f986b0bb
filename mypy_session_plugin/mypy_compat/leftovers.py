"""What a build leaves behind in a process that goes on: an editor's worker looks at one text after the other."""

from __future__ import annotations

from collections.abc import Mapping

from mypy.nodes import MypyFile, SymbolTable, TypeInfo
from mypy.version import __version__

#: mypy 1 counts references that nobody holds to the classes it analyses: those under `@final`, those with a method that
#: returns `Self`.  They stay to the end of the process, and all that they lead to: every module of their build.
CLASSES_STAY = __version__.startswith("1.")


def take_apart(modules: Mapping[str, MypyFile]) -> None:
    """Empty the modules of a build that nobody will look at again, where mypy does not let go of them.

    What stays of a class is then the class alone, and nothing of what is in it.
    """
    if CLASSES_STAY:
        for tree in modules.values():
            _empty(tree.names)
            tree.defs.clear()


def _empty(names: SymbolTable) -> None:
    nodes = [symbol.node for symbol in names.values()]
    names.clear()
    for node in nodes:
        if isinstance(node, TypeInfo):
            _empty(node.names)
            node.defn.defs.body.clear()
