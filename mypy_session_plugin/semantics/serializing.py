"""What a serialiser is given that it cannot take: sessions, and where it writes JSON mapped instances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.nodes import Context, TypeInfo

from mypy_session_plugin.facts.objects import ContainerFacts, HandOver, InstanceFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, ObjectId, Value
from mypy_session_plugin.semantics.places import text_of_place
from mypy_session_plugin.semantics.reaching import Reach
from mypy_session_plugin.semantics.sending import Run
from mypy_session_plugin.semantics.world import World

JSON = "json"
#: What the standard library's encoder of JSON takes: instances of subclasses as well.
ENCODED = frozenset(
    {"builtins.dict", "builtins.float", "builtins.int", "builtins.list", "builtins.str", "builtins.tuple"}
)
#: The method by which some encoders ask an object for what stands for it.
ENCODES_ITSELF = "__json__"


def not_taken(
    world: World, store: Store, runs: Iterable[Run], node: Context, form: str
) -> Iterator[tuple[HandOver, ObjectId | None]]:
    """What cannot be written out in this form, with its session; a container is as wrong as the first such element."""
    reach = Reach(world, store)
    for run in runs:
        sessions = [reached for reached in reach.of(run) if reached.how != "instance"]
        for reached in sessions:
            yield HandOver(node, run.boundary, reached.text, reached.how), reached.session
        if not sessions and form == JSON and _holds_instance(world, store, run.function):
            yield HandOver(node, run.boundary, text_of_place(run.node), "instance"), None


def _holds_instance(world: World, store: Store, value: Value, depth: int = 0) -> bool:
    """Whether whatever the value is, it is a mapped instance, or a container of one, that JSON does not know."""
    atoms = value - {NONE}
    return bool(atoms) and depth < 4 and all(_is_instance(world, store, atom, depth) for atom in atoms)


def _is_instance(world: World, store: Store, atom: object, depth: int) -> bool:
    facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
    if isinstance(facts, InstanceFacts):
        return not any(_is_encoded(world.types.lookup(name)) for name in (facts.class_name, *facts.bases))
    if not isinstance(facts, ContainerFacts):
        return False
    elements = facts.fixed if facts.fixed is not None else (facts.elements,)
    return any(_holds_instance(world, store, element, depth + 1) for element in elements)


def _is_encoded(info: object) -> bool:
    if not isinstance(info, TypeInfo):
        return True
    return info.get(ENCODES_ITSELF) is not None or any(base.fullname in ENCODED for base in info.mro)
