"""What makes the plugin look at a function: calls at which a rule may report, and phantom types in signatures."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from mypy.nodes import FuncDef, MypyFile

from mypy_session_plugin import checker as analysis
from mypy_session_plugin.config import Options
from mypy_session_plugin.mypy_compat.report import note
from tests.harness import Harness, Report, assert_expected

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat import TypeChecker

_MODELS = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    groups: Mapped[list[Group]] = relationship()
class Group(Base):
    __tablename__ = "group"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
class Plain:
    name = ""
"""

CASES = {
    "call_of_a_session_method": """
        from sqlalchemy.orm import Session
        def function(session: Session) -> None:  # N: analysed
            session.merge(object())
        """,
    "reads_and_writes_alone": """
        from models import User
        def function(user: User) -> str:
            user.name = "x"
            return User(name=user.name).name
        """,
    "call_of_a_phantom_typed_function": """
        from models import Plain
        from mypy_session_plugin import Persistent
        def save(user: Persistent[Plain]) -> None: ...  # N: analysed
        def function(user: Plain) -> None:  # N: analysed
            save(user)
        """,
    "call_of_a_phantom_typed_method": """
        from models import Plain
        from mypy_session_plugin import Persistent
        class Store:
            def save(self, user: Persistent[Plain]) -> None: ...  # N: analysed
        def function(store: Store, user: Plain) -> None:  # N: analysed
            store.save(user)
        """,
    "call_of_a_phantom_typed_context_manager": """
        from collections.abc import Iterator
        from contextlib import contextmanager
        from models import Plain
        from mypy_session_plugin import Owned
        @contextmanager
        def scope() -> Iterator[Owned[Plain]]:  # N: analysed
            yield Plain()
        def function() -> None:  # N: analysed
            with scope():
                pass
        """,
    "phantom_signature_beside_an_event": """
        from models import Plain
        from mypy_session_plugin import Detached, Persistent
        from sqlalchemy.orm import Session
        def identity(user: Detached[Plain]) -> Persistent[Plain]:  # N: analysed
            return user
        def function(session: Session) -> None:  # N: analysed
            session.merge(object())
        """,
    "thread": """
        import threading
        from sqlalchemy.orm import Session
        def function(session: Session) -> None:  # N: analysed
            threading.Thread(target=session.commit)
        """,
    "nothing_of_ours": """
        import functools
        from models import Plain
        def helper(plain: Plain) -> str:
            return plain.name + str(len([Plain()]))
        def function() -> object:
            return functools.partial(helper, Plain())
        """,
}

