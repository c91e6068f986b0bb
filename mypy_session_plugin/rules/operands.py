"""The instances that a call is given to change: what the rules on states and on sessions look at, one by one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value
from mypy_session_plugin.semantics.binding import Given, is_phantom
from mypy_session_plugin.semantics.events import CallEvent
from mypy_session_plugin.semantics.instances import Operation
from mypy_session_plugin.semantics.parameters import operation_of
from mypy_session_plugin.semantics.shapes import ANY_ENTITY
from mypy_session_plugin.semantics.targets import element_annotation, targets_of


@dataclass(frozen=True, slots=True)
class Operand:
    """One instance that an argument gives to an operation.

    `kind` is the phantom type of the parameter, `key` what tells the verdicts on one call apart.
    """

    given: Given
    kind: str
    operation: Operation
    target: Value
    key: Hashable


def error_about(error: str, class_name: str) -> str:
    """What SQLAlchemy says of an instance of a class; of one of which no class is known, without its name."""
    return error.replace("{class}", "..." if class_name == ANY_ENTITY.class_name else class_name.rpartition(".")[2])


def operands_of(event: CallEvent, store: Store) -> Iterator[Operand]:
    """The instances that a call changes, those of a collection one by one."""
    any_session = event.call.stub.effect("any_session") is not None
    for given in event.call.given:
        annotation = element_annotation(given.parameter.annotation)
        operation = operation_of(annotation, event.name, store, event.session, any_session)
        if operation is None:
            continue
        for position, target in enumerate(targets_of(store, given)):
            if target:
                key = (given.parameter.name, position)
                yield Operand(given, is_phantom(annotation) or "", operation, target, key)
