"""Containers: what goes in and what comes out; their elements are one summary, fixed tuples item by item."""

from __future__ import annotations

from mypy.nodes import (
    CallExpr,
    Context,
    DictionaryComprehension,
    ForStmt,
    GeneratorExpr,
    IndexExpr,
    ListComprehension,
    RefExpr,
    SetComprehension,
    SliceExpr,
    WhileStmt,
)

from mypy_session_plugin.facts.objects import ContainerFacts, Related, SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    NONE_VALUE,
    NOTHING_KNOWN,
    Constant,
    ObjectId,
    Value,
    is_plain,
    join,
    objects,
)
from mypy_session_plugin.flow.graph import ArgumentKind, BuildContainer, Call, Collect, Item
from mypy_session_plugin.semantics import linking
from mypy_session_plugin.semantics.instances import link, lose
from mypy_session_plugin.semantics.making import copy_element, site_of
from mypy_session_plugin.semantics.transactions import forget_unflushed
from mypy_session_plugin.semantics.unknown_calls import escape, give_away, lose_code, reachable
from mypy_session_plugin.semantics.world import World

#: Builtins that make a new container of another one's elements.
COPIES = {
    "builtins.list": "list",
    "builtins.tuple": "list",
    "builtins.set": "set",
    "builtins.frozenset": "set",
    "builtins.sorted": "list",
    "builtins.reversed": "generator",
    "builtins.iter": "generator",
}
#: Builtins that make tuples of the elements of others.
PAIRS = frozenset({"builtins.enumerate", "builtins.zip"})
#: Methods that put their last argument into the container, or each element of it.
PUTS = frozenset({"append", "add", "insert", "appendleft", "setdefault"})
PUTS_ALL = frozenset({"extend", "update", "extendleft"})
#: Methods that give one element out, and those that only look.
TAKES = frozenset({"pop", "popleft", "get"})
COPYING = frozenset({"copy", "values", "union", "intersection", "difference"})
LOOKS = frozenset({"index", "count", "keys", "join"})
REMOVES = frozenset({"remove", "discard"})
#: What runs a part of itself over and over.
TURNS = (ForStmt, WhileStmt, GeneratorExpr, ListComprehension, SetComprehension, DictionaryComprehension)
REARRANGES = frozenset({"sort", "reverse", "clear"}) | REMOVES


def build(instruction: BuildContainer, store: Store) -> Value:
    """A display, or the empty beginning of a comprehension."""
    values = [_item_value(item, store) for item in instruction.items]
    give_away(store, values)
    fixed = None
    if not instruction.comprehension and not any(item.starred for item in instruction.items):
        fixed = tuple(values)
    keys = tuple(_constant_key(item, store) for item in instruction.items) if instruction.kind.value == "dict" else None
    elements = join(values) if values else frozenset()
    facts = ContainerFacts(instruction.kind.value, elements, fixed, keys if fixed is not None else None)
    return frozenset({store.create(ObjectId("container", site_of(instruction.node)), facts)})


def _item_value(item: Item, store: Store) -> Value:
    value = store.value(item.value)
    return elements_of(store, value) if item.starred else value


def _constant_key(item: Item, store: Store) -> Constant | None:
    if item.key is None:
        return None
    atoms = store.value(item.key)
    only = next(iter(atoms)) if len(atoms) == 1 else None
    return only if isinstance(only, Constant) else None


def collect(world: World, instruction: Collect, store: Store) -> None:
    """One turn of a comprehension puts its item in."""
    put(world, store, store.value(instruction.container), _item_value(instruction.item, store), instruction.node)


def put(world: World, store: Store, container: Value, value: Value, node: Context) -> None:
    """A value goes into every container that the first one may be; what is no known container may cascade."""
    give_away(store, [value])
    value = _among_others(world, store, value, node)
    for item in objects(container):
        facts = store.heap.get(item)
        if isinstance(facts, ContainerFacts):
            store.heap[item] = replace(facts, elements=join((facts.elements, value)), fixed=None, keys=None)
            if facts.related is not None and facts.kind != "dict":
                linking.put_in(store, facts.related, value, node.line)
    if not container or not all(_is_made_here(store, atom) or _relation(store, atom) for atom in container):
        link_all(store, value)
        lose_code(store, [value])


