"""Sessions that a module makes once, in the request handlers of frameworks."""

from __future__ import annotations

import pytest

from tests.harness import Harness

FASTAPI = """
import asyncio
from fastapi import APIRouter, FastAPI
from sqlalchemy import create_engine, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

app = FastAPI()
router = APIRouter()
engine = create_engine("sqlite://")
"""
FLASK = """
from collections.abc import Callable
from flask import Blueprint, Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

app = Flask(__name__)
pages = Blueprint("pages", __name__)
engine = create_engine("sqlite://")
"""


@pytest.fixture(scope="module")
def fastapi() -> None:
    pytest.importorskip("fastapi")


@pytest.fixture(scope="module")
def flask() -> None:
    pytest.importorskip("flask")


@pytest.mark.usefixtures("fastapi")
def test_endpoints_of_fastapi(harness: Harness) -> None:
    endpoints = """
session = AsyncSession(create_async_engine("sqlite+aiosqlite://"))  # error: [session-shared]
of_router = Session(engine)  # error: [session-shared]
added = Session(engine)  # error: [session-shared]
pausing = Session(engine)  # error: [session-shared]

@app.get("/users")
async def users() -> list[str]:
    return list(await session.scalars(text("SELECT 1")))

@router.post("/users", status_code=201)
def create() -> None:
    of_router.commit()

def add() -> None:
    added.commit()

def set_up() -> None:
    app.add_api_route("/add", add)

@app.put("/users")
async def pause() -> None:
    pausing.execute(text("SELECT 1"))
    await asyncio.sleep(1)
    pausing.commit()
"""
    harness.check({"app.py": FASTAPI + endpoints})


@pytest.mark.usefixtures("fastapi")
def test_what_no_two_requests_of_fastapi_share(harness: Harness) -> None:
    endpoints = """
session = Session(engine)
unused = Session(engine)
quick = Session(engine)

@app.get("/users")
async def runs_to_its_end() -> None:
    session.execute(text("SELECT 1"))

@app.put("/users")
async def awaits_before() -> None:
    await asyncio.sleep(1)
    quick.execute(text("SELECT 1"))
    quick.commit()

@app.post("/users")
def own() -> None:
    with Session(engine) as session:
        session.execute(text("SELECT 1"))

@app.get("/others")
def others() -> None:
    app.get("/more")

def script() -> None:
    unused.execute(text("SELECT 1"))
"""
    harness.check({"app.py": FASTAPI + endpoints})


@pytest.mark.usefixtures("flask")
def test_views_of_flask(harness: Harness) -> None:
    views = """
session = Session(engine)  # error: [session-shared]
of_blueprint = Session(engine)  # error: [session-shared]
of_rule = scoped_session(sessionmaker(engine))()  # error: [session-shared]

@app.route("/", methods=["GET", "POST"])
def index() -> str:
    session.execute(text("SELECT 1"))
    return ""

@app.post("/more")
def more() -> str:
    session.commit()
    return ""

@pages.get("/")
def page() -> str:
    of_blueprint.execute(text("SELECT 1"))
    return ""

def view() -> str:
    of_rule.execute(text("SELECT 1"))
    return ""

app.add_url_rule("/view", view_func=view)
"""
    harness.check({"app.py": FLASK + views})


@pytest.mark.usefixtures("flask")
def test_what_no_two_requests_of_flask_share(harness: Harness) -> None:
    views = """
session = Session(engine)
registry = scoped_session(sessionmaker(engine))
closed = Session(engine)

def one_at_a_time(function: Callable[[], str]) -> Callable[[], str]: ...

@app.get("/guarded")
@one_at_a_time
def guarded() -> str:
    session.execute(text("SELECT 1"))
    return ""

@app.get("/own")
def own() -> str:
    registry.execute(text("SELECT 1"))
    registry.remove()
    return ""

@app.teardown_appcontext
def shut_down(error: BaseException | None) -> None:
    closed.close()
"""
    harness.check({"app.py": FLASK + views}, flags=["--allow-empty-bodies"])


@pytest.mark.usefixtures("flask")
def test_the_server_of_a_script_may_have_one_thread(harness: Harness) -> None:
    views = """
session = Session(engine)

@app.get("/")
def index() -> str:
    session.execute(text("SELECT 1"))
    return ""

if __name__ == "__main__":
    app.run(threaded=False)
"""
    harness.check({"app.py": FLASK + views})


@pytest.mark.usefixtures("flask")
def test_requests_of_tests_come_one_after_the_other(harness: Harness) -> None:
    views = """
session = Session(engine)

@app.get("/")
def index() -> str:
    session.execute(text("SELECT 1"))
    return ""

def test_index() -> None:
    app.test_client().get("/")
"""
    harness.check({"test_app.py": FLASK + views})
