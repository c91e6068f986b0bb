"""The bodies of one module by their names: what a unit may run there, whatever the names that it uses mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from mypy.nodes import ClassDef, FuncDef, FuncItem, MemberExpr, MypyFile, NameExpr, Node

from mypy_session_plugin.flow.syntax import definitions, descendants
from mypy_session_plugin.semantics.functions import Functions


class OwnBodies:
    """The functions and classes of the module whose tree this is."""

    def __init__(self, tree: MypyFile, functions: Functions) -> None:
        self._tree = tree
        self._functions = functions
        self._nodes: dict[Node, list[Node]] = {}
        self._names: dict[Node, frozenset[str]] = {}

    @cached_property
    def _by_name(self) -> dict[str, list[FuncDef | ClassDef]]:
        """The functions and classes of the module by their bare names."""
        bodies: dict[str, list[FuncDef | ClassDef]] = {}
        for node in definitions(self._tree):
            bodies.setdefault(node.name, []).append(node)
        return bodies

    def has(self, name: str) -> bool:
        """Whether a function or class of the module has this name."""
        return name in self._by_name

    def named(self, names: Iterable[str]) -> set[Node]:
        """The functions and classes that have one of these names."""
        return {body for name in names for body in self._by_name.get(name, ())}

    def reached(self, bodies: Iterable[Node]) -> Iterator[Node]:
        """These bodies, and all that they may run: each function and class of a name that one of them uses.

        Raises `Waiting` behind a body that mypy has not checked yet.
        """
        waiting = list(bodies)
        seen = set(waiting)
        while waiting:
            body = waiting.pop()
            yield body
            found = self.named(self._names_in(body)) - seen
            seen |= found
            waiting.extend(found)

    def leading_to(self, unit: Node, names: Collection[str]) -> frozenset[str]:
        """The names of those functions and classes that a unit may run which may come to one of these names.

        Raises `Waiting` if mypy has not checked one of them yet.
        """
        bodies = [body for body in self.reached([unit]) if isinstance(body, FuncDef | ClassDef) and body is not unit]
        leading, known = frozenset(names), -1
        while len(leading) > known:
            known = len(leading)
            leading |= {body.name for body in bodies if not leading.isdisjoint(self._names_in(body))}
        return leading - frozenset(names)

    def nodes(self, body: Node) -> list[Node]:
        """The nodes of a body, those of methods included.  Raises `Waiting` if mypy has not checked it yet."""
        if body not in self._nodes:
            self._nodes[body] = list(self._written_in(body))
        return self._nodes[body]

    def _written_in(self, body: Node) -> Iterator[Node]:
        if isinstance(body, ClassDef):
            for node in descendants(body, into_functions=False):
                yield from self._written_in(node) if isinstance(node, FuncDef) else (node,)
        elif not isinstance(body, FuncDef) or self._functions.has_types(body):
            yield from descendants(body, into_functions=isinstance(body, FuncItem))

    def _names_in(self, body: Node) -> frozenset[str]:
        if body not in self._names:
            used = (node.name for node in self.nodes(body) if isinstance(node, (NameExpr, MemberExpr)))
            self._names[body] = frozenset(used)
        return self._names[body]
