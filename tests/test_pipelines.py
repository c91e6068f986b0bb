"""The definitions of hooks and of the release: they name what there is, and publish what was tried."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from mypy_session_plugin.__main__ import main
from tests.page_projects import steps
from tests.pages import ROOT

yaml = pytest.importorskip("yaml")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
RELEASE: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
PAGE = ROOT / "docs" / "pipelines.md"


def files_of_the_page() -> dict[str, Any]:
    """The YAML files of the page, by their captions' names."""
    files = [step for step in steps(PAGE) if isinstance(step, tuple)]
    return {name: yaml.safe_load(text) for name, text in reversed(files) if name.endswith(".yaml")}


def test_the_hook_brings_the_mypy_that_the_extra_brings() -> None:
    mypy = next(item for item in PROJECT["optional-dependencies"]["mypy"] if item.startswith("mypy"))

    assert mypy in HOOKS["mypy-session-plugin"]["additional_dependencies"]
    assert HOOKS["mypy-session-plugin"]["entry"] == "mypy"


def test_the_hook_for_stubs_is_a_command_that_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    program, option, module, command = HOOKS["check-session-stubs"]["entry"].split()

    assert (program, option, module) == ("python", "-m", "mypy_session_plugin")
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert "PATH" in capsys.readouterr().out


def test_the_page_uses_the_hooks_that_there_are() -> None:
    (repository,) = files_of_the_page()[".pre-commit-config.yaml"]["repos"]

    assert {hook["id"] for hook in repository["hooks"]} == set(HOOKS)


def test_a_release_is_tried_before_it_is_published() -> None:
    jobs = RELEASE["jobs"]

    assert jobs["try"]["needs"] == "build"
    assert set(jobs["publish"]["needs"]) == {"build", "try"}
    assert set(jobs["try"]["strategy"]["matrix"]["distribution"]) == {"*.whl", "*.tar.gz"}


def test_only_the_job_that_publishes_may_speak_for_the_project() -> None:
    """Trusted publishing: a token for this run, no secret in the repository."""
    allowed = {name for name, job in RELEASE["jobs"].items() if "id-token" in job.get("permissions", {})}

    assert allowed == {"publish"}
    assert RELEASE["permissions"] == {"contents": "read"}
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")


def test_the_tag_is_compared_with_the_version_of_the_package() -> None:
    script = next(step["run"] for step in RELEASE["jobs"]["build"]["steps"] if "__version__" in step.get("run", ""))
    pattern = re.search(r"s/(\^.*\$)/", script)
    text = (ROOT / "mypy_session_plugin/__init__.py").read_text(encoding="utf-8")

    assert pattern is not None
    # The pattern of sed in the syntax of Python.
    assert len(re.findall(pattern[1].replace(r"\(", "(").replace(r"\)", ")"), text, re.MULTILINE)) == 1
