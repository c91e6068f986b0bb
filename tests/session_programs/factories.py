"""Factories in attributes of classes and of objects: their sessions have the settings that they were made with."""

from session_models import Engine, Session, User, select, sessionmaker

from mypy_session_plugin import reveal_state


class Database:
    quiet = sessionmaker(autoflush=False)
    configured = sessionmaker(autoflush=False)

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sessions = sessionmaker(engine, autoflush=False)
        self.replaced = sessionmaker(engine, autoflush=False)
        self.later: sessionmaker[Session] | None = None

    def connect(self) -> None:
        self.later = sessionmaker(self.engine, autoflush=False)
        self.replaced = sessionmaker(self.engine)
        self.configured.configure(autoflush=True)

    def of_the_class(self) -> None:
        with self.quiet(bind=self.engine) as session:
            user = User(name="new")
            session.add(user)
            session.scalars(select(User)).all()
            reveal_state(user)  # pending

    def of_the_object(self) -> None:
        with self.sessions() as session:
            user = User(name="new")
            session.add(user)
            session.scalars(select(User)).all()
            reveal_state(user)  # pending

    def made_later(self) -> None:
        self.connect()
        assert self.later is not None
        with self.later.begin() as session:
            user = User(name="later")
            session.add(user)
            session.scalars(select(User)).all()
            reveal_state(user)  # pending

    def assigned_twice(self) -> None:
        with self.replaced() as session:
            user = User(name="new")
            session.add(user)
            session.scalars(select(User)).all()
            reveal_state(user)  # pending | persistent

    def configured_elsewhere(self) -> None:
        with self.configured(bind=self.engine) as session:
            user = User(name="new")
            session.add(user)
            session.scalars(select(User)).all()
            reveal_state(user)  # pending | persistent


class Store:
    made = sessionmaker(autoflush=False)

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def add(self) -> None:
        with self.made(bind=self.engine) as session:
            user = User(name="new")
            session.add(user)
            session.scalars(select(User)).all()
            reveal_state(user)  # pending | persistent


class OtherStore(Store):
    made = sessionmaker()


def methods_are_run(engine: Engine) -> None:
    database = Database(engine)
    database.of_the_class()
    database.of_the_object()
    database.made_later()
    database.assigned_twice()
    database.configured_elsewhere()
    OtherStore(engine).add()


def named_by_the_class(engine: Engine) -> None:
    with Database.quiet(bind=engine) as session:
        user = User(name="new")
        session.add(user)
        session.scalars(select(User)).all()
        reveal_state(user)  # pending


def each_call_makes_a_session(engine: Engine) -> None:
    database = Database(engine)
    first, second = database.sessions(), database.sessions()
    user = first.get_one(User, 1)
    second.merge(user)
    reveal_state(user)  # persistent
