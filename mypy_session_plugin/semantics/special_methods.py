"""What Python calls by itself: `user == other`, `user in cache`, `cache[key] = user`, `if user:`, `sorted(users)`.

Behind each may stand a special method of a class of the user's, which is code that nobody sees.  As its properties do,
that of an instance reads what it likes; what changes an instance, and methods of other objects, do what they like, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mypy.nodes import (
    CallExpr,
    ComparisonExpr,
    Context,
    DictExpr,
    Expression,
    ForStmt,
    GeneratorExpr,
    IndexExpr,
    ListExpr,
    OperatorAssignmentStmt,
    OpExpr,
    SetExpr,
    StarExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
)

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Bound, ObjectId, Value, objects
from mypy_session_plugin.flow import graph
from mypy_session_plugin.flow.operands import ContainerKind
from mypy_session_plugin.mypy_compat.callees import method_of, written_method
from mypy_session_plugin.mypy_compat.types import info_of, union_items
from mypy_session_plugin.semantics import loads
from mypy_session_plugin.semantics.call_sites import CallSites
from mypy_session_plugin.semantics.dataclass_fields import is_compared
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.mapped import has_own
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.unknown_calls import call_unknown, reachable
from mypy_session_plugin.semantics.world import World

TESTED = frozenset({"__bool__", "__len__"})
ITERATED = frozenset({"__iter__", "__next__", "__aiter__", "__anext__", "__getitem__", "__len__", "__reversed__"})
COMPARED = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"})
HASHED = COMPARED | {"__hash__"}
SEARCHED = HASHED | ITERATED | {"__contains__"}
SUBSCRIBED = frozenset({"__getitem__", "__setitem__", "__delitem__", "__missing__"})
CALCULATED = frozenset(
    f"__{prefix}{name}__"
    for name in re.findall(r"\w+", "add sub mul truediv floordiv mod matmul pow lshift rshift and or xor")
    for prefix in ("", "r", "i")
) | {"__neg__", "__pos__", "__invert__"}
#: What builtins, and methods of containers, call of what they are given; of all others this is not known anyhow.
BUILTINS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("all", "any", "bool", "filter", "len"), TESTED),
    **dict.fromkeys(("enumerate", "extend", "iter", "list", "next", "reversed", "tuple", "zip"), ITERATED),
    **dict.fromkeys(("count", "index", "max", "min", "remove", "sort", "sorted"), COMPARED | ITERATED),
    **dict.fromkeys(("add", "difference", "discard", "get", "intersection", "pop", "setdefault", "union"), HASHED),
    **dict.fromkeys(("dict", "frozenset", "fromkeys", "set", "update"), HASHED | ITERATED),
}
#: What a function of which a stub tells what comes of a value may call to make a copy of that.
COPIED = frozenset({"__copy__", "__deepcopy__", "__getstate__", "__reduce__", "__reduce_ex__"})
#: Those that compare what their container holds.
COMPARING = frozenset({"count", "index", "remove", "sort"})
#: The instructions behind which there may be a special method.
CALLING = frozenset(
    {graph.Compare, graph.LoadItem, graph.StoreItem, graph.DeleteItem, graph.Operation, graph.BuildContainer}
    | {graph.Collect, graph.Next, graph.Unpack, graph.Not, graph.Call}
)


class SpecialMethods:
    """Runs the special methods that the syntax, and the builtins, of one graph call."""

    def __init__(self, world: World, sites: CallSites) -> None:
        self._world = world
        self._sites = sites
        self._known: dict[tuple[TypeInfo, frozenset[str]], bool] = {}
        self._typed: dict[tuple[Context, frozenset[str]], bool] = {}

    def before(self, instruction: graph.Instruction, store: Store) -> None:
        """What an instruction calls before it has a value."""
        match instruction:
            case graph.Call():
                self._call(instruction, store)
            case graph.Compare(operator="in" | "not in"):
                right = store.value(instruction.right)
                if any(isinstance(atom, Bound) for atom in right):
                    call_unknown(store, [right], (), site_of(instruction.node))
                elif not _is_asked(store, right):
                    self._run(store, instruction, SEARCHED, [instruction.left, instruction.right])
            case graph.Compare(operator=operator) if not operator.startswith("is"):
                self._run(store, instruction, COMPARED, [instruction.left, instruction.right])
            case graph.LoadItem() | graph.DeleteItem():
                self._run(store, instruction, SUBSCRIBED, [instruction.object], also=[instruction.index])
                self._run(store, instruction, HASHED, [instruction.index])
            case graph.StoreItem():
                also = [instruction.index, instruction.value]
                self._run(store, instruction, SUBSCRIBED, [instruction.object], also=also)
                self._run(store, instruction, HASHED, [instruction.index])
            case graph.Operation():
                self._run(store, instruction, CALCULATED, instruction.operands)
            case graph.BuildContainer() | graph.Collect():
                self._put_in(instruction, store)
            case graph.Next():
                self._run(store, instruction, ITERATED, [instruction.iterable], deep=False)
            case graph.Unpack():
                self._run(store, instruction, ITERATED, [instruction.value], deep=False)
            case graph.Not():
                self._run(store, instruction, TESTED, [instruction.operand], deep=False)

    def tested(self, branch: graph.Branch, store: Store) -> None:
        """What the test of a branch calls."""
        value = store.value(branch.test)
        if self._is_typed(branch.node, TESTED):
            call_unknown(store, [value], [branch.place], site_of(branch.node))
        elif self._is_code(store, objects(value), TESTED):
            loads.shown(store, objects(value))

    def _put_in(self, instruction: graph.BuildContainer | graph.Collect, store: Store) -> None:
        """A set looks at its elements, a dictionary at its keys; `*` goes through what stands behind it."""
        if isinstance(instruction, graph.BuildContainer):
            is_set, items = instruction.kind is ContainerKind.SET, instruction.items
        else:
            is_set, items = _is_set(store, store.value(instruction.container)), (instruction.item,)
        for item in items:
            if item.starred:
                self._run(store, instruction, ITERATED, [item.value], deep=False)
            elif item.key is not None or is_set:
                self._run(store, instruction, HASHED, [item.value if item.key is None else item.key])

    def _call(self, instruction: graph.Call, store: Store) -> None:
        """A builtin is given something, or a container's method."""
        site = self._sites.of(instruction)
        if site is None or not site.is_closed or site.stubbed_bases:
            return
        name = instruction.method or site.full_name.rpartition(".")[2]
        given = [argument.value for argument in instruction.arguments]
        if site.function is not None:
            self._run(store, instruction, COPIED, given)
        elif name in BUILTINS:
            if name in COMPARING and instruction.receiver is not None:
                given.append(instruction.receiver)
            self._run(store, instruction, BUILTINS[name], given, deep=BUILTINS[name] is not ITERATED)

    def _run(
        self,
        store: Store,
        instruction: graph.Instruction,
        names: frozenset[str],
        operands: Sequence[graph.Temporary],
        deep: bool = True,
        also: Sequence[graph.Temporary] = (),
    ) -> None:
        """Call what one of the operands, or of what it holds (`deep`), has of these; it is given the others, too."""
        values = [store.value(operand) for operand in operands]
        held: set[ObjectId] = set().union(*map(objects, values))
        node, given = instruction.node, [*values, *(store.value(operand) for operand in also)]
        is_typed = self._is_typed(node, names)
        is_code = bool(held) and self._is_code(store, reachable(store, values) if deep else held, names)
        if is_typed or (is_code and _changes(instruction)):
            call_unknown(store, given, map(place_of, _written(node)), site_of(node))
        elif is_code:
            loads.shown(store, reachable(store, given))

    def _is_code(self, store: Store, held: Iterable[ObjectId], names: frozenset[str]) -> bool:
        """Whether one of these instances is of a class that has one of these methods."""
        found = {facts.class_name for item in held if isinstance(facts := store.heap.get(item), InstanceFacts)}
        infos = [info for name in found if (info := self._world.types.class_of(name)) is not None]
        # What is compared field by field reads these.
        return any(self._has(info, names) or (is_compared(info) and names >= COMPARED) for info in infos)

    def _is_typed(self, node: Context, names: frozenset[str]) -> bool:
        """The same of the operands of a node that are no instances, by their types."""
        key = (node, names)
        if key not in self._typed:
            operands = _written(node) if names is not TESTED or isinstance(node, UnaryExpr) else [node]
            types = [type_ for operand in operands if (type_ := self._world.type(operand)) is not None]
            known = [info_of(item) for type_ in types for item in union_items(type_)]
            infos = [info for info in known if info is not None and not self._world.shapes.mapped.is_mapped(info)]
            # What phantom types say of a method is all that it does.
            is_said = written_method(getattr(node, "method_type", None)) is not None
            self._typed[key] = not is_said and any(self._has(info, names) for info in infos)
        return self._typed[key]

    def _has(self, info: TypeInfo, names: frozenset[str]) -> bool:
        key = (info, names)
        if key not in self._known:
            own = [name for name in names if has_own(info, name)]
            self._known[key] = any(written_method(method_of(info, name)) is None for name in own)
        return self._known[key]


