"""One harness for every test that runs mypy with the plugin: cases as text, expectations in comments, all modes.

A case is a mapping of file names to texts.  What mypy must report stands on the lines themselves:

    session.merge(user)  # error: [session-merge] "user" is already in "session"
    reveal_state(session)  # note: Revealed state is "Session"

`# E:` and `# N:` are short for these; several stand one after the other.  An error must have the given code, and a
given text must be part of the message.  Whatever else mypy reports is a mistake, except the notes of an expected error.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from unittest import mock

from mypy import api
from mypy.nodes import MypyFile
from mypy.version import __version__ as mypy_version

import mypy_session_plugin
from mypy_session_plugin.codes import CODES
from mypy_session_plugin.hooks import SessionPlugin
from mypy_session_plugin.mypy_compat.leftovers import take_apart

MYPY_RELEASE = tuple(int(part) for part in re.findall(r"\d+", mypy_version)[:2])
#: mypy 1.20 takes `-n` and crashes.
HAS_PARALLEL = MYPY_RELEASE >= (2, 0)
_PACKAGE_PARENT = Path(mypy_session_plugin.__file__).resolve().parent.parent
_CONFIG = "mypy.ini"
_LINE = re.compile(
    r"(?P<file>.+?):(?P<line>\d+): (?P<severity>error|note): (?P<message>.*?)(?:  \[(?P<code>[a-z][\w-]*)\])?"
)
_EXPECTATION = re.compile(r"#\s*(E|error|N|note):\s*(?:\[([\w-]+)\])?\s*(.*?)\s*(?=#\s*(?:E|error|N|note):|$)")

#: Of two texts of one length mypy takes the cached one if both were written in the same second.
_moments = count(int(time.time()))

Files = Mapping[str, str]


@dataclass(frozen=True, order=True, slots=True)
class Report:
    """A line of mypy's output; `file` is relative to the case, and a note has no code."""

    file: str
    line: int
    severity: str
    message: str
    code: str | None = None

    def __str__(self) -> str:
        code = f"  [{self.code}]" if self.code else ""
        return f"{self.file}:{self.line}: {self.severity}: {self.message}{code}"


@dataclass(frozen=True, slots=True)
class Result:
    """All that a run of mypy gave back."""

    reports: list[Report]
    output: str
    status: int


@dataclass(slots=True)
class Project:
    """A folder with the files of one case, and a configuration that loads the plugin; `targets` are given to mypy."""

    folder: Path
    cache: Path
    flags: Sequence[str] = ()
    config: str = ""
    targets: Sequence[str] = ()
    _status_file: Path = field(init=False)

    def __post_init__(self) -> None:
        self._status_file = self.folder / ".dmypy.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write_config()

    def write_config(self) -> None:
        """Write mypy's configuration file; `config` adds to the section `[mypy]`, or replaces it."""
        search = "" if _PACKAGE_PARENT.name == "site-packages" else f"mypy_path = {_PACKAGE_PARENT}\n"
        plugins = "" if self.config.startswith("plugins =") else "plugins = mypy_session_plugin\n"
        text = self.config if self.config.startswith("[mypy]") else f"[mypy]\n{plugins}{search}{self.config}"
        (self.folder / _CONFIG).write_text(text, encoding="utf-8")

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write the files; None removes one."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                moment = next(_moments)
                os.utime(path, (moment, moment))

    def run(self, *flags: str) -> Result:
        """Run mypy in this process."""
        with _working_in(self.folder), _taken_apart():
            output, errors, status = api.run([*self._arguments(), *flags, *self._targets()])
        return _result(output + errors, status)

    def run_process(self, *flags: str) -> Result:
        """Run mypy in a process of its own."""
        return self._command(["-m", "mypy", *self._arguments(), *flags, *self._targets()])

    def run_parallel(self) -> Result:
        """Run mypy in processes of its own, two of them at work.

        On a busy machine they may not be ready within the three seconds that mypy gives them.
        """
        for _try in range(10):
            result = self.run_process("-n", "2")
            if "connection with worker" not in result.output and "connect to build worker" not in result.output:
                break
        return result

    def run_daemon(self) -> Result:
        """Run `dmypy run`, which starts the daemon if there is none."""
        return self._command([*self._daemon(), "run", "--", *self._arguments(), *self._targets()])

    def check_in_daemon(self) -> Result:
        """Run `dmypy check`, with the flags that the daemon was started with."""
        return self._command([*self._daemon(), "check", *self._targets()])

    def restart_daemon(self) -> None:
        """Run `dmypy restart`."""
        self._command([*self._daemon(), "restart", "--", *self._arguments()])

    def stop_daemon(self) -> None:
        """Stop the daemon; without one this does nothing."""
        self._command([*self._daemon(), "stop"])

    def _daemon(self) -> list[str]:
        return ["-m", "mypy.dmypy", "--status-file", str(self._status_file)]

    def _arguments(self) -> list[str]:
        return ["--config-file", _CONFIG, "--cache-dir", str(self.cache), "--no-error-summary", *self.flags]

    def _targets(self) -> list[str]:
        return list(self.targets) or sorted(
            str(path.relative_to(self.folder)) for path in self.folder.rglob("*.py*") if path.suffix in {".py", ".pyi"}
        )

    def _command(self, arguments: list[str]) -> Result:
        environment = os.environ | {"PYTHONPATH": str(_PACKAGE_PARENT), "MYPY_SESSION_PLUGIN_RAISE": "1"}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return _result(done.stdout + done.stderr, done.returncode)


