"""`python -m mypy_session_plugin`: each command, and what it says of bad input."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree, rmtree
from typing import NamedTuple

import pytest
from typing_extensions import override

from mypy_session_plugin import health
from mypy_session_plugin.codes import CODES
from mypy_session_plugin.command_line.commands import main
from mypy_session_plugin.command_line.explain import as_text
from mypy_session_plugin.mypy_compat.builds import plan
from mypy_session_plugin.mypy_compat.environment import Installed, installed
from mypy_session_plugin.rule_pages import rule_page
from tests.harness import Harness
from tests.pages import ROOT

COMMANDS = ("init", "doctor", "states", "explain", "check-stubs")

ANNOUNCE_FIXED = """\
announce_fixed                                                dashboard: Dashboard
36  def announce_fixed(session: Session, title: str) -> str:
37      dashboard = Dashboard(title=title)                    transient
38      session.add(dashboard)                                pending in session
39      session.flush()                                       persistent in session
40      return link_to(dashboard)                             │
"""


class Said(NamedTuple):
    """What a command gave back."""

    status: int
    output: str
    errors: str


@pytest.fixture(scope="module")
def examples(harness: Harness) -> Path:
    """A copy of the examples, with the cache that all tests share."""
    project = harness.project({})
    copytree(ROOT / "examples", project.folder, dirs_exist_ok=True)
    text = (ROOT / "examples" / "mypy.ini").read_text(encoding="utf-8")
    (project.folder / "mypy.ini").write_text(text.replace("cache_dir = .mypy_cache", f"cache_dir = {project.cache}"))
    return project.folder


@pytest.fixture
def command(examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs a command in the folder of the examples."""
    monkeypatch.chdir(examples)

    def run(*arguments: str) -> Said:
        status = main(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Said(status, captured.out, captured.err)

    return run


class TestStates:
    """`states`."""

    def test_shows_a_lane_for_each_variable(self, command: Callable[..., Said]) -> None:
        said = command("states", "dashboard/life.py:announce_fixed")

        assert said == (0, ANNOUNCE_FIXED, "")

    def test_shows_what_mypy_reports(self, command: Callable[..., Said]) -> None:
        said = command("states", "dashboard/key_value.py:UpdateEntry.run")

        assert '    ^ error: "entry" is already in "self.session" (persistent, loaded at line 16)' in said.output

    def test_shows_all_functions_of_a_name(self, command: Callable[..., Said]) -> None:
        said = command("states", "dashboard/key_value.py:run")

        assert "UpdateEntry.run " in said.output
        assert "UpsertEntry.run " in said.output
        assert "run_fixed" not in said.output

    def test_shows_all_functions_without_a_name(self, command: Callable[..., Said]) -> None:
        said = command("states", "dashboard/life.py")

        names = {line.split()[0] for line in said.output.splitlines() if line and not line[0].isspace()}
        assert {"create", "create_fixed", "link_to", "announce", "announce_fixed"} <= names

    def test_writes_a_file(self, command: Callable[..., Said], tmp_path: Path) -> None:
        printed = command("states", "dashboard/life.py:create").output

        assert command("states", "dashboard/life.py:create", "--output", str(tmp_path / "page")).output == ""
        assert (tmp_path / "page").read_text(encoding="utf-8") == printed

    def test_has_nothing_to_show_of_a_file_without_sessions(self, command: Callable[..., Said]) -> None:
        said = command("states", "dashboard/models.py")

        assert (said.status, said.output) == (1, "")
        assert said.errors == (
            "dashboard/models.py: there is no instance, and no session, of which a state is known here;"
            ' "doctor" tells what the plugin cannot see, and why\n'
        )

    @pytest.mark.parametrize("form", [[], ["--html"]], ids=["text", "html"])
    def test_names_what_nothing_is_known_of(
        self, command: Callable[..., Said], examples: Path, form: list[str]
    ) -> None:
        """It has no lane of its own."""
        (examples / "given.py").write_text(
            "from sqlalchemy.orm import Session\n"
            "from dashboard.models import Dashboard\n"
            "def store(session: Session, other: Dashboard) -> None:\n"
            "    dashboard = Dashboard()\n"
            "    print(other)\n"
        )
        said = command("states", "given.py:store", *form)

        outline = Outline()
        outline.feed(said.output)
        text = "".join(outline.text)
        assert text.lower().count("nothing is known of other") == 1
        assert "other: Dashboard\n" not in text

    def test_says_which_functions_mypy_does_not_check(self, command: Callable[..., Said], examples: Path) -> None:
        (examples / "loose.ini").write_text((examples / "mypy.ini").read_text().replace("strict = true", ""))
        (examples / "legacy.py").write_text("def save(session):\n    session.commit()\n")
        said = command("states", "legacy.py:save", "--config-file", "loose.ini")

        assert said.status == 1
        assert said.errors == "legacy.py: without annotations, so mypy does not check them: save (line 1)\n"

        (examples / "legacy.py").write_text("def save(session): ...\n" * 12)
        said = command("states", "legacy.py", "--config-file", "loose.ini")

        assert said.errors.splitlines()[0].endswith("save (line 10) and 2 more")

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("missing.py", "missing.py: No such file or directory"),
            ("dashboard", "dashboard: Is a directory"),
            ("dashboard/life.py:creat", 'there is no function "creat"; did you mean "create"?'),
            ("dashboard/life.py:zzz", 'there is no function "zzz"\n'),
            ("broken.py", "broken.py:1: error: "),
            ("binary.py", "binary.py: no UTF-8 text"),
        ],
    )
    def test_refuses(self, command: Callable[..., Said], examples: Path, target: str, said: str) -> None:
        (examples / "broken.py").write_text("def f(:\n")
        (examples / "binary.py").write_bytes(b"\xff")
        refused = command("states", target)

        assert (refused.status, refused.output) == (2, "")
        assert said in refused.errors

    def test_says_where_it_cannot_write(self, command: Callable[..., Said]) -> None:
        said = command("states", "dashboard/life.py", "--output", "missing/page.html")

        assert said.status == 2
        assert "No such file or directory" in said.errors

    def test_says_what_is_wrong_in_the_configuration(self, command: Callable[..., Said], examples: Path) -> None:
        (examples / "wrong.ini").write_text(
            "[mypy]\nplugins = mypy_session_plugin\n[mypy_session_plugin]\nstrikt = 1\n"
        )
        said = command("states", "dashboard/life.py", "--config-file", "wrong.ini")

        assert said.status == 2
        assert 'wrong.ini:4: error: unknown option "strikt"; did you mean "strict"?' in said.errors


