"""A session that an object of the module holds which is given back: whoever gets the object closes it."""

from dataclasses import dataclass

from models import User
from sqlalchemy import Engine
from sqlalchemy.orm import Session


@dataclass
class Unit:
    session: Session
    label: str = ""


def at_once_ok(engine: Engine) -> Unit:
    session = Session(engine)
    session.add(User(name="ann"))
    session.flush()
    return Unit(session)


def by_variable_ok(engine: Engine) -> Unit:
    unit = Unit(Session(engine))
    unit.session.add(User(name="ann"))
    unit.session.flush()
    return unit


def set_later_ok(engine: Engine, other: Session) -> Unit:
    unit = Unit(other)
    session = Session(engine)
    session.add(User(name="ann"))
    session.flush()
    unit.session = session
    unit.label = "given back"
    return unit


def given_on_ok(engine: Engine) -> Unit:
    unit = by_variable_ok(engine)
    unit.session.add(User(name="bob"))
    unit.session.flush()
    return unit


def closed_ok(engine: Engine) -> None:
    unit = by_variable_ok(engine)
    unit.session.commit()
    unit.session.close()