def _among_others(world: World, store: Store, value: Value, node: Context, depth: int = 0) -> Value:
    """What is put in beside others: of the sessions that a loop makes each that is taken out may be another one."""
    for atom in objects(value) if depth < 3 else ():
        facts = store.heap.get(atom)
        if isinstance(facts, SessionFacts) and facts.made_here and _is_made_in_turns(world, atom, node):
            return value | NOTHING_KNOWN
        if isinstance(facts, ContainerFacts) and facts.fixed is not None:
            fixed = tuple(_among_others(world, store, item, node, depth + 1) for item in facts.fixed)
            if fixed != facts.fixed:
                store.heap[atom] = replace(facts, elements=join(fixed), fixed=fixed)
    return value


def _is_made_in_turns(world: World, made: ObjectId, put_in: Context) -> bool:
    """Whether one loop both makes an object and puts it into a container."""
    loops = [site_of(node) for node in (*world.nodes, put_in) if isinstance(node, TURNS)]
    around = [span for span in loops if _holds(span, site_of(put_in))]
    site = made.site
    if not isinstance(site, tuple) or not all(isinstance(part, int) for part in site):
        return bool(around)
    return any(_holds(span, site) for span in around)


def _holds(span: tuple[int, ...], inner: tuple[int, ...]) -> bool:
    return span[:2] <= inner[:2] and inner[2:4] <= span[2:]


def _relation(store: Store, atom: object) -> Related | None:
    """The relationship whose collection a container is."""
    facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
    return facts.related if isinstance(facts, ContainerFacts) and facts.kind != "dict" else None


def _is_made_here(store: Store, atom: object) -> bool:
    """Whether a container is certainly not the collection of a relationship, which adds what is put into it."""
    return _holds_elements(store, atom) and isinstance(atom, ObjectId) and atom.kind == "container"


def link_all(store: Store, value: Value) -> None:
    """An instance, or those in a container, become related to another instance; a session is kept somewhere."""
    if is_plain(value):
        return
    escape(store, value)
    for identity in reachable(store, [value]):
        link(store, frozenset({identity}))


def elements_of(store: Store, container: Value) -> Value:
    """What a container holds, as the summary; unknown for what is no container."""
    found: list[Value] = []
    for atom in container:
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        found.append(facts.elements if isinstance(facts, ContainerFacts) else NOTHING_KNOWN)
    return join(found) if found else NOTHING_KNOWN


def take(world: World, store: Store, container: Value, index: Value, node: Context) -> Value:
    """`container[index]`: the item of a fixed container at a constant index, else one of its elements."""
    if isinstance(node, IndexExpr) and isinstance(node.index, SliceExpr):
        return _copied(store, container, node) or world.typed_value(store, node, "element")
    only = next(iter(index)) if len(index) == 1 else None
    for atom in container if len(container) == 1 else ():
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        if isinstance(facts, ContainerFacts) and facts.fixed is not None and isinstance(only, Constant):
            found = _fixed_item(facts, only)
            if found is not None:
                return found
    return one_of(world, store, container, node)


def _copied(store: Store, container: Value, node: Context) -> Value | None:
    """A new container of the elements of one, of which some may be left out; None for what is no container."""
    if not _is_container(store, container):
        return None
    facts = ContainerFacts("list", elements_of(store, container))
    return frozenset({store.create(ObjectId("container", site_of(node)), facts)})