def _changes(instruction: graph.Instruction) -> bool:
    """Whether what an instruction calls is there to change its object."""
    is_statement = isinstance(instruction.node, OperatorAssignmentStmt)
    return is_statement or isinstance(instruction, (graph.StoreItem, graph.DeleteItem))


def _is_asked(store: Store, container: Value) -> bool:
    """Whether `in` asks a session, or an object of a library: these call nothing of an instance."""
    facts = [store.heap.get(item) for item in objects(container)]
    return bool(facts) and all(isinstance(item, SessionFacts | LibraryFacts) for item in facts)


def _is_set(store: Store, container: Value) -> bool:
    facts = [store.heap.get(item) for item in objects(container)]
    return any(isinstance(item, ContainerFacts) and item.kind == ContainerKind.SET.value for item in facts)


def _written(node: Context) -> Iterator[Expression]:
    """The operands of a node."""
    match node:
        case IndexExpr(base=base):
            yield base
        case ComparisonExpr(operands=operands):
            yield from operands
        case OpExpr(left=left, right=right):
            yield from (left, right)
        case OperatorAssignmentStmt(lvalue=target, rvalue=value):
            yield from (target, value)
        case UnaryExpr(expr=expr) | ForStmt(expr=expr):
            yield expr
        case CallExpr(args=items) | SetExpr(items=items) | GeneratorExpr(sequences=items):
            yield from items
        case DictExpr(items=pairs):
            yield from (key for key, _value in pairs if key is not None)
        case ListExpr(items=items) | TupleExpr(items=items):
            yield from (item.expr for item in items if isinstance(item, StarExpr))
