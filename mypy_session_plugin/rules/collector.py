"""Collects the rules' verdicts over all path states and copies of a line, and applies each rule's quantifier."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence

from mypy.nodes import Context

from mypy_session_plugin.facts.objects import InstanceFacts, SessionFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, ObjectId
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, listing
from mypy_session_plugin.rules.registry import RULES
from mypy_session_plugin.semantics.events import CalleeEvent, Event, Latent, RevealEvent

#: A hand-over that is a concurrent use is reported as that, and not once more as a hand-over.
HANDOVER = "session-handover"
CONCURRENT = frozenset({"session-thread", "session-task"})
_LINE = re.compile(r"(?<=line )(\d+)")
ORDER = {state: position for position, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with the code of its rule, and the node of the event that it is of.

    `latent` is set where it is a fault in the body of a function that is called.
    """

    code: str
    finding: Finding
    heard_at: Context
    latent: Latent | None = None


class Collector:
    """Hears every event of one unit's reporting walk; the rules of the codes in `silent` hear none."""

    def __init__(self, silent: frozenset[str] = frozenset()) -> None:
        self._rules = [rule for rule in RULES if rule.code not in silent]
        self._verdicts: dict[tuple[str, Context, Hashable], list[Verdict]] = {}
        self._quantifiers = {rule.code: rule.quantifier for rule in RULES}
        self._revealed: dict[Context, set[tuple[int, str]]] = {}
        self._calls: dict[tuple[Context, str], list[tuple[Latent, ...]]] = {}

    def hear(self, event: Event, store: Store) -> None:
        """Show one event, in one path state, to all rules."""
        if isinstance(event, RevealEvent):
            self._revealed.setdefault(event.node, set()).update(_described(event, store))
            return
        if isinstance(event, CalleeEvent):
            self._calls.setdefault((event.node, event.part), []).append(event.found)
            return
        for rule in self._rules:
            for verdict in rule.check(event, store):
                key = (rule.code, event.node, verdict.key)
                self._verdicts.setdefault(key, []).append(verdict)

    def reports(self) -> Iterator[Reported]:
        """The findings that hold under their rule's quantifier, one a mistake, in the order of the lines."""
        found: dict[tuple[str, str, int, int], Reported] = {}
        ended: set[Context] = set()
        for (code, heard_at, _key), verdicts in self._verdicts.items():
            finding = self._holding(code, verdicts)
            if finding is not None and not (finding.ends and heard_at in ended):
                if finding.ends:
                    ended.add(heard_at)
                place = (finding.node.line, finding.node.column)
                found.setdefault((code, finding.message, *place), Reported(code, finding, heard_at))
        for reported in self._latent():
            place = (reported.finding.node.line, reported.finding.node.column)
            found.setdefault((reported.code, "", *place), reported)
        crossing = {item.finding.node for item in found.values() if item.code in CONCURRENT}
        kept = [item for item in found.values() if item.code != HANDOVER or item.finding.node not in crossing]
        in_order = sorted(kept, key=lambda item: (item.finding.node.line, item.finding.node.column, item.code))
        told: set[tuple[str, Hashable]] = set()
        for item in in_order:
            mistake = (item.code, item.finding.mistake)
            if item.finding.mistake is None or mistake not in told:
                told.add(mistake)
                yield item

    def _latent(self) -> Iterator[Reported]:
        """The faults in bodies that are followed: those of every path state, if the rule asks for that."""
        audible = {rule.code for rule in self._rules}
        for (node, _part), heard in self._calls.items():
            for latent in dict.fromkeys(latent for found in heard for latent in found):
                times = sum(any(other.place == latent.place for other in found) for found in heard)
                holds = times == len(heard) or self._quantifiers[latent.code] is Quantifier.SOME
                if holds and latent.code in audible:
                    yield Reported(latent.code, Finding(node, latent.text, raises=latent.raises), node, latent)

    def _holding(self, code: str, verdicts: list[Verdict]) -> Finding | None:
        known = [verdict for verdict in verdicts if verdict.finding is not None]
        decisive = next((verdict for verdict in known if verdict.decisive), None)
        if decisive is not None:
            return decisive.finding
        holds = len(known) == len(verdicts) or self._quantifiers[code] is Quantifier.SOME
        return (
            merged([verdict.finding for verdict in known if verdict.finding is not None]) if known and holds else None
        )

    def revealed(self) -> Iterator[tuple[Context, str]]:
        """The answers to `reveal_state`, every path state taken together."""
        for node, parts in self._revealed.items():
            if not parts:
                continue
            text = " | ".join(dict.fromkeys(text for _order, text in sorted(parts)))
            yield node, f'Revealed state is "{text}"'


def raises(event: Event, store: Store) -> bool:
    """Whether a rule finds in one path state that what happens raises; a body that is followed is taken to do so."""
    verdicts = (verdict for rule in RULES for verdict in rule.check(event, store))
    return isinstance(event, CalleeEvent) or any(item.finding is not None and item.finding.raises for item in verdicts)


def merged(findings: list[Finding]) -> Finding:
    """One finding for all paths: where these differ in the lines of their reasons alone, with all of the lines.

    Else with the reason of the first path.
    """
    first = findings[0]
    message = merged_lines([finding.message for finding in findings])
    notes = [merged_lines(texts) for texts in zip(*(finding.notes for finding in findings), strict=False)]
    if message is None or None in notes or len({len(finding.notes) for finding in findings}) > 1:
        return first
    since = tuple(sorted({line for finding in findings for line in finding.since}))
    until = tuple(sorted({line for finding in findings for line in finding.until}))
    kept = tuple(text for text in notes if text is not None)
    return replace(first, message=message, notes=kept, since=since, until=until)


def merged_lines(texts: Sequence[str]) -> str | None:
    """Texts that differ in line numbers alone, as one: `line 3 or 5`; None of others."""
    pieces = [_LINE.split(text) for text in texts]
    if len({tuple(parts[::2]) for parts in pieces}) > 1:
        return None
    columns = [dict.fromkeys(column) for column in zip(*pieces, strict=True)]
    return "".join(listing(sorted(column, key=int) if place % 2 else column) for place, column in enumerate(columns))


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
