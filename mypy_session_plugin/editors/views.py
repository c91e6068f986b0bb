"""What is known of the documents of an editor: for each the last text that mypy could check."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from mypy_session_plugin.editors.worker import Target
from mypy_session_plugin.inspection import Inspection, InspectionError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A text that is looked at, or was, with or without success: then it is `done`."""

    target: Target
    done: Event = field(default_factory=Event)


class Views:
    """The last good looks at documents, and those at work.

    `look` does the work, in a thread, one text at a time.  A text is looked at once; of those that wait only the newest
    of a document is.
    """

    def __init__(self, look: Callable[[Target], Inspection]) -> None:
        self._look = look
        self._asking = Lock()
        self._turn = Lock()
        self._looks: dict[Path, _Look] = {}
        self._good: dict[Path, Inspection] = {}

    def ask(self, target: Target) -> Event:
        """Have a text looked at, unless it was; the event tells that there is nothing more to wait for."""
        with self._asking:
            look = self._looks.get(target.path)
            if look is None or look.target != target:
                look = self._looks[target.path] = _Look(target)
                Thread(target=self._work, args=(look,), daemon=True).start()
        return look.done

    def last_good(self, path: Path) -> Inspection | None:
        """What was seen in the last text of a document that mypy could check."""
        return self._good.get(path)

    def outdate(self) -> None:
        """A file was stored: whatever imports it may have changed, and is looked at when it is asked for again."""
        self._looks.clear()

    def _work(self, look: _Look) -> None:
        path = look.target.path
        try:
            with self._turn:
                if self._looks.get(path) is look:
                    self._good[path] = self._look(look.target)
        except InspectionError as error:
            log.info("no states of %s: %s", path, error)
        except Exception:
            log.exception("no states of %s", path)
        finally:
            look.done.set()
