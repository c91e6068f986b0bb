"""From mypy's syntax tree of a function, lambda or module to its control-flow graph."""

from __future__ import annotations

from mypy.nodes import FuncItem, GeneratorExpr, MypyFile

from mypy_session_plugin.flow.build_expressions import EXPRESSIONS
from mypy_session_plugin.flow.build_statements import STATEMENTS
from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import (
    Block,
    Branch,
    Choose,
    Graph,
    Jump,
    LoadFunction,
    StoreName,
    Terminator,
    Variable,
)
from mypy_session_plugin.flow.liveness import set_live
from mypy_session_plugin.flow.loops import set_loops
from mypy_session_plugin.flow.oracle import Oracle

#: A block of more instructions than this is cut.
MAXIMUM_LENGTH = 200


def build_graph(unit: FuncItem | MypyFile, oracle: Oracle) -> Graph:
    """Lower a unit whose types mypy has checked; nested functions are units of their own.

    Code that mypy held for unreachable is left out.  The graph's blocks carry their live variables.
    """
    builder = Builder(unit, oracle, EXPRESSIONS, STATEMENTS)
    entry = builder.blocks[0]
    builder.statements(unit.defs if isinstance(unit, MypyFile) else unit.body.body)
    builder.leave(0, None)
    skip_empty_blocks(builder.blocks)
    for block in list(builder.blocks):
        divide(block, builder.blocks)
    blocks = reverse_postorder(entry)
    for number, block in enumerate(blocks):
        block.index = number
    captured = builder.shared | captured_variables(blocks, isinstance(unit, MypyFile))
    graph = Graph(blocks, frozenset(captured), nested_functions(blocks))
    set_live(graph)
    set_loops(blocks)
    return graph


def divide(block: Block, blocks: list[Block]) -> None:
    """Cut a long block into a chain: what is dead is dropped at blocks' edges, so that long code does not pile up."""
    while len(block.instructions) > MAXIMUM_LENGTH:
        rest = Block(len(blocks), block.instructions[MAXIMUM_LENGTH:], block.terminator, block.handler)
        del block.instructions[MAXIMUM_LENGTH:]
        block.terminator = Jump(rest)
        blocks.append(rest)
        block = rest


def skip_empty_blocks(blocks: list[Block]) -> None:
    """Let all edges lead past blocks that only jump on; heads of loops stay."""
    for block in blocks:
        block.terminator = retargeted(block.terminator)
    for block in blocks:
        if block.handler is not None:
            block.handler = destination(block.handler)


def retargeted(terminator: Terminator) -> Terminator:
    """Return the terminator with each target replaced by where it leads."""
    match terminator:
        case Jump(target):
            return Jump(destination(target))
        case Branch(test, node, place, if_true, if_false, of_exit):
            return Branch(test, node, place, destination(if_true), destination(if_false), of_exit)
        case Choose(targets):
            found = tuple(dict.fromkeys(map(destination, targets)))
            return Jump(found[0]) if len(found) == 1 else Choose(found)
        case _:
            return terminator


def destination(block: Block) -> Block:
    """Follow empty blocks to the first that does something; a loop of empty blocks ends at its head."""
    passed: list[Block] = []
    end = block
    while not end.instructions and not end.header and isinstance(end.terminator, Jump) and end not in passed[:1]:
        passed.append(end)
        end = end.terminator.target
    for each in passed:
        each.terminator = Jump(end)
    return end


def reverse_postorder(entry: Block) -> list[Block]:
    """Return the blocks that can be reached, a block before its successors but for the ways back of loops."""
    order: list[Block] = []
    visited = {entry}
    pending = [(entry, iter(neighbours(entry)))]
    while pending:
        block, rest = pending[-1]
        for following in rest:
            if following not in visited:
                visited.add(following)
                pending.append((following, iter(neighbours(following))))
                break
        else:
            pending.pop()
            order.append(block)
    order.reverse()
    return order


def neighbours(block: Block) -> list[Block]:
    """Return the handler, then the successors, the first of them last, so that it comes first in the order."""
    found = list(block.successors())[::-1]
    return found if block.handler is None else [block.handler, *found]


def captured_variables(blocks: list[Block], is_module: bool) -> set[Variable]:
    """Return what nested functions name, and the globals that a function stores: others read these too."""
    captured: set[Variable] = set()
    for block in blocks:
        for instruction in block.instructions:
            if isinstance(instruction, LoadFunction):
                captured.update(instruction.captured)
            elif isinstance(instruction, StoreName) and not is_module and "." in instruction.variable:
                captured.add(instruction.variable)
    return captured


def nested_functions(blocks: list[Block]) -> tuple[FuncItem, ...]:
    """Return the functions defined in live code, each once though `finally` bodies are copied.

    A generator expression is none: its code belongs to what stands around it.
    """
    found: dict[int, FuncItem] = {}
    for block in blocks:
        for instruction in block.instructions:
            if isinstance(instruction, LoadFunction) and not isinstance(instruction.node, GeneratorExpr):
                found.setdefault(id(instruction.function), instruction.function)
    return tuple(found.values())
