"""Access paths: what an expression is called, in the graph and in the source."""

from __future__ import annotations

from mypy.nodes import Context, MemberExpr, NameExpr


def place_of(expression: Context) -> tuple[str, ...] | None:
    """The access path that an expression is, with its root as the graph names variables."""
    if isinstance(expression, NameExpr):
        is_global = expression.fullname and "." in expression.fullname
        return (expression.fullname if is_global else expression.name,)
    if isinstance(expression, MemberExpr):
        owner = place_of(expression.expr)
        return None if owner is None else (*owner, expression.name)
    return None


def text_of_place(node: object) -> str:
    """The source of a name or attribute; empty for everything else."""
    if isinstance(node, NameExpr):
        return node.name
    if isinstance(node, MemberExpr):
        owner = text_of_place(node.expr)
        return f"{owner}.{node.name}" if owner else ""
    return ""