def concatenated(store: Store, operands: list[Value], node: Context) -> Value | None:
    """`one + other` of two containers, else None; what becomes a part of something that is not known may cascade."""
    held = [operand for operand in operands if any(_holds_elements(store, atom) for atom in operand)]
    if held and len(held) == len(operands) and all(_is_made_here(store, atom) for value in held for atom in value):
        facts = ContainerFacts("list", join(elements_of(store, value) for value in held))
        return frozenset({store.create(ObjectId("container", site_of(node)), facts)})
    for operand in held:
        link_all(store, operand)
    return None


def rearrange(store: Store, container: Value) -> None:
    """Elements are moved or removed: what stands at which index is not known any more."""
    for item in objects(container):
        facts = store.heap.get(item)
        if isinstance(facts, ContainerFacts):
            store.heap[item] = replace(facts, fixed=None, keys=None)
            if facts.related is not None:
                linking.take_any(store, facts.related, facts.elements)
            elif facts.kind != "dict" and not _is_made_here(store, item):
                lose(store, facts.elements)
            forget_unflushed(store)


def _fixed_item(facts: ContainerFacts, index: Constant) -> Value | None:
    if facts.fixed is None:
        return None
    if facts.kind == "dict":
        positions = [position for position, key in enumerate(facts.keys or ()) if key == index]
        certain = None not in (facts.keys or (None,))
        return facts.fixed[positions[-1]] if positions and certain else None
    if isinstance(index.value, int) and -len(facts.fixed) <= index.value < len(facts.fixed):
        return facts.fixed[index.value]
    return None


def one_of(world: World, store: Store, container: Value, node: Context) -> Value:
    """The element of a container that an expression takes out; by its type where the container is not known."""
    taken = next_of(store, container, node)
    return world.typed_value(store, node, "element") if taken == NOTHING_KNOWN else taken


def next_of(store: Store, container: Value, node: Context) -> Value:
    """Some element of a container, as an object of its own.

    Nothing at all of one into which nothing was put: what a loop builds is taken as non-empty.
    """
    elements = elements_of(store, container)
    known = elements - NOTHING_KNOWN
    if not known:
        return elements
    taken = copy_element(store, known, "element", site_of(node))
    return taken | NOTHING_KNOWN if known != elements else taken


def unpack(world: World, store: Store, value: Value, count: int, starred: int | None, node: Context) -> list[Value]:
    """What each target of `a, b = value` gets: nothing, of what is taken from where nothing was put in."""
    if not value:
        return [value] * count
    if len(value) == 1 and starred is None:
        atom = next(iter(value))
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        if isinstance(facts, ContainerFacts) and facts.fixed is not None and len(facts.fixed) == count:
            return list(facts.fixed)
    elements = elements_of(store, value)
    if elements == NOTHING_KNOWN:
        return [NOTHING_KNOWN] * count
    taken = [copy_element(store, elements, "element", (site_of(node), position)) for position in range(count)]
    if starred is not None:
        rest = ObjectId("container", (site_of(node), "rest"))
        taken[starred] = frozenset({store.create(rest, ContainerFacts("list", elements))})
    return taken


def iterates(node: Context) -> bool:
    """Whether the call is of a builtin that goes through its arguments."""
    return _builtin_name(node) in COPIES or _builtin_name(node) in PAIRS


def _builtin_name(node: Context) -> str:
    return node.callee.fullname if isinstance(node, CallExpr) and isinstance(node.callee, RefExpr) else ""


def call(world: World, store: Store, instruction: Call, values: list[Value]) -> Value | None:
    """A builtin that copies a container, or a method of a known container; None for every other call."""
    node = instruction.node
    full_name = _builtin_name(node)
    if full_name in COPIES and values and _is_container(store, values[0]):
        facts = ContainerFacts(COPIES[full_name], elements_of(store, values[0]))
        return frozenset({store.create(ObjectId("container", site_of(node)), facts)})
    if full_name in PAIRS and values and any(_is_container(store, value) for value in values):
        parts = [elements_of(store, value) for value in _gone_through(instruction, values)]
        return _pairs(store, (NOTHING_KNOWN, parts[0]) if full_name == "builtins.enumerate" else tuple(parts), node)
    receiver = store.value(instruction.receiver) if instruction.receiver is not None else frozenset()
    if instruction.method is None or not _is_container(store, receiver):
        return None
    return _method(world, store, instruction.method, receiver, values, node)


