"""Dependencies of FastAPI that end before the response is sent: `Depends(get_session, scope="function")`.

Mypy drops what stands beside the type in `Annotated[Session, Depends(...)]`, so the source is read once more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

DEPENDS, SCOPE, FUNCTION = "Depends", "scope", "function"


def ended_early(path: str) -> dict[int, frozenset[str]]:
    """The parameters of each function of a file that end with the function, by the line of its `def`."""
    try:
        text = Path(path).read_bytes()
        tree = ast.parse(text) if SCOPE.encode() in text else ast.Module([], [])
    except (OSError, SyntaxError, ValueError):
        return {}
    aliases = {name: value for statement in tree.body for name, value in _aliases(statement)}
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {node.lineno: frozenset(_ending(node, aliases)) for node in functions}


def _aliases(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def _ending(function: ast.FunctionDef | ast.AsyncFunctionDef, aliases: dict[str, ast.expr]) -> Iterator[str]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + given.defaults
    pairs = [*zip(positional, defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    for argument, default in pairs:
        annotation = argument.annotation
        if isinstance(annotation, ast.Name):
            annotation = aliases.get(annotation.id)
        if any(_ends_with_function(part) for part in (annotation, default) if part is not None):
            yield argument.arg


def _ends_with_function(expression: ast.expr) -> bool:
    """Whether an annotation or default names a dependency of the function's scope."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, (ast.Name, ast.Attribute))
        and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) == DEPENDS
        and any(_is_function_scope(keyword) for keyword in node.keywords)
        for node in ast.walk(expression)
    )


def _is_function_scope(keyword: ast.keyword) -> bool:
    return keyword.arg == SCOPE and isinstance(keyword.value, ast.Constant) and keyword.value.value == FUNCTION
