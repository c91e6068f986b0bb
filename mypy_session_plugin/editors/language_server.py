"""A plugin for python-lsp-server: the state and the session of what is under the cursor, in the hover.

The server finds it through the entry point in the group `pylsp`.  The look at a text is taken in another process, when
a document is opened or stored and when it is hovered over; the server waits for none of that.  Settings are those of
`pylsp.plugins.mypy_session_plugin`:

- `enabled`: true by default;
- `config_file`: the configuration of mypy, by default the one that mypy finds from the folder of the workspace;
- `wait`: for how many seconds a hover waits for a look at the text as it is now, before it shows the last good one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, Protocol

from pluggy import HookimplMarker

from mypy_session_plugin.editors.hover import hover_text
from mypy_session_plugin.editors.views import Views
from mypy_session_plugin.editors.worker import Target, Worker

NAME = "mypy_session_plugin"
WAIT = 3.0

log = logging.getLogger(__name__)
#: That of the server, which does not tell its type.
hookimpl = HookimplMarker("pylsp")
_worker = Worker()
_views = Views(_worker.look)


class Config(Protocol):
    """What is read of the server's configuration."""

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """What the editor can do."""

    def plugin_settings(self, plugin: str) -> Mapping[str, Any]:
        """What is set for a plugin."""


class Workspace(Protocol):
    """What is read of the server's workspace."""

    @property
    def root_path(self) -> str:
        """The folder that the editor has opened, or an empty string."""


class Document(Protocol):
    """What is read of a document."""

    @property
    def path(self) -> str:
        """Where it is stored."""

    @property
    def source(self) -> str:
        """Its text, as the editor has it."""


@hookimpl
def pylsp_settings() -> dict[str, Any]:
    """The defaults."""
    return {"plugins": {NAME: {"enabled": True, "config_file": None, "wait": WAIT}}}


@hookimpl
def pylsp_document_did_open(config: Config, workspace: Workspace, document: Document) -> None:
    """Begin to look at a document, so that the first hover need not wait."""
    _begin(config, workspace, document)


@hookimpl
def pylsp_document_did_save(config: Config, workspace: Workspace, document: Document) -> None:
    """Look at what was stored, and at whatever may import it when it is asked for."""
    _views.outdate()
    _begin(config, workspace, document)


@hookimpl(wrapper=True)
def pylsp_hover(
    config: Config, workspace: Workspace, document: Document, position: Mapping[str, int]
) -> Generator[None, Any, Callable[[], Any]]:
    """Put the state before what other plugins say of a place.

    The server calls what it is given in a thread, and goes on meanwhile.
    """
    others = yield
    text = document.source

    def answer() -> Any:
        try:
            told = _told(config, workspace, document, text, position)
            return _with(others, told, _is_markdown(config)) if told else others or {"contents": ""}
        except Exception:
            log.exception("no states of %s", document.path)
            return others or {"contents": ""}

    return answer


@hookimpl
def pylsp_shutdown() -> None:
    """End what is at work."""
    _worker.stop()


def _begin(config: Config, workspace: Workspace, document: Document) -> None:
    try:
        target = _target(config, workspace, document, document.source)
        if target is not None:
            _views.ask(target)
    except Exception:
        log.exception("no states of %s", document.path)


def _told(
    config: Config, workspace: Workspace, document: Document, text: str, position: Mapping[str, int]
) -> str | None:
    target = _target(config, workspace, document, text)
    if target is None:
        return None
    done = _views.ask(target)
    seen = _views.last_good(target.path)
    if seen is None or any(seen.records):  # no file without sessions waits for mypy
        done.wait(float(config.plugin_settings(NAME).get("wait") or WAIT))
        seen = _views.last_good(target.path)
    return hover_text(seen, text, position["line"], position["character"]) if seen is not None else None


def _target(config: Config, workspace: Workspace, document: Document, text: str) -> Target | None:
    """What is to be looked at, if it is a file with Python and no cell of a notebook."""
    path = Path(document.path)
    folder = Path(workspace.root_path or path.parent)
    if path.suffix not in {".py", ".pyi"} or not folder.is_dir():
        return None
    return Target(path, text, folder, config.plugin_settings(NAME).get("config_file"))


def _is_markdown(config: Config) -> bool:
    """Whether the editor wants Markdown, as the server itself decides it."""
    formats = config.capabilities.get("textDocument", {}).get("hover", {}).get("contentFormat", ["markdown"])
    return next((kind for kind in formats if kind in {"markdown", "plaintext"}), "markdown") == "markdown"


def _with(others: Any, told: str, is_markdown: bool) -> Any:
    """An answer with a line before what it has: text of a kind, text, or a list of texts."""
    answer = others or {}
    contents = answer.get("contents") or ""
    line = re.sub(r"([\\`*_\[\]<>|])", r"\\\1", told) if is_markdown else told
    if isinstance(contents, list):
        return answer | {"contents": [line, *contents]}
    below = contents["value"] if isinstance(contents, dict) else contents
    between = "\n\n---\n\n" if is_markdown else "\n\n"
    value = line + between + below if below else line
    return answer | {"contents": {"kind": "markdown" if is_markdown else "plaintext", "value": value}}
