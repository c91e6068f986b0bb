"""Which blocks of a graph run only on the way of an exception that nobody has caught yet."""

from __future__ import annotations

from mypy_session_plugin.flow.graph import Block, CatchException, Graph, Raise


def raising_blocks(graph: Graph) -> frozenset[int]:
    """The indices of the blocks reached only with an exception under way: copies of `finally`, exits of `with`.

    A `raise` or failed `assert` that the author wrote begins such a way, and a handler ends it.
    """
    ordinary: set[int] = set()
    visited: set[tuple[int, bool]] = set()
    waiting: list[tuple[Block, bool]] = [(graph.blocks[0], False)]
    while waiting:
        block, raising = waiting.pop()
        raising = raising and not (block.instructions and isinstance(block.instructions[0], CatchException))
        if (block.index, raising) in visited:
            continue
        visited.add((block.index, raising))
        if not raising:
            ordinary.add(block.index)
        raises = raising or bool(block.instructions and isinstance(block.instructions[-1], Raise))
        waiting.extend((target, raises) for target in block.successors())
        if block.handler is not None:
            waiting.append((block.handler, True))
    return frozenset(block.index for block in graph.blocks if block.index not in ordinary)
