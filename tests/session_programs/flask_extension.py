"""Flask-SQLAlchemy: `db.session`, what the extension object hands to it, and the queries of the models."""

from typing import TYPE_CHECKING

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.model import Model
from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mypy_session_plugin import reveal_state


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
app = Flask("pages")
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)

if TYPE_CHECKING:

    class BaseModel(Model, DeclarativeBase):
        pass

else:
    BaseModel = db.Model


class Page(BaseModel):
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


def new_page() -> None:
    db.create_all()
    db.session.add(Page(title="new"))
    db.session.commit()


def the_extension_loads_into_its_registry(engine: Engine) -> None:
    with app.app_context():
        new_page()
        page = db.get_or_404(Page, 1)
        reveal_state(page)  # persistent
        db.session.expunge(page)
        reveal_state(page)  # detached
        reveal_state(db.first_or_404(db.select(Page)))  # persistent
        reveal_state(db.one_or_404(db.select(Page).where(Page.id == 1)))  # persistent


def what_it_loads_is_of_the_session(engine: Engine) -> None:
    with app.app_context():
        new_page()
        page = db.one_or_404(db.select(Page).where(Page.id == 1))
        again = db.session.scalars(db.select(Page).where(Page.id == 1)).one()
        reveal_state(again)  # persistent
        db.session.delete(page)
        db.session.flush()
        reveal_state(page)  # deleted
        db.session.rollback()


def a_model_has_a_query_of_itself(engine: Engine) -> None:
    with app.app_context():
        new_page()
        reveal_state(Page.query.get_or_404(1))  # persistent
        reveal_state(Page.query.filter_by(title="new").first_or_404())  # persistent
        reveal_state(Page.query.filter_by(title="none").first())  # persistent | none
        page = Page.query.filter(Page.id == 1).one_or_404()
        db.session.expunge(page)
        reveal_state(page)  # detached
        db.session.remove()


def a_page_of_rows_is_loaded_at_once(engine: Engine) -> None:
    with app.app_context():
        new_page()
        pages = db.paginate(db.select(Page))
        for page in pages:
            reveal_state(page)  # persistent
        db.session.remove()
        for page in pages.items:
            reveal_state(page)  # detached


def a_query_of_a_model_flushes(engine: Engine) -> None:
    with app.app_context():
        page = Page(title="added")
        new_page()
        db.session.add(page)
        Page.query.count()
        reveal_state(page)  # persistent
        db.session.rollback()


def sqlalchemys_functions_are_on_the_extension(engine: Engine) -> None:
    with app.app_context():
        new_page()
        page = db.get_or_404(Page, 1)
        db.make_transient(page)
        reveal_state(page)  # transient
