"""The guide for authors of stubs: its example is checked as it stands there, and so is the command it names."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mypy_session_plugin import shipped_stubs as shipping
from mypy_session_plugin.__main__ import main
from mypy_session_plugin.stub_check import check_stubs
from tests.harness import Harness, Project, Result, assert_expected
from tests.pages import ROOT

PAGE = (ROOT / "docs" / "writing-stubs.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```\{code-block\} \w+\n:caption: ([^\n]*)\n\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = dict(_BLOCK.findall(PAGE))
LIBRARY = BLOCKS["pigeon/jobs.py, the library"]
STUB = BLOCKS["session_stubs/pigeon/jobs.pyi"]
APP = BLOCKS["app.py"]
CONFIG = BLOCKS["mypy.ini"].partition("plugins = mypy_session_plugin\n")[2]
#: What an installer writes of the entry point on the page.
ENTRY_POINTS = BLOCKS["pyproject.toml of the library"].replace('project.entry-points."', "").replace('"', "")
METADATA = {
    "pigeon-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pigeon\nVersion: 1.0\n",
    "pigeon-1.0.dist-info/entry_points.txt": ENTRY_POINTS,
}


def project(harness: Harness, files: dict[str, str], config: str = "") -> Project:
    library = {"pigeon/__init__.py": "", "pigeon/jobs.py": LIBRARY, "app.py": APP}
    return harness.project(library | files, config=config, targets=["app.py"], fresh=False)


def command(project: Project, *arguments: str) -> tuple[int, str]:
    """The command, as a user gives it in the folder of the project."""
    words = [sys.executable, "-m", "mypy_session_plugin", "check-stubs", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(words, cwd=project.folder, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_mypy_reports_what_the_page_says(harness: Harness) -> None:
    found = project(harness, {"session_stubs/pigeon/jobs.pyi": STUB}, CONFIG).run()

    assert_expected({"app.py": APP}, found.reports)


def test_nothing_is_reported_without_the_stub(harness: Harness) -> None:
    assert project(harness, {}).run().reports == []


class TestShipped:
    """Stubs inside the library."""

    @staticmethod
    def run(harness: Harness, files: dict[str, str], config: str = "") -> Result:
        return project(harness, METADATA | files, config).run_process()

    def test_are_found_by_the_entry_point(self, harness: Harness) -> None:
        found = self.run(harness, {"pigeon/session_stubs/pigeon/jobs.pyi": STUB})

        assert_expected({"app.py": APP}, found.reports)

    def test_are_found_without_importing_the_library(self, harness: Harness) -> None:
        files = {"pigeon/session_stubs/pigeon/jobs.pyi": STUB, "pigeon/__init__.py": "raise SystemExit(7)\n"}

        assert_expected({"app.py": APP}, self.run(harness, files).reports)

    def test_give_way_to_those_of_the_user(self, harness: Harness) -> None:
        harmless = "class JobQueue:\n    def enqueue(self, function: object, *arguments: object) -> object: ...\n"
        files = {"pigeon/session_stubs/pigeon/jobs.pyi": STUB, "session_stubs/pigeon/jobs.pyi": harmless}
        codes = {report.code for report in self.run(harness, files, CONFIG).reports}

        assert codes == {"session-borrowed", "session-closed"}

    def test_with_a_mistake_are_left_out_with_a_warning(self, harness: Harness) -> None:
        found = self.run(harness, {"pigeon/session_stubs/pigeon/jobs.pyi": STUB.replace("@joined", "@joind")})

        assert "app.py:" not in found.output
        assert "warning: the session stubs of pigeon are left out: " in found.output
        assert 'jobs.pyi:11: error: name "joind" is not imported or defined; did you mean "joined"?' in found.output
        assert found.status == 0

    def test_that_are_not_there_are_left_out_with_a_warning(self, harness: Harness) -> None:
        found = self.run(harness, {})

        assert 'stubs of pigeon are left out: there is no folder "pigeon.session_stubs"' in found.output
        assert found.status == 0

    def test_are_not_looked_for_where_no_library_names_any(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing")])

        assert shipping.shipped_stubs() == []


class TestComparison:
    """What is compared with the library."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A folder with the library, which can be imported from it."""
        (tmp_path / "pigeon").mkdir()
        (tmp_path / "pigeon/__init__.py").touch()
        (tmp_path / "pigeon/jobs.py").write_text(LIBRARY)
        (tmp_path / "session_stubs/pigeon").mkdir(parents=True)
        monkeypatch.syspath_prepend(tmp_path)
        yield tmp_path
        for name in [name for name in sys.modules if name.partition(".")[0] == "pigeon"]:
            del sys.modules[name]

    def faults(self, folder: Path, stub: str) -> list[str]:
        path = folder / "session_stubs/pigeon/jobs.pyi"
        path.write_text(stub)
        return [fault.removeprefix(str(path)) for fault in check_stubs(folder / "session_stubs")]

    def test_of_the_example_finds_nothing(self, folder: Path) -> None:
        assert self.faults(folder, STUB) == []

    @pytest.mark.parametrize(
        ("right", "wrong", "message"),
        [
            ("import joined", "import joind", 'has no "joind" for stubs; did you mean "joined"?'),
            (
                "class JobQueue",
                "class JobQeue",
                'module "pigeon.jobs" has no class "JobQeue"; did you mean "JobQueue"?',
            ),
            ("class JobQueue", "class deliver", '"deliver" is no class in module "pigeon.jobs"'),
            ("def wait", "def join", 'class "Job" has no "join"'),
            ("def wait", "async def wait", '"wait" of class "Job" is no coroutine function'),
            ("def adopt(session", "def adopt(its", '"adopt" of module "pigeon.jobs" has no parameter "its"'),
            ("def adopt", "def Job", '"Job" of module "pigeon.jobs" has no parameter "session"'),
            ("def adopt", "def Literal", '"Literal" of module "pigeon.jobs" cannot be called'),
            ("-> int", "-> nit", 'name "nit" is not imported or defined; did you mean "int"?'),
            ("-> int: ...", "-> int", "bad syntax: expected ':'"),
        ],
    )
    def test_tells_a_mistake_with_its_line(self, folder: Path, right: str, wrong: str, message: str) -> None:
        (folder / "pigeon/jobs.py").write_text(f"{LIBRARY}\nLiteral = 1\n")
        stub = STUB.replace(right, wrong, 1)
        changed = zip(STUB.splitlines(), stub.splitlines(), strict=True)
        line = next(number for number, (before, after) in enumerate(changed, 1) if before != after)

        (fault,) = self.faults(folder, stub)

        assert fault.startswith(f":{line}: error: ")
        assert message in fault

    @pytest.mark.parametrize(
        ("stub", "message"),
        [
            ("def move(source: str, target: str) -> None: ...", 'has "source" as parameter 2, not 1'),
            (
                "def move(target: str, *, source: str) -> None: ...",
                'takes "source" as positional or keyword, not keyword',
            ),
            ("async def move(target: str) -> None: ...", '"move" of module "pigeon.jobs" is no coroutine function'),
            ("def later(target: str) -> None: ...", '"later" of module "pigeon.jobs" is a coroutine function'),
            (
                "class Box:\n    @property\n    def size(self) -> int: ...",
                '"size" of class "Box" is a method, and no prop',
            ),
            ("class _Box:\n    def size(self) -> int: ...", ""),
            ('@serves("size")\nclass Box: ...', ""),
            ('@serves("sizes")\nclass Box: ...', 'class "Box" has no "sizes"; did you mean "size"?'),
            ("class Box:\n    size = _Sized.size", ""),
            ("class Box:\n    size = awaited(_Sized.size)", '"size" of class "Box" is no coroutine function'),
            ("class Box:\n    length = _Sized.size", 'class "Box" has no "length"'),
            ("def anything(*items: str, key: str) -> None: ...", ""),
            ("def written_in_c(key: str) -> None: ...", ""),
        ],
    )
    def test_knows_the_kinds_of_functions_and_parameters(self, folder: Path, stub: str, message: str) -> None:
        (folder / "pigeon/jobs.py").write_text(
            "from builtins import max as written_in_c\n"
            "def move(target, source): ...\n"
            "async def later(target): ...\n"
            "def anything(*items, **options): ...\n"
            "class Box:\n    def size(self, *, unit=0): ...\n"
        )
        vocabulary = "from mypy_session_plugin.effects import awaited, serves\n"
        faults = self.faults(
            folder, f"{vocabulary}class _Sized:\n    def size(self, *, unit: str = ...) -> int: ...\n{stub}\n"
        )

        assert len(faults) == bool(message)
        assert all(message in fault for fault in faults)

    @pytest.mark.parametrize("text", ["raise ValueError(1)", "import sys; sys.exit('no')", "import missing", "def"])
    def test_tells_why_a_library_cannot_be_imported(self, folder: Path, text: str) -> None:
        (folder / "pigeon/jobs.py").write_text(text)
        (fault,) = self.faults(folder, STUB)

        assert fault.startswith(':1: error: module "pigeon.jobs" cannot be imported: ')