class Outline(HTMLParser):
    """What a page is made of; fails at an element that is not closed."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        self.text.append(data)


class TestHtml:
    """`states --html`."""

    @pytest.fixture
    def page(self, command: Callable[..., Said]) -> str:
        return command("states", "--html", "dashboard/life.py").output

    def test_is_well_formed_and_stands_alone(self, page: str) -> None:
        outline = Outline()
        outline.feed(page)
        outline.close()

        assert outline.open == []
        assert outline.links == []
        assert "url(" not in page

    def test_says_everything_in_words(self, page: str) -> None:
        outline = Outline()
        outline.feed(page)

        assert "pending in session" in outline.text
        assert "added at line 11" in outline.text
        assert any('"dashboard" is pending (added at line 11)' in text for text in outline.text)

    def test_escapes_the_source(self, page: str) -> None:
        assert "-&gt; None:" in page

    def test_has_a_cell_for_each_lane_in_each_row(self, page: str) -> None:
        for table in page.split("<table>")[1:]:
            head, *rows = [row for row in table.partition("</table>")[0].split("<tr>")[1:] if "colspan" not in row]
            assert {row.count("<td") + row.count("<th") for row in rows} == {head.count("<th ")}


class TestExplain:
    """`explain`."""

    @pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
    def test_every_code_has_a_page(self, code: object, command: Callable[..., Said]) -> None:
        name = getattr(code, "name", "")
        said = command("explain", name)

        assert said.status == 0
        assert said.output.startswith(f"{name}\n{'=' * len(name)}\n")
        assert "```" not in said.output

    def test_a_short_name_will_do(self, command: Callable[..., Said]) -> None:
        assert command("explain", "merge") == command("explain", "[session-merge]")

    def test_lists_all_codes(self, command: Callable[..., Said]) -> None:
        assert [line.split()[0] for line in command("explain").output.splitlines()] == [code.name for code in CODES]

    def test_refuses_an_unknown_code(self, command: Callable[..., Said]) -> None:
        said = command("explain", "session-murge")

        assert said.status == 2
        assert 'there is no code "session-murge"; did you mean "session-merge"?' in said.errors

    def test_markdown_becomes_text(self) -> None:
        page = "# Title\n\nSee [this](https://a.b/c) and [that](other.md).\n\n## Part\n\n```python\nx = 1\n\n```\n"

        assert list(as_text(page)) == [
            *("Title", "=====", "", "See this (https://a.b/c) and that.", "", "Part", "----", "", "    x = 1", "")
        ]

    def test_the_pages_lie_in_the_documentation(self) -> None:
        assert rule_page("session-merge") == ROOT / "docs" / "rules" / "session-merge.md"


class TestDoctor:
    """`doctor`."""

    LEGACY = (
        "from shop import db\n"
        "def count(session):\n"
        "    session.execute(None)\n"
        "    return session.get(1, 2)\n"
        "def save() -> None:\n"
        "    db.session.commit()\n"
        "    db.session.get('/')\n"
        "class Page:\n"
        "    def __init__(self, session) -> None:\n"
        "        self.session = session\n"
        "    def save(self) -> None:\n"
        "        self.session.flush()\n"
        "class Client:\n"
        "    def __init__(self, session) -> None:\n"
        "        self.http_session = session\n"
        "    def get(self) -> None:\n"
        "        self.http_session.get('/')\n"
        "def store(name: str) -> None:\n"
        "    session = db.session\n"
        "    session.add(name)\n"
        "    session.commit()\n"
        "def end(session, now: bool) -> None:\n"
        "    session.commit()\n"
        "def either(now: bool) -> None:\n"
        "    session = db.session\n"
        "    if now:\n"
        "        session = print()\n"
        "    session.commit()\n"
    )

    def test_has_nothing_to_do_where_all_is_well(self, command: Callable[..., Said]) -> None:
        said = command("doctor")

        assert said.status == 0
        assert "ok  sessions: " in said.output
        assert "-- " not in said.output
        assert said.output.endswith("\nnothing to do\n")

    @pytest.fixture
    def legacy(self, examples: Path) -> str:
        """A configuration and a module of an old project; the name of the configuration."""
        text = (examples / "mypy.ini").read_text().replace("strict = true", "ignore_missing_imports = true")
        (examples / "old.ini").write_text(text)
        (examples / "old.py").write_text(self.LEGACY)
        return "old.ini"

    def test_counts_what_is_not_seen(self, command: Callable[..., Said], legacy: str) -> None:
        said = command("doctor", "--config-file", legacy, "old.py")

        assert said.status == 1
        assert "--  sessions: 0 calls seen, 7 not, of sessions whose type is Any\n" in said.output
        assert "    old.db.session: 4 calls, the first at old.py:6\n" in said.output
        assert "    self.session: 1 call, at old.py:12\n" in said.output
        assert "    session (a parameter): 1 call, at old.py:23\n" in said.output
        assert "    session: 1 call, at old.py:28\n" in said.output
        assert said.output.count("old.py:") == 5
        assert (
            'to do: add to session_expressions: "old.db.session"; '
            "annotate the parameters and the others where they come from, as Session or AsyncSession\n"
        ) in said.output
        assert "--  functions: 1 of 9 not checked, since they have no annotations, with 2 calls of sessions\n" in (
            said.output
        )
        assert "    count: 2 calls, at old.py:2\n" in said.output

    def test_gives_advice_that_helps(self, command: Callable[..., Said], examples: Path, legacy: str) -> None:
        with (examples / legacy).open("a") as file:
            file.write("[mypy_session_plugin]\nsession_expressions = old.db.session\n")
        said = command("doctor", "--config-file", legacy, "old.py")

        assert "--  sessions: 4 calls seen, 3 not, of sessions whose type is Any\n" in said.output

    def test_counts_nothing_where_mypy_is_told_to_be_silent(
        self, command: Callable[..., Said], examples: Path, legacy: str
    ) -> None:
        with (examples / legacy).open("a") as file:
            file.write("[mypy-old]\nignore_errors = true\n")
        said = command("doctor", "--config-file", legacy, "old.py", "dashboard/life.py")

        assert "; not in 1 file with ignore_errors\n" in said.output
        assert "old.py" not in said.output
        assert said.status == 0

    def test_says_which_plugin_hides_names(self, command: Callable[..., Said], examples: Path) -> None:
        plugin = (
            "from mypy.plugin import Plugin\n"
            "class Other(Plugin):\n"
            "    def get_method_hook(self, fullname):\n"
            "        return print if fullname.endswith('Session.merge') else None\n"
            "def plugin(version):\n"
            "    return Other\n"
        )
        (examples / "shadowing.py").write_text(plugin)
        text = (examples / "mypy.ini").read_text()
        (examples / "two.ini").write_text(
            text.replace("plugins = ", "plugins = mypy.plugins.proper_plugin, shadowing.py, ")
        )
        said = command("doctor", "--config-file", "two.ini", "dashboard/models.py")

        assert "ok  plugin: mypy.plugins.proper_plugin, which hides nothing of SQLAlchemy\n" in said.output
        assert "--  plugin: shadowing.py\n    to do: it answers for sqlalchemy." in said.output
        assert "Session.merge" in said.output

    def test_says_that_the_plugin_is_not_turned_on(
        self, command: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "mypy.ini").write_text("[mypy]\n")
        said = command("doctor")

        assert said.status == 1
        assert "--  configuration: mypy.ini, without the plugin\n    to do: " in said.output
        assert "--  code: none was looked at\n" in said.output

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["missing.py"], "missing.py"),
            (["--config-file", "missing.ini"], "Cannot find config file"),
            (["broken.py"], "broken.py:1: error: "),
        ],
    )
    def test_refuses(self, command: Callable[..., Said], examples: Path, arguments: list[str], said: str) -> None:
        (examples / "broken.py").write_text("def f(:\n")
        refused = command("doctor", *arguments)

        assert refused.status == 2
        assert said in refused.errors

    @pytest.mark.parametrize(
        ("sqlalchemy", "mypy", "advice"),
        [
            ("1.4.54", "2.4.1", "use SQLAlchemy 2.0 or newer"),
            ("2.1.0", "1.20.2", "use mypy 2.4 or newer"),
            ("2.1.0", "2.4.0", ""),
            ("2.0.40", "1.20.2", ""),
        ],
    )
    def test_knows_the_supported_versions(self, sqlalchemy: str, mypy: str, advice: str) -> None:
        found = health.sqlalchemy(Installed(sqlalchemy, None, sys.executable), mypy)

        assert found.advice.startswith(advice)
        assert bool(found.advice) == bool(advice)

    @pytest.mark.parametrize(
        ("found", "told", "advice"),
        [
            (Installed("", None, sys.executable), "not installed", "install it here"),
            (Installed("", None, "/other/python"), "not installed for /other/python", "install it there"),
            (Installed("", None, None), "mypy looks at no environment", "take no_site_packages out"),
            (Installed("2.0.1", Path("a/sqlalchemy-stubs"), None), "2.0.1, hidden by a/sqlalchemy-stubs", "uninstall"),
            (Installed("2.0.1", None, "/other/python"), "2.0.1 for /other/python (supported: ", ""),
        ],
    )
    def test_says_why_there_are_no_types_of_sqlalchemy(self, found: Installed, told: str, advice: str) -> None:
        check = health.sqlalchemy(found, "2.4.1")

        assert check.found.replace("\\", "/").startswith(told)
        assert check.advice.startswith(advice)
        assert bool(check.advice) == bool(advice)

    def test_says_that_a_mypy_is_not_supported(self) -> None:
        checks = {check.what: check for check in health.versions("3.0", "1.20 - 2.4", "mypy 3.0 is not supported")}

        assert checks["mypy"].found == "3.0 (supported: 1.20 - 2.4)"
        assert checks["mypy"].advice


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an empty environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=os.name != "nt")
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


class TestEnvironment:
    """Where mypy looks for SQLAlchemy: not where it runs, if the configuration or an argument says so."""

    @pytest.fixture
    def packages(self, python: Path) -> Iterator[Path]:
        """The folder with the packages of that environment, which is empty again afterwards."""
        asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
        done = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=True)
        folder = Path(done.stdout.strip())
        before = set(folder.iterdir())
        yield folder
        for added in set(folder.iterdir()) - before:
            rmtree(added)

    @staticmethod
    def put(packages: Path, name: str, **files: str) -> None:
        (packages / name).mkdir()
        for file, text in files.items():
            (packages / name / file).write_text(text)

    def install(self, packages: Path, release: str) -> None:
        self.put(packages, "sqlalchemy", **{"__init__.py": "raise RuntimeError", "py.typed": ""})
        metadata = f"Metadata-Version: 2.1\nName: SQLAlchemy\nVersion: {release}\n"
        self.put(packages, f"sqlalchemy-{release}.dist-info", METADATA=metadata)

    @staticmethod
    def found(python: Path, config_file: str | None = None) -> Installed:
        return installed(plan([], config_file, str(python) if config_file is None else None), "sqlalchemy")

    def test_is_that_of_the_argument(self, python: Path, packages: Path) -> None:
        """What is there is read, and never imported."""
        self.install(packages, "2.0.99")

        assert self.found(python) == Installed("2.0.99", None, str(python))

    def test_is_that_of_the_configuration(self, python: Path, packages: Path, tmp_path: Path) -> None:
        self.install(packages, "2.0.99")
        (tmp_path / "mypy.ini").write_text(f"[mypy]\npython_executable = {python}\n")

        assert self.found(python, str(tmp_path / "mypy.ini")).release == "2.0.99"

    def test_may_have_none(self, python: Path, packages: Path) -> None:
        assert self.found(python) == Installed("", None, str(python))

    def test_may_have_one_without_types(self, python: Path, packages: Path) -> None:
        self.install(packages, "1.4.54")
        (packages / "sqlalchemy" / "py.typed").unlink()

        assert self.found(python).release == "1.4.54"

    def test_may_have_one_that_was_not_installed(self, python: Path, packages: Path) -> None:
        self.put(packages, "sqlalchemy", **{"__init__.py": '__version__ = "2.1.0b1"\n', "py.typed": ""})

        assert self.found(python).release == "2.1.0b1"

    def test_may_have_stubs_that_hide_it(self, python: Path, packages: Path) -> None:
        self.install(packages, "2.0.99")
        self.put(packages, "sqlalchemy-stubs", **{"__init__.pyi": ""})

        assert self.found(python) == Installed("2.0.99", packages / "sqlalchemy-stubs", str(python))

    def test_is_told(
        self,
        command: Callable[..., Said],
        python: Path,
        packages: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.install(packages, "1.4.54")
        monkeypatch.chdir(tmp_path)
        said = command("doctor", "--python-executable", str(python))

        assert f"--  SQLAlchemy: 1.4.54 for {python} (supported: " in said.output

    @pytest.mark.parametrize("arguments", [["doctor"], ["states", "dashboard/life.py"]], ids=["doctor", "states"])
    def test_is_refused_where_there_is_none(self, command: Callable[..., Said], arguments: list[str]) -> None:
        said = command(*arguments, "--python-executable", "/nowhere/python")

        assert said.status == 2
        assert "/nowhere/python" in said.errors


class TestAll:
    """All commands."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_tell_their_exit_statuses(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])

        assert ended.value.code == 0
        assert "Exit status:" in " ".join(capsys.readouterr().out.split())

    def test_are_told_by_the_help(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["--help"])

        output = capsys.readouterr().out
        assert set(COMMANDS) <= set(output.split())
        assert "Exit status: 0" in output

    @pytest.mark.parametrize("arguments", [[], ["state"], ["states"], ["states", "a.py", "b.py"], ["init", "--no"]])
    def test_refuse_bad_arguments(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(arguments)

        assert ended.value.code == 2
        assert "usage: " in capsys.readouterr().err

    @staticmethod
    def run(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    @pytest.mark.parametrize("arguments", [["states", "examples/run.py"], ["doctor"]], ids=["states", "doctor"])
    def test_say_that_mypy_is_missing_in_one_line(self, arguments: list[str]) -> None:
        done = self.run(
            "import sys; sys.modules['mypy'] = None\n"
            "from mypy_session_plugin.command_line.commands import main\n"
            f"sys.exit(main({arguments}))\n"
        )

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith(
            f'{arguments[0]}: error: mypy is not installed here; pip install "mypy-session-plugin[mypy]"\n'
        )
        assert done.stderr.count("\n") == 1

    @pytest.mark.parametrize("arguments", [["explain", "merge"], ["init", "--help"]], ids=["explain", "init"])
    def test_need_no_mypy_where_they_do_without(self, arguments: list[str]) -> None:
        done = self.run(
            "import sys; sys.modules['mypy'] = None\n"
            "from mypy_session_plugin.command_line.commands import main\n"
            f"sys.exit(main({arguments}))\n"
        )

        assert done.returncode == 0, done.stderr

    def test_end_quietly_when_nobody_reads_on(self) -> None:
        done = self.run(
            "import os, sys\n"
            "reading, writing = os.pipe(); os.close(reading); os.dup2(writing, 1)\n"
            "from mypy_session_plugin.command_line.commands import main\n"
            "sys.exit(main(['explain', 'merge']))\n"
        )

        assert (done.returncode, done.stderr) == (0, "")
