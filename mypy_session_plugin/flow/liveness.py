"""Which variables and temporaries may still be read: a backward data-flow analysis over bit sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy_session_plugin.flow import graph as ir
from mypy_session_plugin.flow.graph import Block, Branch, Graph, Instruction, Temporary, Variable

#: The fields of each instruction that hold temporaries it reads; those that are not here read none.
OPERANDS: dict[type[Instruction], tuple[str, ...]] = {
    ir.LoadAttribute: ("object",),
    ir.LoadItem: ("object", "index"),
    ir.Operation: ("operands",),
    ir.Copy: ("source",),
    ir.Not: ("operand",),
    ir.Compare: ("left", "right"),
    ir.IsInstance: ("subject",),
    ir.Call: ("callee", "receiver", "arguments"),
    ir.Await: ("value",),
    ir.Yield: ("value",),
    ir.BuildContainer: ("items",),
    ir.Collect: ("container", "item"),
    ir.StoreName: ("value",),
    ir.StoreAttribute: ("object", "value"),
    ir.StoreItem: ("object", "index", "value"),
    ir.DeleteAttribute: ("object",),
    ir.DeleteItem: ("object", "index"),
    ir.Unpack: ("value",),
    ir.Next: ("iterable",),
    ir.EndIteration: ("iterable",),
    ir.EnterContext: ("manager",),
    ir.ExitContext: ("manager",),
    ir.Return: ("value",),
    ir.Raise: ("value",),
}
#: The fields of each instruction that hold temporaries it writes; names are written by `StoreName` and `DeleteName`.
RESULTS: dict[type[Instruction], tuple[str, ...]] = {
    kind: tuple(name for name in ("target", "targets") if name in kind.__annotations__)
    for kind in Instruction.__subclasses__()
}


def temporaries(value: object) -> Sequence[Temporary]:
    """The temporaries in the value of an operand field."""
    match value:
        case int():
            return (value,)
        case tuple():
            return [found for item in value for found in temporaries(item)]
        case ir.Argument():
            return (value.value,)
        case ir.Item():
            return (value.value,) if value.key is None else (value.value, value.key)
        case _:
            return ()


def reads(instruction: Instruction) -> Sequence[Variable | Temporary]:
    """What an instruction reads."""
    if isinstance(instruction, ir.LoadName):
        return (instruction.variable,)
    if isinstance(instruction, ir.ExitContext):
        return [instruction.manager, *instruction.names]
    if isinstance(instruction, ir.LoadFunction):
        return [*instruction.captured, *(value for _name, value in instruction.defaults)]
    return _in_fields(instruction, OPERANDS.get(type(instruction), ()))


def writes(instruction: Instruction) -> Sequence[Variable | Temporary]:
    """What an instruction writes or deletes."""
    if isinstance(instruction, (ir.StoreName, ir.DeleteName)):
        return (instruction.variable,)
    return _in_fields(instruction, RESULTS[type(instruction)])


def _in_fields(instruction: Instruction, names: Sequence[str]) -> Sequence[Temporary]:
    if len(names) == 1:
        return temporaries(getattr(instruction, names[0]))
    return [found for name in names for found in temporaries(getattr(instruction, name))]


def set_live(graph: Graph) -> None:
    """Set `Block.live` of all blocks; what nested functions capture is live everywhere.

    An exception may occur before the first instruction of a block has done its work, so what the handler reads is
    live at the block's start whatever the block writes.
    """
    exposed = [upward_exposed(block) for block in graph.blocks]
    numbers: dict[Variable | Temporary, int] = {}
    for used, _ in exposed:
        for name in used:
            numbers.setdefault(name, len(numbers))
    live = solve(graph.blocks, [(bits(used, numbers), bits(written, numbers)) for used, written in exposed])
    names = list(numbers)
    decoded: dict[int, frozenset[Variable | Temporary]] = {}
    for block, found in zip(graph.blocks, live, strict=True):
        if found not in decoded:
            decoded[found] = graph.captured.union(members(found, names))
        block.live = decoded[found]


def upward_exposed(block: Block) -> tuple[set[Variable | Temporary], set[Variable | Temporary]]:
    """Return what a block reads before it writes it, and what it writes."""
    used: set[Variable | Temporary] = set()
    written: set[Variable | Temporary] = set()
    for instruction in block.instructions:
        used.update(name for name in reads(instruction) if name not in written)
        written.update(writes(instruction))
    if isinstance(block.terminator, Branch) and block.terminator.test not in written:
        used.add(block.terminator.test)
    return used, written


def bits(names: set[Variable | Temporary], numbers: dict[Variable | Temporary, int]) -> int:
    """Return a bit set; a name that no block reads from another is left out."""
    found = 0
    for name in names:
        if name in numbers:
            found |= 1 << numbers[name]
    return found


def members(found: int, names: list[Variable | Temporary]) -> Iterator[Variable | Temporary]:
    """Yield the members of a bit set."""
    while found:
        lowest = found & -found
        yield names[lowest.bit_length() - 1]
        found ^= lowest


def solve(blocks: list[Block], exposed: list[tuple[int, int]]) -> list[int]:
    """Return the live sets at the blocks' starts; only blocks whose successors have changed are visited again."""
    following = [
        [each.index for each in (*block.successors(), *([block.handler] if block.handler else []))] for block in blocks
    ]
    preceding: list[list[int]] = [[] for _ in blocks]
    for number, targets in enumerate(following):
        for target in targets:
            preceding[target].append(number)
    live = [0] * len(blocks)
    pending = set(range(len(blocks)))
    while pending:
        for number in sorted(pending, reverse=True):
            pending.discard(number)
            used, written = exposed[number]
            block = blocks[number]
            after = 0
            for each in block.successors():
                after |= live[each.index]
            found = used | (after & ~written)
            if block.handler is not None:
                found |= live[block.handler.index]
            if found != live[number]:
                live[number] = found
                pending.update(preceding[number])
    return live
