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
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
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
def test_what_only_writes_json_is_analysed_for_what_it_writes(harness: Harness) -> None:
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
