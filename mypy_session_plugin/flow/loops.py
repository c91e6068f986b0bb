"""Loops of a graph, and the order in which its blocks are run because of them.

F. Bourdoncle, "Efficient chaotic iteration strategies with widenings", FMPA 1993: a loop is run until nothing new comes
of it before what follows it is, and its head is run again only when all ways through its body have been.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy_session_plugin.flow.graph import Block


def set_loops(blocks: Sequence[Block]) -> None:
    """Set `Block.loops` of all blocks, which are in reverse postorder."""
    sources: list[list[Block]] = [[] for _ in blocks]
    for block in blocks:
        for target in (*block.successors(), *([block.handler] if block.handler else ())):
            sources[target.index].append(block)
    for head in blocks:
        waiting = [block for block in sources[head.index] if block.index >= head.index]
        body = {head.index} if waiting else set[int]()
        while waiting:
            block = waiting.pop()
            if block.index not in body:
                body.add(block.index)
                waiting.extend(source for source in sources[block.index] if source.index > head.index)
        for index in body:
            blocks[index].loops = (head.index, *blocks[index].loops)


class Agenda:
    """The blocks that are still to be run, by index."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._outside: set[int] = set()
        #: Those in each loop, by the index of its head.
        self._inside: dict[int, set[int]] = {}

    def add(self, block: Block) -> None:
        """Have a block run, unless it will be anyway."""
        self._outside.add(block.index)
        for head in block.loops:
            self._inside.setdefault(head, set()).add(block.index)

    def __iter__(self) -> Iterator[Block]:
        """Each block when it is its turn; others are added meanwhile."""
        block = self._blocks[0]
        while self._outside:
            around = (self._inside[head] for head in block.loops if self._inside.get(head))
            block = self._blocks[_next(block.index, next(around, self._outside))]
            self._outside.discard(block.index)
            for head in block.loops:
                self._inside[head].discard(block.index)
            yield block


def _next(index: int, waiting: set[int]) -> int:
    """The next one behind a block; if there is none, the first one."""
    behind = [other for other in waiting if other > index]
    return min(behind or waiting)
