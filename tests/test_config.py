"""Options: where they are read, and how a mistake in them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mypy_session_plugin.config import ConfigError, Options, load_options
from mypy_session_plugin.hooks import _config_data
from mypy_session_plugin.stub_files import stub_root
from tests.harness import HAS_PARALLEL, Harness

_ALL_TOML = """\
[tool.mypy]
plugins = ["mypy_session_plugin"]
[tool.mypy_session_plugin]
stub_paths = ["types"]
session_expressions = ["app.extensions.db.session"]
expire_on_commit = false
session_events = true
strict_tests = true
strict = true
"""
_ALL_INI = """\
[mypy]
plugins = mypy_session_plugin
[mypy_session_plugin]
stub_paths = types
session_expressions = app.extensions.db.session
expire_on_commit = no
session_events = on
strict_tests = true
strict = 1
"""

_MISTAKES = {
    "[mypy_session_plugin]\n\nstub_path = types\n": (
        'mypy.ini:3: error: unknown option "stub_path"; did you mean "stub_paths"?'
    ),
    "[mypy_session_plugin]\nstrict = ture\n": (
        'mypy.ini:2: error: option "strict" is true or false, not "ture"; did you mean "true"?'
    ),
    "[mypy]\nstrict = true\n[mypy_session_plugin]\nstub_paths = missing\n": (
        'mypy.ini:4: error: option "stub_paths": there is no folder "missing"'
    ),
    "[mypy_session_plugin]\nsession_expressions = app.db.get(1)\n": (
        'mypy.ini:2: error: option "session_expressions" is a list of dotted names, '
        'with "()" behind those that are called; "app.db.get(1)" is none'
    ),
    "[tool.mypy_session_plugin]\nexpire_on_comit = true\n": (
        'pyproject.toml:2: error: unknown option "expire_on_comit"; did you mean "expire_on_commit"?'
    ),
    "[tool.mypy_session_plugin]\nstrict = 1\n": (
        'pyproject.toml:2: error: option "strict" is true or false, not "1"; did you mean "true"?'
    ),
    "[tool.mypy_session_plugin]\nstub_paths = 3\n": (
        'pyproject.toml:2: error: option "stub_paths" is a list of strings, not "3"'
    ),
}


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", _ALL_TOML), ("mypy.ini", _ALL_INI), ("setup.cfg", _ALL_INI)]
)
def test_all_options(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "types").mkdir()
    (tmp_path / name).write_text(text)

    assert load_options(str(tmp_path / name)) == Options(
        stub_paths=(tmp_path / "types",),
        session_expressions=("app.extensions.db.session",),
        expire_on_commit=False,
        session_events=True,
        strict_tests=True,
        strict=True,
    )


@pytest.mark.parametrize("text", ["", "[mypy]\nstrict = true\n"])
def test_nothing_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "mypy.ini").write_text(text)

    assert load_options(str(tmp_path / "mypy.ini")) == load_options(None) == Options()


@pytest.mark.parametrize(("text", "message"), _MISTAKES.items())
def test_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    name = message.partition(":")[0]
    Path(name).write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_options(name)

    assert caught.value.lines == [message]


@pytest.mark.parametrize("parallel", [False, True], ids=["one process", "parallel"])
def test_a_mistake_ends_the_run_with_one_line(harness: Harness, parallel: bool) -> None:
    if parallel and not HAS_PARALLEL:
        pytest.skip("mypy 1.20 has no workers")
    project = harness.project({"app.py": ""}, config="[mypy_session_plugin]\nstrickt = true\n")

    result = project.run_parallel() if parallel else project.run_process()

    assert result.output == 'mypy.ini:5: error: unknown option "strickt"; did you mean "strict"?\n'
    assert result.status == 2


def test_a_mistake_in_pyproject_ends_the_run_too(harness: Harness) -> None:
    toml = "[tool.mypy]\nplugins = ['mypy_session_plugin']\n[tool.mypy_session_plugin]\nstrickt = true\n"
    project = harness.project({"app.py": "", "pyproject.toml": toml})

    result = project.run("--config-file", "pyproject.toml")

    assert result.output == 'pyproject.toml:4: error: unknown option "strickt"; did you mean "strict"?\n'
    assert result.status == 2


def test_a_faulty_stub_ends_the_run_with_its_file_and_line(harness: Harness) -> None:
    stub = "from mypy_session_plugin.effects import flushs\nclass Client:\n    def send(self) -> None: ...\n"
    project = harness.project(
        {"app.py": "", "models/client.pyi": stub}, config="[mypy_session_plugin]\nstub_paths = models\n"
    )

    result = project.run()

    assert result.output.startswith("models/client.pyi:1: error: ")
    assert 'did you mean "flushes"?' in result.output
    assert result.output.count("\n") == 1
    assert result.status == 2


def test_results_depend_on_options_stubs_and_source(tmp_path: Path) -> None:
    (tmp_path / "library.pyi").write_text("def f() -> None: ...\n")
    before = _config_data(Options(stub_paths=(tmp_path,)))
    (tmp_path / "library.pyi").write_text("def g() -> None: ...\n")
    after = _config_data(Options(stub_paths=(tmp_path,)))

    assert before["digest"] != after["digest"]
    assert before["options"] != _config_data(Options(strict=True))["options"]
    assert set(before) == {"version", "digest", "options"}


def test_the_bundled_stubs_are_found() -> None:
    assert (stub_root() / "sqlalchemy").is_dir()


def test_a_changed_option_checks_the_modules_again(harness: Harness) -> None:
    text = "from sqlalchemy.orm import Session\n"
    first = harness.project({"app.py": text})
    first.run()
    unchanged = first.run("-v").output
    (first.folder / "mypy.ini").write_text(
        (first.folder / "mypy.ini").read_text() + "[mypy_session_plugin]\nstrict = true\n"
    )
    changed = first.run("-v").output

    assert "Metadata fresh for app" in unchanged
    assert "Metadata abandoned for app: plugin configuration differs" in changed
