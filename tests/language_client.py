"""A client that speaks the language server protocol with a real `pylsp`, as an editor does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from tests.pages import ROOT

PROGRAM = Path(sys.executable).parent / "pylsp"
#: Longer than anything takes: a server that says nothing is a failure, and not for ever.
SECONDS = 100.0
#: Those of the server's own plugins that say something of a file as well.
OTHERS = ["autopep8", "flake8", "mccabe", "pycodestyle", "pydocstyle", "pyflakes", "pylint", "rope_autoimport", "yapf"]


class Client:
    """One conversation with a server."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._messages: Queue[dict[str, Any]] = Queue()
        self._kept: list[dict[str, Any]] = []
        self._requests = 0
        Thread(target=self._read, daemon=True).start()

    def request(self, method: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """What the server answers."""
        self._requests += 1
        number = self._requests
        self._send({"id": number, "method": method, "params": parameters})
        answer = self._next(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer
        return answer["result"]

    def notify(self, method: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Tell the server something that has no answer."""
        self._send({"method": method, "params": parameters})

    def notified(self, method: str) -> Any:
        """What the server tells next with a method, of what was not given yet."""
        return self._next(lambda message: message.get("method") == method)["params"]

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            size = int(header.removeprefix(b"Content-Length:"))
            while stream.readline().strip():
                pass
            self._messages.put(json.loads(stream.read(size)))

    def _next(self, wanted: Any) -> dict[str, Any]:
        for message in self._kept:
            if wanted(message):
                self._kept.remove(message)
                return message
        while not wanted(message := self._messages.get(timeout=SECONDS)):
            self._kept.append(message)
        return message


def write_entry_points(folder: Path) -> None:
    """What an installed package has, for one that is only on the path: the metadata by which a server finds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = folder / "mypy_session_plugin-0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mypy-session-plugin\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in project["entry-points"]["pylsp"].items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[pylsp]", *lines, ""]))


@contextmanager
def server(folder: Path, metadata: Path, settings: dict[str, Any], **environment: str) -> Iterator[Client]:
    """A server for a folder, initialized and with settings for its plugins; without those that are of no interest."""
    write_entry_points(metadata)
    path = os.pathsep.join([str(PROGRAM.parent), os.environ.get("PATH", "")])
    python_path = os.pathsep.join([str(ROOT), str(metadata)])
    process = subprocess.Popen(
        [PROGRAM],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": python_path} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        client = Client(process)
        hover = {"contentFormat": ["plaintext"]}
        client.request(
            "initialize",
            {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": {"textDocument": {"hover": hover}}},
        )
        client.notify("initialized", {})
        plugins = {name: {"enabled": name in settings} for name in OTHERS} | settings
        client.notify("workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})
        yield client
        client.request("shutdown")
        client.notify("exit")
        process.wait(SECONDS)
    finally:
        process.kill()
        process.communicate()