class Harness:
    """Makes projects; those that run in this process share one cache, so that SQLAlchemy is checked once a session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def project(
        self,
        files: Files,
        *,
        flags: Sequence[str] = (),
        config: str = "",
        fresh: bool = False,
        targets: Sequence[str] = (),
    ) -> Project:
        """A folder with these files, of which all modules are checked without `targets`.

        `fresh` gives it a cache of its own, empty.
        """
        self._count += 1
        folder = self._folder / f"project{self._count}"
        cache = self._folder / (f"cache{self._count}" if fresh else "cache")
        project = Project(folder, cache, flags, config, targets)
        # mypy would take the reports on the same module with the same text from the cache, the analysis unseen.
        project.write({name: f"{text}\n# project {self._count}\n" for name, text in files.items()})
        return project

    def run_in_process(self, files: Files, *, flags: Sequence[str] = (), config: str = "") -> list[Report]:
        """What mypy reports on one case."""
        return self.project(files, flags=flags, config=config).run().reports

    def run_batch(
        self, cases: Mapping[str, str], *, flags: Sequence[str] = (), config: str = ""
    ) -> dict[str, list[Report]]:
        """What mypy reports on many cases of one module each, in one build; keys are names of modules."""
        files = {f"{name}.py": text for name, text in cases.items()}
        reports = self.run_in_process(files, flags=flags, config=config)
        return {name: [report for report in reports if report.file == f"{name}.py"] for name in cases}

    def check(self, files: Files, *, flags: Sequence[str] = (), config: str = "") -> None:
        """Fail unless mypy reports on a case what its comments say."""
        assert_expected(files, self.run_in_process(files, flags=flags, config=config))


def codes_of_cases(names: Iterable[str]) -> str:
    """The configuration of modules that are named for a code (`session_merge_added`).

    Only the modules of a code that is off in tests, or by default, are reported on under it: what others leave out to
    be small (a commit, a close) is no mistake of theirs.
    """
    sections: list[str] = []
    for code in CODES:
        mine = [name for name in names if name.startswith(f"{code.name}-".replace("-", "_"))]
        off = [other.name for other in CODES if not other.in_tests and other is not code]
        if mine:
            on = "" if code.default else f"enable_error_code = {code.name}\n"
            sections.append(f"[mypy-{','.join(mine)}]\ndisable_error_code = {','.join(off)}\n{on}")
    return "".join(sections)


def modes() -> tuple[str, ...]:
    """The ways to run mypy that must all give the same reports."""
    return ("cold", "warm", "parallel", "daemon") if HAS_PARALLEL else ("cold", "warm", "daemon")


def run_in_mode(
    harness: Harness, mode: str, files: Files, *, flags: Sequence[str] = (), config: str = ""
) -> list[Report]:
    """What mypy reports on `files`, with a filled cache in the mode `warm`, with an empty one in all others."""
    project = harness.project(files, flags=flags, config=config, fresh=True)
    match mode:
        case "cold":
            return project.run_process().reports
        case "warm":
            project.run_process()
            return project.run_process().reports
        case "parallel":
            return project.run_parallel().reports
        case "daemon":
            try:
                return project.run_daemon().reports
            finally:
                project.stop_daemon()
        case _:
            raise ValueError(mode)


@contextmanager
def daemon(project: Project) -> Iterator[Project]:
    """A project whose daemon is stopped at the end; each `run_daemon` sees the edits made before."""
    try:
        yield project
    finally:
        project.stop_daemon()


def assert_expected(files: Files, reports: Sequence[Report]) -> None:
    """Fail with a list of what is missing and what is too much, unless `reports` are what the comments expect."""
    mismatches = list(_mismatches(files, reports))
    assert not mismatches, "\n".join(mismatches)


def expectations(files: Files) -> list[Report]:
    """The reports that the comments of the files ask for; the message may be a part of it, or empty."""
    return [
        Report(name, number, "error" if kind in {"E", "error"} else "note", text, code or None)
        for name, content in files.items()
        for number, line in enumerate(content.splitlines(), start=1)
        for kind, code, text in _EXPECTATION.findall(line)
    ]


def _mismatches(files: Files, reports: Sequence[Report]) -> Iterator[str]:
    left = list(reports)
    lines_with_error = set()
    for expected in expectations(files):
        found = next((report for report in left if _matches(expected, report)), None)
        if found is None:
            yield f"missing: {expected}"
            continue
        left.remove(found)
        if expected.severity == "error":
            lines_with_error.add((expected.file, expected.line))
    for report in left:
        if report.severity == "error" or (report.file, report.line) not in lines_with_error:
            yield f"too much: {report}"


def _matches(expected: Report, report: Report) -> bool:
    place = (report.file, report.line, report.severity) == (expected.file, expected.line, expected.severity)
    return place and expected.message in report.message and expected.code in {None, report.code}


def _result(output: str, status: int) -> Result:
    matches = (_LINE.fullmatch(line) for line in output.splitlines())
    reports = [
        Report(match["file"], int(match["line"]), match["severity"], match["message"], match["code"])
        for match in matches
        if match
    ]
    return Result(reports, output, status)


@contextmanager
def _taken_apart() -> Iterator[None]:
    """Leave nothing of the builds inside the block, which mypy does not give back."""
    builds: list[dict[str, MypyFile]] = []
    set_modules = SessionPlugin.set_modules

    def noted(plugin: SessionPlugin, modules: dict[str, MypyFile]) -> None:
        builds.append(modules)
        set_modules(plugin, modules)

    with mock.patch.object(SessionPlugin, "set_modules", noted):
        yield
    for modules in builds:
        take_apart(modules)


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
