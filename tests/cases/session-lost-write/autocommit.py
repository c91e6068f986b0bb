"""An engine in AUTOCOMMIT commits each statement by itself."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from models import User


def option_of_engine_ok(engine: Engine) -> None:
    with Session(engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
        session.add(User(name="ann"))
        session.flush()


def of_this_module_ok(engine: Engine) -> None:
    with sessionmaker(engine)() as session:
        session.add(User(name="ann"))
        session.flush()
