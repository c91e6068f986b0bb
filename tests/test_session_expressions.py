"""The option `session_expressions`: sessions that mypy knows as Any, with the findings that a typed one would have."""

from __future__ import annotations

from tests.harness import Harness

CONFIG = """\
[mypy_session_plugin]
session_expressions = extensions.db.session, extensions.db.Session()
"""
EXTENSIONS = """\
from typing import Any
db: Any = None
"""
MODELS = """\
from typing import Any
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base: Any = declarative_base()
class Slice(Base):
    __tablename__ = "slices"
    id = Column(Integer, primary_key=True)
"""
APP = """\
from extensions import db
from models import Slice

def queried_bad(key: int) -> None:
    slice_ = db.session.query(Slice).filter_by(id=int(key)).first()
    db.session.merge(slice_)

def made_bad(bind: object) -> None:
    session = db.Session(bind=bind)
    for slice_ in session.query(Slice).all():
        session.merge(slice_)

def two_sessions_ok(bind: object) -> None:
    session = db.Session(bind=bind)
    for slice_ in session.query(Slice).all():
        db.session.merge(slice_)

def not_named_ok(key: int) -> None:
    row = db.other.query(Slice).first()
    db.other.merge(row)
"""


def test_named_expressions_are_sessions(harness: Harness) -> None:
    files = {"extensions.py": EXTENSIONS, "models.py": MODELS, "app.py": APP}
    reports = harness.run_in_process(files, config=CONFIG)

    found = [(report.file, report.line, report.code) for report in reports if report.severity == "error"]
    assert found == [("app.py", 6, "session-merge"), ("app.py", 11, "session-merge")]


def test_without_the_option_nothing_is_known_of_them(harness: Harness) -> None:
    files = {"extensions.py": EXTENSIONS, "models.py": MODELS, "app.py": APP}

    assert harness.run_in_process(files) == []