#: Without phantom types in the build, of which any value may have one.
PLAIN_CASES = {
    "plain_values_are_written_out": """
        import json
        from models import User
        from sqlalchemy.orm import Session
        def function(session: Session) -> None:
            for user in session.query(User):
                values = json.loads(user.name)
                values["id"] = user.id
                user.name = json.dumps(values)
        """,
    "an_instance_may_be_written_out": """
        import json
        from models import User
        from sqlalchemy.orm import Session
        def function(session: Session) -> None:  # N: analysed
            values = json.loads("{}")
            values["user"] = session.get(User, 1)
            json.dumps(values)
        """,
    "plain_values_are_written_out_beside_a_merge": """
        import json
        from sqlalchemy.orm import Session
        def function(session: Session) -> None:  # N: analysed
            session.merge(object())
            json.dumps({})
        """,
    "plain_values_go_to_other_threads_and_tasks": """
        import asyncio
        from models import User
        from sqlalchemy.orm import Session
        def write(text: str) -> None: ...
        async def function(session: Session) -> None:
            user = session.get_one(User, 1)
            path = "a" + user.name
            await asyncio.to_thread(write, path)
            tasks = [asyncio.create_task(asyncio.sleep(1))]
            await asyncio.gather(*tasks)
        """,
    "instances_and_sessions_go_there": """
        import asyncio
        from functools import partial
        from typing import Any
        from models import User
        from sqlalchemy.orm import Session
        def write(item: Any) -> None: ...
        async def by_a_variable(session: Session) -> None:  # N: analysed
            given: list[Any] = []
            given.append(session.get_one(User, 1))
            await asyncio.to_thread(write, given)
        async def by_a_lambda(session: Session) -> None:  # N: analysed
            await asyncio.to_thread(lambda: session.commit())
        async def by_a_function_inside(session: Session) -> None:  # N: analysed
            def work() -> None:
                session.commit()
            await asyncio.to_thread(work)
        async def by_a_partial(session: Session) -> None:  # N: analysed
            await asyncio.to_thread(partial(write, session))
        """,
    "started_by_what_it_calls": """
        import asyncio
        from asyncio import create_task as begin
        from typing import Any
        from sqlalchemy.orm import Session
        def write(item: Any) -> None: ...
        async def run(item: Any) -> None:
            await asyncio.to_thread(write, item)
        async def run_deeply(item: Any) -> None:
            await run(item)
        async def function(session: Session) -> None:  # N: analysed
            session.commit()
            await run_deeply(session)
        async def other(session: Session) -> None:
            session.commit()
            await run_deeply(str(session.is_active))
        async def by_another_name(session: Session) -> None:  # N: analysed
            await begin(run(session))
        async def by_a_variable(session: Session) -> None:  # N: analysed
            begins = asyncio.create_task
            begins(run(1))
            await asyncio.create_task(run(1))
        """,
    "models_of_columns_and_of_collections": """
        from models import User
        from pydantic import BaseModel, ConfigDict
        from sqlalchemy.ext.asyncio import AsyncSession
        class Named(BaseModel):
            model_config = ConfigDict(from_attributes=True)
            name: str
        class Grouped(Named):
            groups: list[str]
        async def columns(session: AsyncSession) -> Named:
            user = await session.get_one(User, 1)
            return Named.model_validate(user)
        async def collection(session: AsyncSession) -> Grouped:  # N: analysed
            user = await session.get_one(User, 1)
            return Grouped.model_validate(user)
        async def expired(session: AsyncSession) -> Named:  # N: analysed
            user = await session.get_one(User, 1)
            await session.rollback()
            return Named.model_validate(user)
        def make(user: User) -> Grouped:
            return Grouped.model_validate(user)
        async def by_a_helper(session: AsyncSession) -> Grouped:  # N: analysed
            return make(await session.get_one(User, 1))
        """,
    "responses_of_columns_and_of_collections": """
        from fastapi import FastAPI
        from models import User
        from pydantic import BaseModel
        from sqlalchemy.ext.asyncio import AsyncSession
        app = FastAPI()
        class Named(BaseModel):
            name: str
        class Grouped(Named):
            groups: list[str]
        @app.get("/", response_model=Named)
        async def columns(session: AsyncSession) -> User:
            return await session.get_one(User, 1)
        @app.get("/all", response_model=list[Grouped])
        async def collection(session: AsyncSession) -> list[User]:  # N: analysed
            return [await session.get_one(User, 1)]
        @app.get("/named")
        async def said_to_be_columns(session: AsyncSession) -> Named:
            user = await session.get_one(User, 1)
            return user  # type: ignore[return-value]
        @app.get("/grouped")
        async def said_to_be_a_collection(session: AsyncSession) -> Grouped:  # N: analysed
            user = await session.get_one(User, 1)
            return user  # type: ignore[return-value]
        """,
    "a_statement_that_deletes": """
        from models import User
        from sqlalchemy import delete
        from sqlalchemy.orm import Session
        def function(session: Session) -> None:
            session.execute(delete(User))
            session.add(User())
        def other(session: Session, user: User) -> None:  # N: analysed
            session.delete(user)
            session.add(User())
        """,
}


@pytest.fixture
def _name_analysed(monkeypatch: pytest.MonkeyPatch) -> None:
    def name_unit(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> None:
        if isinstance(unit, FuncDef):
            note(checker, "analysed", unit)

    monkeypatch.setattr(analysis, "_analyse_unit", name_unit)


@pytest.mark.usefixtures("_name_analysed")
def test_functions_are_analysed_for_what_stands_in_them(harness: Harness) -> None:
    files = {f"{name}.py": dedent(text) for name, text in CASES.items()}

    assert_expected(files, _without_models(harness.run_in_process(files | {"models.py": _MODELS})))


@pytest.mark.usefixtures("_name_analysed")
def test_what_the_types_must_tell_is_analysed_where_they_do(harness: Harness) -> None:
    files = {f"{name}.py": dedent(text) for name, text in PLAIN_CASES.items()}

    assert_expected(files, _without_models(harness.run_in_process(files | {"models.py": _MODELS})))


@pytest.mark.usefixtures("_name_analysed")
def test_modules_that_name_a_session_expression_are_analysed_whole(harness: Harness) -> None:
    files = {
        "extensions.py": "from typing import Any\ndb: Any = None\n",
        "service.py": dedent(
            """\
            from extensions import db
            def function() -> None:  # N: analysed
                db.session.merge(str(1))
            def other() -> None:  # N: analysed
                db.session.merge(1)
            class Service:
                def method(self) -> None:  # N: analysed
                    db.session.merge(1)
            """
        ),
        "other.py": "import sqlalchemy\ndef function() -> str:\n    return str(1)\n",
    }

    reports = harness.run_in_process(
        files, config="[mypy_session_plugin]\nsession_expressions = extensions.db.session\n"
    )

    assert_expected(files, reports)


@pytest.mark.usefixtures("_name_analysed")
def test_nothing_is_analysed_where_sqlalchemy_is_absent(harness: Harness) -> None:
    files = {"app.py": "import threading\ndef function() -> None:\n    threading.Thread()\n"}

    assert_expected(files, harness.run_in_process(files))


def _without_models(reports: list[Report]) -> list[Report]:
    return [report for report in reports if report.file != "models.py"]
