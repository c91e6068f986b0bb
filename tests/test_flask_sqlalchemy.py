"""Flask-SQLAlchemy: which session a model's query and the extension object work with."""

from __future__ import annotations

import pytest

from tests.harness import Harness

pytest.importorskip("flask_sqlalchemy")

MODELS = """
from typing import Any
from flask import Flask
from flask.ctx import AppContext
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.model import Model
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Page(Model, DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]

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


def test_with_the_context_of_an_application_its_session_ends(harness: Harness) -> None:
    text = """
    def title(app: Flask) -> str:
        with app.app_context():
            page = db.session.get_one(Page, 1)
            db.session.commit()
        return page.title  # error: [session-detached] "page.title" is not loaded (expired by commit()

    def added_again(app: Flask) -> str:
        with app.app_context():
            page = db.session.get_one(Page, 1)
            db.session.commit()
        with app.app_context():
            db.session.add(page)
            return page.title
    """
    harness.check({"app.py": MODELS + dedented(text)})


def test_what_was_loaded_outside_of_a_context_stays_in_its_session(harness: Harness) -> None:
    text = """
    def outer(app: Flask) -> str:
        page = db.session.get_one(Page, 1)
        db.session.commit()
        with app.app_context():
            db.session.get_one(Page, 2)
        return page.title

    def around(app: Flask) -> str:
        with app.app_context():
            page = db.session.get_one(Page, 1)
            db.session.commit()
            with app.app_context():
                db.session.get_one(Page, 2)
            return page.title
    """
    harness.check({"app.py": MODELS + dedented(text)})


def test_a_context_that_is_kept_may_not_end_with_its_block(harness: Harness) -> None:
    text = """
    def kept(app: Flask) -> str:
        context = app.app_context()
        with context:
            with context:
                page = db.session.get_one(Page, 1)
                db.session.commit()
            return page.title

    class Contexts:
        def __init__(self, app: Flask) -> None:
            self.context = app.app_context()

        def current(self) -> AppContext:
            return self.context

    def again(contexts: Contexts) -> str:
        with contexts.current():
            with contexts.current():
                page = db.session.get_one(Page, 1)
                db.session.commit()
            return page.title
    """
    harness.check({"app.py": MODELS + dedented(text)})


def test_the_options_of_its_sessions_are_the_extensions(harness: Harness) -> None:
    text = """
    lasting = SQLAlchemy(session_options={"expire_on_commit": False})
    configured = SQLAlchemy(session_options=dict(app.config))
    replaced = SQLAlchemy()

    def use_session_of_test(registry: Any) -> None:
        replaced.session = registry

    def from_lasting() -> str:
        with app.app_context():
            page = lasting.session.get_one(Page, 1)
            lasting.session.commit()
        return page.title

    def from_configured() -> str:
        with app.app_context():
            page = configured.session.get_one(Page, 1)
            configured.session.commit()
        return page.title

    def from_replaced() -> str:
        with app.app_context():
            page = replaced.session.get_one(Page, 1)
            replaced.session.commit()
        return page.title
    """
    models = MODELS.replace("db = SQLAlchemy()", 'app = Flask("pages")')
    harness.check({"app.py": models + dedented(text)})


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