def generated(store: Store, element: Value, node: Context) -> Value:
    """What is gone through where a generator gives elements, each as this one."""
    identity = ObjectId("container", (site_of(node), "generated"))
    return frozenset({store.create(identity, ContainerFacts("generator", element))})


def _gone_through(instruction: Call, values: list[Value]) -> list[Value]:
    """The arguments of `zip(one, other, strict=True)` that it goes through."""
    return [
        value
        for argument, value in zip(instruction.arguments, values, strict=True)
        if argument.kind is not ArgumentKind.NAMED
    ]


def _pairs(store: Store, parts: tuple[Value, ...], node: Context) -> Value:
    """`enumerate(items)` and `zip(one, other)`: tuples, of which there are many; none where nothing was put in."""
    site = site_of(node)
    pair = ObjectId("container", (site, "pair"), older=True)
    is_filled = all(parts)
    if is_filled:
        store.heap[pair] = ContainerFacts("tuple", join(parts), parts)
    facts = ContainerFacts("generator", frozenset({pair}) if is_filled else frozenset())
    return frozenset({store.create(ObjectId("container", site), facts)})


def _method(
    world: World, store: Store, method: str, receiver: Value, values: list[Value], node: Context
) -> Value | None:
    if method in PUTS and values:
        put(world, store, receiver, values[-1], node)
    elif method in PUTS_ALL and values:
        for value in each_of(store, values[0]):
            put(world, store, receiver, value, node)
    elif method in REMOVES and len(values) == 1 and len(receiver) == 1:
        _remove(store, receiver, values[0], method == "remove", node.line)
    elif method in TAKES:
        if method != "get":
            rearrange(store, receiver)
        default = NONE_VALUE if method == "get" and len(values) == 1 else frozenset()
        return join((one_of(world, store, receiver, node), *values[1:], default))
    elif method == "popitem":
        rearrange(store, receiver)
        pair = (NOTHING_KNOWN, one_of(world, store, receiver, node))
        facts = ContainerFacts("tuple", join(pair), pair)
        return frozenset({store.create(ObjectId("container", site_of(node)), facts)})
    elif method == "items":
        return _pairs(store, (NOTHING_KNOWN, elements_of(store, receiver)), node)
    elif method in COPYING:
        facts = ContainerFacts("list", join((elements_of(store, receiver), *(elements_of(store, v) for v in values))))
        return frozenset({store.create(ObjectId("container", site_of(node)), facts)})
    elif method in REARRANGES:
        rearrange(store, receiver)
    elif method not in LOOKS:
        return None
    return NOTHING_KNOWN


def each_of(store: Store, container: Value) -> list[Value]:
    """The elements of a container one by one where they are, else all of them as one value."""
    only = next(iter(container)) if len(container) == 1 else None
    facts = store.heap.get(only) if isinstance(only, ObjectId) else None
    if isinstance(facts, ContainerFacts) and facts.fixed is not None:
        return list(facts.fixed)
    return [elements_of(store, container)]


def _remove(store: Store, receiver: Value, value: Value, was_there: bool, line: int) -> None:
    """One element is removed; `was_there` of a method that raises for what is not in the container."""
    (item,) = objects(receiver)
    related = _relation(store, item)
    if related is None or not was_there:
        rearrange(store, receiver)
    else:
        linking.take_out(store, related, value, line)


def _is_container(store: Store, value: Value) -> bool:
    return bool(value) and all(_holds_elements(store, atom) for atom in value)


def _holds_elements(store: Store, atom: object) -> bool:
    return isinstance(atom, ObjectId) and isinstance(store.heap.get(atom), ContainerFacts)
