"""Flask-SQLAlchemy: which session a model's query and the extension object work with."""

from __future__ import annotations

import pytest

from tests.harness import Harness

pytest.importorskip("flask_sqlalchemy")

MODELS = """
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.model import Model
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Page(Model, DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)

db = SQLAlchemy()
"""


def test_a_query_of_a_model_is_of_the_session_of_the_one_extension(harness: Harness) -> None:
    text = """
    def rename() -> None:
        for page in Page.query.filter_by(id=1):
            db.session.merge(page)  # error: [session-merge] "page" is already in "db.session"
    """
    harness.check({"app.py": MODELS + dedented(text)})


def test_the_extension_may_be_another_modules(harness: Harness) -> None:
    text = """
    from models import Page, db

    def rename() -> None:
        page = Page.query.first_or_404()
        db.session.merge(page)  # error: [session-merge] "page" is already in "db.session"
    """
    harness.check({"models.py": MODELS, "app.py": dedented(text)})


def test_of_two_extensions_it_may_be_either(harness: Harness) -> None:
    text = """
    reports = SQLAlchemy()

    def rename() -> None:
        page = Page.query.first_or_404()
        db.session.merge(page)
    """
    harness.check({"app.py": MODELS + dedented(text)})


def test_the_extension_object_may_be_an_attribute(harness: Harness) -> None:
    text = """
    class Pages:
        db: SQLAlchemy

        def rename(self, other: SQLAlchemy) -> None:
            page = self.db.get_or_404(Page, 1)
            other.session.merge(page)
            self.db.session.merge(page)  # error: [session-merge] "page" is already in "self.db.session"
    """
    harness.check({"app.py": MODELS + dedented(text)})


def test_a_query_that_is_no_models_is_left_alone(harness: Harness) -> None:
    text = """
    class Own:
        query = Page.query

    def rename() -> None:
        page = Own.query.first()
        db.session.merge(page)
    """
    harness.check({"app.py": MODELS + dedented(text)})


def dedented(text: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in text.splitlines()) + "\n"
