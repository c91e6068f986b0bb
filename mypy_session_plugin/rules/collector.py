"""Collects the rules' verdicts over all path states and copies of a line, and applies each rule's quantifier."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from mypy.nodes import Context

from mypy_session_plugin.facts.objects import InstanceFacts, SessionFacts
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, ObjectId
from mypy_session_plugin.rules.base import Finding, Quantifier
from mypy_session_plugin.rules.registry import RULES
from mypy_session_plugin.semantics.events import Event, RevealEvent

ORDER = {state: position for position, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with the code of its rule."""

    code: str
    finding: Finding


class Collector:
    """Hears every event of one unit's reporting walk."""

    def __init__(self) -> None:
        self._verdicts: dict[tuple[str, Context, Hashable], list[Finding | None]] = {}
        self._quantifiers = {rule.code: rule.quantifier for rule in RULES}
        self._revealed: dict[Context, set[tuple[int, str]]] = {}

    def hear(self, event: Event, store: Store) -> None:
        """Show one event, in one path state, to all rules."""
        if isinstance(event, RevealEvent):
            self._revealed.setdefault(event.node, set()).update(_described(event, store))
            return
        for rule in RULES:
            for verdict in rule.check(event, store):
                key = (rule.code, event.node, verdict.key)
                self._verdicts.setdefault(key, []).append(verdict.finding)

    def reports(self) -> Iterator[Reported]:
        """The findings that hold under their rule's quantifier, one a mistake, in the order of the lines."""
        found: dict[tuple[str, str, int, int], Reported] = {}
        for (code, _node, _key), findings in self._verdicts.items():
            known = [finding for finding in findings if finding is not None]
            if known and (len(known) == len(findings) or self._quantifiers[code] is Quantifier.SOME):
                first = known[0]
                found.setdefault((code, first.message, first.node.line, first.node.column), Reported(code, first))
        yield from sorted(found.values(), key=lambda item: (item.finding.node.line, item.finding.node.column, item.code))

    def revealed(self) -> Iterator[tuple[Context, str]]:
        """The answers to `reveal_state`, every path state taken together."""
        for node, parts in self._revealed.items():
            text = " | ".join(dict.fromkeys(text for _order, text in sorted(parts)))
            yield node, f'Revealed state is "{text}"'


def _described(event: RevealEvent, store: Store) -> Iterator[tuple[int, str]]:
    if event.is_session:
        yield 0, "Session"
        return
    for atom in event.value:
        yield from _described_atom(atom, store)


def _described_atom(atom: object, store: Store) -> Iterator[tuple[int, str]]:
    facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
    if isinstance(facts, InstanceFacts):
        for situation in facts.situations:
            if isinstance(situation, Situation):
                yield ORDER[situation.state], f"{situation.state.value.capitalize()}[{facts.class_name}]"
            else:
                yield 9, "Unknown"
    elif isinstance(facts, SessionFacts):
        yield 0, "Session"
    elif atom == NONE:
        yield 8, "None"
    else:
        yield 9, "Unknown"

