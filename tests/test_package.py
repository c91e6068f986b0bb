"""The wheel and the sdist: what they carry, and that the plugin works the same when it is installed from either."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

pytest.importorskip("hatchling")

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)

def save(session: Session) -> None:
    user = session.get_one(User, 1)
    session.merge(user)
"""


def build(kind: str, folder: Path, source: Path = ROOT) -> Path:
    """Build the wheel or the sdist, without an isolated environment and hence without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)]
    run = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def wheel_of_sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an installer makes of the sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", folder / "built")) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    return build("wheel", folder / "wheel", source)


@pytest.fixture(scope="module", params=["wheel", "wheel_of_sdist"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment with a wheel, to which mypy and SQLAlchemy are lent by this one."""
    wheel: Path = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # Of a folder named by a .pth file the .pth files are not read: an editable install here does not reach there.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Path(sysconfig.get_path("scripts", "venv", paths), "python")


def run_mypy(python: Path, folder: Path, **environment: str) -> str:
    """The reports of mypy with the plugin on the program."""
    (folder / "mypy.ini").write_text("[mypy]\nplugins = mypy_session_plugin\n")
    (folder / "app.py").write_text(PROGRAM)
    command = [str(python), "-m", "mypy", "--no-color-output", "app.py"]
    run = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    return run.stdout


def names(folder: Path, pattern: str) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob(pattern)}


def test_the_wheel_carries_the_stubs_and_the_marker_of_a_typed_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    stubs = {f"mypy_session_plugin/_stubs/{name}" for name in names(ROOT / "stubs", "*.pyi")}
    assert stubs
    assert stubs <= carried
    assert "mypy_session_plugin/py.typed" in carried


def test_the_wheel_carries_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    assert {f"mypy_session_plugin/{name}" for name in names(ROOT / "mypy_session_plugin", "*.py")} <= carried
    assert {name.partition("/")[0].partition("-")[0] for name in carried} == {"mypy_session_plugin"}


def test_the_wheel_is_found_by_a_language_server(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
        (name,) = [name for name in carried if name.endswith("dist-info/entry_points.txt")]
        points = ConfigParser()
        points.read_string(archive.read(name).decode())
    (module,) = dict(points["pylsp"]).values()
    assert f"{module.replace('.', '/')}.py" in carried


def test_the_sdist_carries_what_the_wheel_is_built_from(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        carried = {name.partition("/")[2] for name in archive.getnames()}
    stubs = {f"stubs/{name}" for name in names(ROOT / "stubs", "*.pyi")}
    assert stubs | {"pyproject.toml", "LICENSE", "README.md", "mypy_session_plugin/py.typed"} <= carried


def test_the_installed_wheel_explains_every_code(installed: Path, tmp_path: Path) -> None:
    script = "from mypy_session_plugin.codes import CODES; from mypy_session_plugin.rule_pages import rule_page\n"
    script += "assert all(rule_page(code.name).is_file() for code in CODES); print(rule_page('session-merge').parent)"
    environment = os.environ | {"PYTHONPATH": ""}
    run = subprocess.run([str(installed), "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.stderr == ""
    assert Path(run.stdout.strip()).is_relative_to(installed.parent.parent)


def test_the_installed_wheel_is_used_and_not_the_tree(installed: Path, tmp_path: Path) -> None:
    command = [str(installed), "-c", "import mypy_session_plugin; print(mypy_session_plugin.__file__)"]
    environment = os.environ | {"PYTHONPATH": ""}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert Path(run.stdout.strip()).is_relative_to(installed.parent.parent)


def test_the_installed_wheel_reports_what_the_tree_reports(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "installed").mkdir()
    (tmp_path / "tree").mkdir()
    from_wheel = run_mypy(installed, tmp_path / "installed", PYTHONPATH="")
    from_tree = run_mypy(Path(sys.executable), tmp_path / "tree", PYTHONPATH=str(ROOT))
    assert from_wheel == from_tree
    assert "[session-merge]" in from_wheel
