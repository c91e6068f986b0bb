"""Which instances an argument of a stubbed call stands for: itself, or the elements of a container."""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.effects import TypeExpression
from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, references
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, ObjectId, Value, objects
from mypy_session_plugin.semantics.binding import Given, is_phantom

ITERABLES = frozenset(
    {"typing.Iterable", "typing.Sequence", "typing.Collection", "builtins.list", "builtins.set", "builtins.tuple"}
)


def element_annotation(annotation: TypeExpression) -> TypeExpression:
    """The annotation of one element, where a parameter takes many: `Iterable[Added[T]]`."""
    if annotation.name not in ITERABLES or not annotation.arguments:
        return annotation
    element = annotation.arguments[0]
    alternatives = element.arguments if element.name == "Union" else (element,)
    return element if all(is_phantom(part) for part in alternatives) else annotation


def targets_of(store: Store, given: Given) -> Iterable[Value]:
    """The instances that an argument stands for: itself, or the elements of the container that it is."""
    if element_annotation(given.parameter.annotation) is given.parameter.annotation:
        return [given.value]
    return elements_given(store, given.value)


def elements_given(store: Store, containers: Value) -> list[Value]:
    """The elements of the containers that a value may be, those of a display one by one and in order."""
    found: list[Value] = []
    for item in objects(containers):
        facts = store.heap.get(item)
        if isinstance(facts, ContainerFacts):
            found.extend(facts.fixed if facts.fixed is not None else _each(store, item, facts))
    return found


def _each(store: Store, container: ObjectId, facts: ContainerFacts) -> Iterable[Value]:
    """The elements of a summary, one by one: what is done to all of them is a strong update of each.

    That needs the container to be the only one that names them; otherwise some may be left out.
    """
    named = [value for name, value in store.variables.items() if isinstance(name, str)]
    named_elsewhere = {element for value in (*named, *store.paths.values()) for element in references(value)}
    for key, other in store.heap.items():
        if key != container:
            named_elsewhere.update(other.references())
    for element in objects(facts.elements):
        if element.older and element not in named_elsewhere:
            instance = store.heap.get(element)
            if isinstance(instance, InstanceFacts):
                yield frozenset({element})
        else:
            yield frozenset({element, *NOTHING_KNOWN})
