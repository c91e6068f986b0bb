"""What mypy itself keeps of conditions."""

from __future__ import annotations

from mypy.literals import literal_hash
from mypy.nodes import Expression


def are_the_same(first: Expression, second: Expression) -> bool:
    """Whether two expressions ask the same of the same variables: of such, mypy remembers the outcome."""
    key = literal_hash(first)
    return key is not None and key == literal_hash(second)
