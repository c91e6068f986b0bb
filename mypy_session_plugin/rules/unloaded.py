"""What the rules on loads have in common: in which ways an attribute is not there, and what would help."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from mypy_session_plugin.facts.loading import Attribute, AttributeKind, Strategy
from mypy_session_plugin.facts.loads import Presence
from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.states import Situation
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Unknown, Value
from mypy_session_plugin.rules.base import Finding, situations_of
from mypy_session_plugin.semantics import loads
from mypy_session_plugin.semantics.events import AttributeEvent, PromiseEvent

#: The event of an instance that came with a row.
LOADED = "loaded"
#: The ends of the events of a commit: `expired by commit()`.
COMMITS = ("by commit()", "by the end of the block")


@dataclass(frozen=True, slots=True)
class Missing:
    """One way in which an attribute is not there where it is read.

    `situation` with `came`: how the instance stands, and what brought it there.  `since`: what left the attribute out,
    or threw it away; None for a new instance that was never given it.
    """

    situation: Situation
    came: Origin | None
    presence: Presence
    since: Origin | None
    facts: InstanceFacts


def always_missing(
    event: AttributeEvent | PromiseEvent, store: Store, breaks: Callable[[Missing], bool]
) -> Missing | None:
    """The first way in which the attribute is not there, where all ways are such and break a rule; else None."""
    ways = list(_ways(event.value, event.attribute, store)) if event.attribute is not None and not event.raising else []
    known = [item for item in ways if item is not None and breaks(item)]
    return known[0] if known and len(known) == len(ways) else None


def _ways(value: Value, attribute: Attribute, store: Store) -> Iterator[Missing | None]:
    """Every way in which the attribute may stand; None for one in which it is there, or may be."""
    for situation, came, facts in situations_of(store, value):
        if facts is None or not isinstance(situation, Situation):
            yield None
            continue
        if loads.is_taken_back(facts, situation):
            continue
        for presence, since in loads.presences(facts, attribute).items():
            if isinstance(presence, Unknown) or presence is Presence.LOADED:
                yield None
            else:
                yield Missing(situation, came, presence, since, facts)


def reason(item: Missing) -> str:
    """Why the attribute is not there, as a message tells it."""
    if item.since is None:
        return "never set before the flush"
    return f"{item.since} without it" if _is_left_out(item) else str(item.since)


def _is_left_out(item: Missing) -> bool:
    """Whether what has loaded the instance has not loaded the attribute, or nothing has loaded it yet."""
    return item.since is None or item.since.event.startswith((LOADED, "refreshed"))


def option(event: AttributeEvent) -> str:
    """The loader option that loads the attribute with its row."""
    attribute = event.attribute
    path, along = f"{event.class_name}.{attribute.name}", event.reader.along if event.reader is not None else ""
    if attribute.kind is AttributeKind.TO_ONE:
        return f"{along}joinedload({path})"
    return f"{along}selectinload({path})" if attribute.is_relationship else f"{along}undefer({path})"


def is_expired_by_commit(item: Missing) -> bool:
    """Whether a commit has thrown the attribute away, which a session can be told not to do."""
    return item.since is not None and item.since.event.endswith(COMMITS)


def is_expired(item: Missing, event: AttributeEvent) -> bool:
    """Whether the attribute was thrown away, and not left out."""
    return not _is_left_out(item) and event.attribute.strategy is not Strategy.DEFERRED


def mistake(item: Missing, event: AttributeEvent) -> Hashable:
    """What is one mistake: all that was thrown away at once, or what was left out, the first of several at once."""
    if is_expired(item, event):
        return item.since, None
    return item.since, event.node if event.reader is not None and event.reader.ends else event.attribute.name


def finding(event: AttributeEvent, message: str, note: str, error: str, mistake: Hashable) -> Finding:
    """What is reported on a read; a reader that ends with what raises reads nothing after that."""
    raises = (event.reader.raises if event.reader is not None else "") or error
    ends = event.reader is not None and event.reader.ends
    return Finding(event.node, message, (note,), raises=raises, mistake=mistake, ends=ends)


def consequence(event: AttributeEvent, error: str, link: str = "") -> str:
    """What the read raises, and who reads, as a message tells it; `link` leads to what SQLAlchemy says of that."""
    reader = event.reader
    if reader is None or not reader.by:
        return f"reading it raises {error}{f' ({link})' if link else ''}"
    if not reader.raises:
        return f"{reader.by} reads it, which raises {error}{f' ({link})' if link else ''}"
    return f"{reader.by} reads it, which raises {reader.raises} ({', '.join(filter(None, (error, link)))})"
