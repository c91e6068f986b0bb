"""What a recorder is told of one graph: what each expression gives, and how every place stands after each statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from mypy.nodes import (
    ClassDef,
    Context,
    Decorator,
    Expression,
    FuncDef,
    FuncItem,
    MypyFile,
    Node,
    OverloadedFuncDef,
    Statement,
)

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, SessionFacts
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.states import ATTACHED, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, UNKNOWN, Atom, ObjectId, Value
from mypy_session_plugin.flow import graph as ir
from mypy_session_plugin.flow.fixpoint import Fixpoint
from mypy_session_plugin.flow.graph import Block, Branch, Graph, Instruction
from mypy_session_plugin.flow.names import written_name
from mypy_session_plugin.flow.syntax import COMPOUND, descendants
from mypy_session_plugin.recorder import Range, Record, Standing
from mypy_session_plugin.semantics.events import Event
from mypy_session_plugin.semantics.places import text_of_place
from mypy_session_plugin.semantics.transfer import Transfer
from mypy_session_plugin.semantics.world import World

#: The way out of a block, a loop or the function: it stands in the statement around, and is not told of that one.
LEAVING = (ir.ExitContext, ir.EndIteration, ir.Return, ir.Raise)
#: What has no state of its own stands behind the five, in this order.
NO_STATE = {state: len(State) + position for position, state in enumerate(("unknown", "None"))}
RANKS = {state: position for position, state in enumerate(State)}

Found: TypeAlias = "dict[tuple[str, Range, bool], set[Standing]]"


@dataclass(frozen=True, slots=True)
class Faults:
    """The nodes at which something is reported that raises, and how to tell whether it does in one path state."""

    nodes: Collection[Context]
    raises: Callable[[Event, Store], bool]


class Recording:
    """A transfer function that tells, through the fixpoint, each instruction whose outcome is recorded.

    With `lanes` all variables live to the end of the function: somebody wants to see them on every line.  In any case a
    variable for each line with one of the `faults` does: it holds what has changed there, which is so only if that line
    did not raise.
    """

    def __init__(self, world: World, graph: Graph, transfer: Transfer, faults: Faults, lanes: bool) -> None:
        self._world = world
        self._unit = world.unit
        self._transfer = transfer
        self._faults = faults
        self._assumed = {_assumed(node.line): node.line for node in faults.nodes}
        self._lanes = lanes
        self._ends: dict[Instruction, Statement] = {}
        self._fixpoint: Fixpoint | None = None
        if lanes:
            self._ends.update(_ends_of_statements(graph, _statements(world.unit)))
            graph.captured |= {
                name for block in graph.blocks for item in block.instructions for name in _variables(item)
            }
        graph.captured |= self._assumed.keys()

    def assume(self, branch: Branch, truth: bool, store: Store) -> bool:
        """Refine the store by the outcome of a branch."""
        return self._transfer.assume(branch, truth, store)

    def has_effects(self, instruction: Instruction, store: Store) -> bool:
        """Whether the instruction may do something before it raises."""
        return self._transfer.has_effects(instruction, store)

    def fail(self, instruction: Instruction, store: Store) -> None:
        """Change the store as the instruction does if it raises half-way."""
        self._transfer.fail(instruction, store)

    def execute(self, instruction: Instruction, store: Store) -> bool:
        """Change the store as the instruction does, and tell it where that is recorded."""
        is_fault = instruction.node in self._faults.nodes
        is_same = (self._execute_fault if is_fault else self._transfer.execute)(instruction, store)
        if self._fixpoint is not None and (instruction in self._ends or isinstance(instruction.node, Expression)):
            self._fixpoint.note(instruction, store)
        return is_same

    def run(self, fixpoint: Fixpoint) -> list[Record]:
        """Run a fixpoint that was made with this transfer function; what there is to record of the graph."""
        self._fixpoint = fixpoint
        initial = self._transfer.initial()
        found: Found = {}
        self._add_parameters(found, initial)
        fixpoint.run(initial)
        for visit in fixpoint.visits():
            for instruction, store in visit.noted:
                self._add(found, instruction, store)
        line = self._unit.line if isinstance(self._unit, FuncItem) else 0
        return [
            Record(line, place, part, is_after, tuple(sorted(standings)))
            for (place, part, is_after), standings in found.items()
        ]

    def _execute_fault(self, instruction: Instruction, store: Store) -> bool:
        raised: list[bool] = []
        before, heard = store.copy(), self._world.listener
        self._world.listener = lambda event, now: raised.append(self._faults.raises(event, now))
        try:
            is_same = self._transfer.execute(instruction, store)
        finally:
            self._world.listener = heard
        if any(raised):
            changed = {identity for identity in store.heap if _shown(identity, before) != _shown(identity, store)}
            name = _assumed(instruction.node.line)
            store.variables[name] = store.variables.get(name, frozenset()) | changed
        return is_same

    def _add_parameters(self, found: Found, store: Store) -> None:
        """How the parameters stand before the first statement, each where it is written."""
        for argument in self._unit.arguments if isinstance(self._unit, FuncItem) else ():
            name = argument.variable.name
            value = store.variables.get(name)
            if value is not None:
                part = Range(argument.line, argument.column, argument.line, argument.column + len(name))
                for is_after in (False, True) if self._lanes else (False,):
                    self._put(found, (name, part, is_after), value, store)

    def _add(self, found: Found, instruction: Instruction, store: Store) -> None:
        value = _outcome(instruction, store)
        if value is not None:
            self._put(found, (text_of_place(instruction.node), _range(instruction.node), False), value, store)
        statement = self._ends.get(instruction)
        if statement is not None:
            part = _head(instruction.node, statement) if isinstance(statement, COMPOUND) else _range(statement)
            for place, held in _places(store):
                self._put(found, (place, part, True), held, store)

    def _put(self, found: Found, key: tuple[str, Range, bool], value: Value, store: Store) -> None:
        standings = set(_standings(value, store, self._lines_assumed(store)))
        if any(standing.state not in NO_STATE or standing.class_name for standing in standings):
            found.setdefault(key, set()).update(standings)

    def _lines_assumed(self, store: Store) -> dict[Atom, int]:
        """The first line with a fault behind which an object is as it is shown."""
        found: dict[Atom, int] = {}
        for name, line in sorted(self._assumed.items(), key=lambda item: item[1]):
            found = dict.fromkeys(store.variables.get(name, ()), line) | found
        return found


def _assumed(line: int) -> str:
    """The variable with what has changed in a line that raises."""
    return f"assumed behind {line}"


def _variables(instruction: Instruction) -> Iterator[str]:
    if isinstance(instruction, (ir.StoreName, ir.LoadName)):
        yield instruction.variable


def _statements(unit: FuncItem | MypyFile) -> dict[Context, Statement]:
    """The innermost statement of this unit around each node."""
    found: dict[Context, Statement] = {}
    body: Node = unit if isinstance(unit, MypyFile) else unit.body
    for node in descendants(body, into_functions=False):
        if isinstance(node, Statement):
            found.update(dict.fromkeys(descendants(node, into_functions=False), node))
    return found


def _ends_of_statements(graph: Graph, statements: dict[Context, Statement]) -> Iterator[tuple[Instruction, Statement]]:
    """The instructions with which a statement may have done its work, or a compound one its head."""
    for block in graph.blocks:
        for position, instruction in enumerate(block.instructions):
            statement = _statement(instruction, statements)
            if statement is None or isinstance(statement, (FuncDef, Decorator, OverloadedFuncDef, ClassDef)):
                continue
            following = [_statement(item, statements) for item in _following(block, position)]
            if not following or any(other is not statement for other in following):
                yield instruction, statement


def _statement(instruction: Instruction | None, statements: dict[Context, Statement]) -> Statement | None:
    if instruction is None or isinstance(instruction, LEAVING):
        return None
    found = statements.get(instruction.node)
    # The end of an `except ... as error` clause stands in its first line.
    return None if isinstance(instruction, ir.DeleteName) and isinstance(found, COMPOUND) else found


def _following(block: Block, position: int) -> list[Instruction | None]:
    """The instructions that may run next; None where control leaves the graph."""
    if position + 1 < len(block.instructions):
        return [block.instructions[position + 1]]
    found: list[Instruction | None] = []
    waiting, seen = list(block.successors()), set[int]()
    if not waiting:
        return [None]
    while waiting:
        current = waiting.pop()
        if current.index in seen:
            continue
        seen.add(current.index)
        if current.instructions:
            found.append(current.instructions[0])
        else:
            waiting.extend(current.successors())
            if isinstance(current.terminator, ir.Exit):
                found.append(None)
    return found


def _outcome(instruction: Instruction, store: Store) -> Value | None:
    """What the expression of an instruction gives, or what its target is given; None for any other instruction."""
    if not isinstance(instruction.node, Expression) or isinstance(instruction, LEAVING):
        return None
    if isinstance(instruction, (ir.StoreName, ir.StoreAttribute)):
        return store.value(instruction.value)
    if isinstance(instruction, (ir.EnterContext, ir.Next, ir.CatchException)):
        return None
    target = getattr(instruction, "target", None)
    return None if target is None else store.value(target)


def _places(store: Store) -> Iterator[tuple[str, Value]]:
    """The variables and attribute paths that the source names, with what they hold."""
    for name, value in store.variables.items():
        if isinstance(name, str) and _is_named(name):
            yield written_name(name), value
    for place, value in store.paths.items():
        if _is_named(place[0]):
            yield ".".join([written_name(place[0]), *place[1:]]), value


def _is_named(variable: str) -> bool:
    """Whether a variable is none of the analysis itself, and none of a comprehension, which ends within its line."""
    return all(part.rstrip("'").isidentifier() for part in variable.split("."))


def _range(node: Context) -> Range:
    end = node.line if node.end_line is None else node.end_line
    return Range(node.line, node.column, end, node.column if node.end_column is None else node.end_column)


def _head(node: Context, statement: Statement) -> Range:
    """The lines of what stands in the head of a compound statement, or of one of its clauses."""
    end = node.end_line if isinstance(node, Expression) else None
    return Range(node.line, statement.column, end or node.line, statement.column)


def _shown(identity: ObjectId, store: Store) -> set[Standing]:
    return set(_standings(frozenset({identity}), store, {}))


def _standings(value: Value, store: Store, assumed: Mapping[Atom, int]) -> Iterator[Standing]:
    """How what a value may be stands, and what the containers in it hold, which may hold each other.

    `assumed` are the objects that are so only if a line did not raise, with that line.
    """
    waiting = [(atom, "") for atom in value]
    seen = set(waiting)
    while waiting:
        atom, container = waiting.pop()
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        line = assumed.get(atom, 0)
        if isinstance(facts, InstanceFacts):
            yield from _of_instance(facts, store, container, line)
        elif isinstance(facts, SessionFacts):
            yield _of_session(facts, container, line)
        elif isinstance(facts, ContainerFacts):
            held = {(element, container or facts.kind) for element in facts.elements} - seen
            seen |= held
            waiting.extend(held)
        elif atom == NONE:
            yield Standing(NO_STATE["None"], "None", container=container)
        elif atom is UNKNOWN:
            yield Standing(NO_STATE["unknown"], "unknown", container=container)


def _of_instance(facts: InstanceFacts, store: Store, container: str, assumed: int) -> Iterator[Standing]:
    for situation, origin in facts.situations.items():
        if not isinstance(situation, Situation):
            yield Standing(NO_STATE["unknown"], "unknown", facts.class_name, container=container, assumed=assumed)
            continue
        attached = situation.session if situation.state in ATTACHED else None
        session = store.session(attached) if attached is not None else None
        yield Standing(
            RANKS[situation.state],
            situation.state.value,
            facts.class_name,
            session.name if session is not None else "",
            origin.event if origin is not None else "",
            origin.line if origin is not None else 0,
            situation.marked,
            container,
            assumed,
        )


def _of_session(facts: SessionFacts, container: str, assumed: int) -> Standing:
    life = facts.life
    state = "closed" if life.is_closed else "open" if life.is_open else "session"
    return Standing(0, state, session=facts.name, container=container, assumed=assumed)