class TestCommand:
    """`python -m mypy_session_plugin check-stubs`."""

    def test_says_that_the_stub_of_the_page_is_right(self, harness: Harness) -> None:
        with_stub = project(harness, {"session_stubs/pigeon/jobs.pyi": STUB})

        assert command(with_stub, "session_stubs") == (0, "no errors in 1 stub\n")

    def test_prints_what_the_page_says(self, harness: Harness) -> None:
        wrong = STUB.replace("priority", "prioritty").replace("def deliver", "def delivr")
        shown = BLOCKS["a stub with two mistakes"].partition("\n")[2]

        assert command(project(harness, {"session_stubs/pigeon/jobs.pyi": wrong}), "session_stubs") == (1, shown)

    @pytest.mark.parametrize("arguments", [[], ["check-stubs"], ["check-stub", "."]])
    def test_refuses_what_it_cannot_check(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(arguments)

        assert ended.value.code == 2
        assert "usage: " in capsys.readouterr().err

    def test_refuses_what_is_no_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check-stubs", "missing"]) == 2
        assert "missing is no folder" in capsys.readouterr().err

    def test_refuses_a_folder_without_stubs(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check-stubs", str(tmp_path)]) == 2
        assert "there is no .pyi file below" in capsys.readouterr().err

    def test_helps(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["check-stubs", "--help"])

        assert ended.value.code == 0
        assert "Exit status: 0 without errors, 1 with errors, 2 if" in capsys.readouterr().out

    def test_needs_no_mypy(self, tmp_path: Path) -> None:
        """Outside mypy the command imports the reader of stubs alone."""
        script = "import sys; sys.modules['mypy'] = None; import mypy_session_plugin.__main__"
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stderr


def test_the_page_on_stubs_shows_one_that_works(harness: Harness) -> None:
    page = (ROOT / "docs" / "stubs.md").read_text(encoding="utf-8")
    ((caption, stub),) = _BLOCK.findall(page)
    program = """
from collections.abc import Callable
from sqlalchemy.orm import Session
from company.work import in_background

def rename(session: Session) -> None: ...

def rename_later(session: Session) -> None:
    in_background(rename, session)  # error: [session-thread]
    session.commit()
"""
    library = """
from collections.abc import Callable
def in_background(work: Callable[..., object], *arguments: object) -> None: ...
"""
    files = {"company/__init__.py": "", "company/work.py": library, "app.py": program}
    described = caption.partition(",")[0]
    config = "[mypy_session_plugin]\nstub_paths = stubs\n"
    found = harness.project(files | {described: stub}, config=config, targets=["app.py"]).run()

    assert described == "stubs/company/work.pyi"
    assert_expected({"app.py": program}, found.reports)
