"""Where the life of a session ends, as the rules are told."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules import collector
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.semantics.events import Event, SessionEndEvent
from tests.harness import Harness

IMPORTS = "from sqlalchemy import Engine\nfrom sqlalchemy.orm import Session, sessionmaker\n"


class TellsEnds:
    """Reports each end at its node, under a code that is on."""

    code = "session-state"
    quantifier = Quantifier.SOME
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """The end as a message."""
        if isinstance(event, SessionEndEvent):
            facts = store.session(event.session)
            name = facts.name if facts is not None else ""
            raising = " with an exception" if event.raising else ""
            yield Verdict((event.ending, event.raising), Finding(event.node, f"{name} {event.ending.value}{raising}"))


@pytest.fixture
def ends(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Harness:
    monkeypatch.setattr(collector, "RULES", (TellsEnds(),))
    return harness


PROGRAMS = {
    "close": "def f(engine: Engine) -> None:  # error: session return\n"
    "    session = Session(engine)\n"
    "    session.merge(session.begin())\n"
    "    session.close()  # error: session closed\n",
    "block": "def f(engine: Engine) -> None:  # error: session return  # error: session raise\n"
    "    with Session(engine) as session:  # error: session block  # error: session block with an exception\n"
    "        session.merge(session.begin())\n",
    "factory": "def f(factory: sessionmaker[Session]) -> None:  # error: session return  # error: session raise\n"
    "    with factory.begin() as session:  # error: session block  # error: session block with an exception\n"
    "        session.merge(session.connection())\n",
    "transaction": "def f(session: Session) -> None:  # error: session return\n"
    "    transaction = session.begin()\n"
    "    session.merge(transaction)\n"
    "    transaction.close()\n",
    "raise": "def f(session: Session) -> None:  # error: session return  # error: session raise\n"
    "    session.merge(session.begin())\n"
    "    if session.is_active:\n"
    "        raise ValueError\n",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_ends(ends: Harness, program: str) -> None:
    ends.check({"app.py": IMPORTS + program})
