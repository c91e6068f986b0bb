"""`python -m mypy_session_plugin init`: what it writes, and that it breaks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from mypy_session_plugin.command_line.commands import main
from mypy_session_plugin.command_line.config_edits import EditError, with_plugin

LINE = 'plugins = ["mypy_session_plugin"]\n'

TOML = {
    "": f"[tool.mypy]\n{LINE}",
    '[project]\nname = "shop"\n': f'[project]\nname = "shop"\n\n[tool.mypy]\n{LINE}',
    '[project]\nname = "shop"': f'[project]\nname = "shop"\n\n[tool.mypy]\n{LINE}',
    "[tool.mypy]\nstrict = true\n": f"[tool.mypy]\n{LINE}strict = true\n",
    "[ tool . mypy ]  # ours\n[tool.ruff]\n": f"[ tool . mypy ]  # ours\n{LINE}[tool.ruff]\n",
    "[tool.mypy]\nplugins = []\n": f"[tool.mypy]\n{LINE}",
    "[tool.mypy]\nplugins = [\"a.b\", 'c']  # two\n": (
        '[tool.mypy]\nplugins = ["mypy_session_plugin", "a.b", \'c\']  # two\n'
    ),
    '[tool.mypy]\nplugins = "a"\n': '[tool.mypy]\nplugins = "mypy_session_plugin, a"\n',
    '[tool.mypy]\nplugins = ""\n': '[tool.mypy]\nplugins = "mypy_session_plugin"\n',
    '[tool.mypy]\nplugins = [  # in order\n  "a",\n]\n': (
        '[tool.mypy]\nplugins = [  # in order\n  "mypy_session_plugin",\n  "a",\n]\n'
    ),
    "[tool.mypy]\nplugins = [\n]\n": '[tool.mypy]\nplugins = [\n    "mypy_session_plugin",\n]\n',
    '[[tool.mypy.overrides]]\nmodule = "a"\nplugins = ["no"]\n': (
        f'[[tool.mypy.overrides]]\nmodule = "a"\nplugins = ["no"]\n\n[tool.mypy]\n{LINE}'
    ),
}
INI = {
    "": "[mypy]\nplugins = mypy_session_plugin\n",
    "[mypy]\nstrict = True\n": "[mypy]\nplugins = mypy_session_plugin\nstrict = True\n",
    "[mypy]\nstrict = True\n[mypy-a]\nplugins = no\n": (
        "[mypy]\nplugins = mypy_session_plugin\nstrict = True\n[mypy-a]\nplugins = no\n"
    ),
    "[mypy]\nplugins: a, b\n": "[mypy]\nplugins: mypy_session_plugin, a, b\n",
    "[mypy]\nplugins =\n": "[mypy]\nplugins = mypy_session_plugin\n",
    "[mypy]\nPLUGINS = a,\n  b\n": "[mypy]\nPLUGINS = mypy_session_plugin, a,\n  b\n",
    "[mypy]\nplugins =\n    a,\n    b\n": "[mypy]\nplugins =\n    mypy_session_plugin,\n    a,\n    b\n",
    "[mypy-a.*]\nignore_errors = True\n": "[mypy-a.*]\nignore_errors = True\n\n[mypy]\nplugins = mypy_session_plugin\n",
    "[flake8]\nmax-line = 1\n[mypy]\n": "[flake8]\nmax-line = 1\n[mypy]\nplugins = mypy_session_plugin\n",
}
CASES = [(text, edited, is_toml) for is_toml, cases in ((True, TOML), (False, INI)) for text, edited in cases.items()]


@pytest.mark.parametrize(("text", "edited", "is_toml"), CASES)
class TestEdits:
    """The texts of configurations."""

    def test_add_the_plugin_and_nothing_else(self, text: str, edited: str, is_toml: bool) -> None:
        assert with_plugin(text, is_toml) == edited

    def test_made_once_more_change_nothing(self, text: str, edited: str, is_toml: bool) -> None:
        assert with_plugin(edited, is_toml) == edited

    def test_keep_the_ends_of_lines(self, text: str, edited: str, is_toml: bool) -> None:
        if text:
            assert with_plugin(text.replace("\n", "\r\n"), is_toml).replace("\r\n", "\n").rstrip() == edited.rstrip()
            assert "\n" not in with_plugin(text.replace("\n", "\r\n"), is_toml).replace("\r\n", "")


@pytest.mark.parametrize(
    ("text", "is_toml", "said"),
    [
        ("[tool.mypy\n", True, "line 1"),
        ("[tool]\nmypy = 3\n", True, "no table"),
        ("tool = 3\n", True, "no table"),
        ("[tool.mypy]\nplugins = 3\n", True, "no list of names"),
        ("[tool]\nmypy.strict = true\n", True, "by hand"),
        ("[tool]\nmypy = { plugins = ['a'] }\n", True, "by hand"),
        ('[tool.mypy]\n"plugins" = ["a"]\n', True, "by hand"),
        ("x = '''\n[tool.mypy]\n'''\n", True, "by hand"),
        ("plugins = a\n", False, "no section headers"),
        ("[mypy]\n[mypy]\n", False, "already exists"),
    ],
)
def test_a_text_that_cannot_be_edited_is_left_alone(text: str, is_toml: bool, said: str) -> None:
    with pytest.raises(EditError, match=said):
        with_plugin(text, is_toml)


class TestCommand:
    """The files."""

    @pytest.fixture(autouse=True)
    def _project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A repository, outside of which no configuration is looked for."""
        (tmp_path / ".git").mkdir()
        monkeypatch.chdir(tmp_path)

    @pytest.mark.parametrize("files", [{}, {"setup.cfg": "[flake8]\n"}], ids=["nothing", "others"])
    def test_makes_a_file_where_there_is_none(self, files: dict[str, str], tmp_path: Path) -> None:
        for name, text in files.items():
            (tmp_path / name).write_text(text)

        assert main(["init", "--yes"]) == 0
        assert (tmp_path / "mypy.ini").read_text() == INI[""]

    @pytest.mark.parametrize(
        ("files", "written"),
        [
            ({"pyproject.toml": ""}, "pyproject.toml"),
            ({"pyproject.toml": "", "setup.cfg": "[mypy]\n"}, "setup.cfg"),
            ({"pyproject.toml": "[tool.mypy]\n", "setup.cfg": "[mypy]\n"}, "pyproject.toml"),
            ({"pyproject.toml": "[tool.mypy]\n", ".mypy.ini": ""}, ".mypy.ini"),
            ({".mypy.ini": "", "mypy.ini": ""}, "mypy.ini"),
            ({"pyproject.toml": "[", "setup.cfg": "[mypy]\n"}, "setup.cfg"),
        ],
    )
    def test_writes_the_file_that_mypy_reads(self, files: dict[str, str], written: str, tmp_path: Path) -> None:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        main(["init", "--yes"])

        changed = {name for name, text in files.items() if (tmp_path / name).read_text() != text}
        assert changed == {written}

    def test_finds_the_configuration_around_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "mypy.ini").write_text("[mypy]\n")
        (tmp_path / "src").mkdir()
        monkeypatch.chdir(tmp_path / "src")
        main(["init", "--yes"])

        assert (tmp_path / "mypy.ini").read_text() == INI[""]
        assert list((tmp_path / "src").iterdir()) == []

    @pytest.mark.parametrize(("answer", "status"), [("y", 0), ("Yes", 0), ("n", 1), ("", 1), (None, 1)])
    def test_shows_the_difference_and_asks(
        self,
        answer: str | None,
        status: int,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def reply(_question: str) -> str:
            if answer is None:
                raise EOFError
            return answer

        monkeypatch.setattr("builtins.input", reply)

        assert main(["init"]) == status
        assert "+plugins = mypy_session_plugin" in capsys.readouterr().out
        assert (tmp_path / "mypy.ini").exists() == (status == 0)

    def test_once_more_changes_nothing(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["init", "--yes"])
        before = (tmp_path / "mypy.ini").stat()
        capsys.readouterr()

        assert main(["init"]) == 0
        assert capsys.readouterr().out == "mypy.ini: the plugin is turned on already\n"
        assert (tmp_path / "mypy.ini").stat() == before

    def test_takes_a_file_by_its_name(self, tmp_path: Path) -> None:
        assert main(["init", "--yes", "--config-file", "conf.toml"]) == 0
        assert (tmp_path / "conf.toml").read_text() == TOML[""]

    @pytest.mark.parametrize("content", [b"[tool.mypy", b"\xff"], ids=["TOML", "text"])
    def test_leaves_a_broken_file_alone(
        self, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "conf.toml").write_bytes(content)

        assert main(["init", "--yes", "--config-file", "conf.toml"]) == 2
        assert "error: conf.toml: " in capsys.readouterr().err
        assert (tmp_path / "conf.toml").read_bytes() == content

    def test_says_where_it_cannot_write(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["init", "--yes", "--config-file", "missing/mypy.ini"]) == 2
        assert "No such file or directory" in capsys.readouterr().err
