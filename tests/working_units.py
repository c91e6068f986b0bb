"""Programs with units of work, repositories, retries and listeners: right as they are, and nothing is reported."""

from __future__ import annotations

import abc
import dataclasses
import enum
import functools
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from sqlalchemy import Engine, ForeignKey, String, event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
    sessionmaker,
)


class Base(DeclarativeBase):
    pass


class Status(enum.Enum):
    OPEN = "open"
    PAID = "paid"


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(default="")
    orders: Mapped[list[Order]] = relationship(back_populates="customer", cascade="all, delete-orphan")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    status: Mapped[Status] = mapped_column(default=Status.OPEN)
    total: Mapped[int] = mapped_column(default=0)
    customer: Mapped[Customer] = relationship(back_populates="orders")
    lines: Mapped[list[Line]] = relationship(back_populates="order", cascade="all, delete-orphan", order_by="Line.id")


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    sku: Mapped[str]
    price: Mapped[int] = mapped_column(default=1)
    order: Mapped[Order] = relationship(back_populates="lines")


def seed(session: Session) -> None:
    ann = Customer(email="ann@example.org", name="ann")
    ann.orders.append(Order(total=3, lines=[Line(sku="a", price=1), Line(sku="b", price=2)]))
    session.add_all([ann, Customer(email="bob@example.org", name="bob")])


T = TypeVar("T", bound=Base)


class Repository(Generic[T]):
    model: type[T]

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, ident: int) -> T | None:
        return self.session.get(self.model, ident)

    def add(self, entity: T) -> T:
        self.session.add(entity)
        self.session.flush()
        self.session.refresh(entity)
        return entity

    def remove(self, entity: T) -> None:
        self.session.delete(entity)
        self.session.flush()

    def list(self, *where: Any) -> Sequence[T]:
        return self.session.scalars(select(self.model).where(*where)).all()

    def save(self, entity: T) -> T:
        return self.session.merge(entity)


class Customers(Repository[Customer]):
    model = Customer

    def by_email(self, email: str) -> Customer | None:
        return self.session.scalars(select(Customer).filter_by(email=email)).one_or_none()


class Orders(Repository[Order]):
    model = Order


class UnitOfWork:
    customers: Customers
    orders: Orders

    def __init__(self, factory: sessionmaker[Session]) -> None:
        self._factory = factory
        self._session: Session | None = None

    def __enter__(self) -> Self:
        self._session = self._factory()
        self.customers = Customers(self._session)
        self.orders = Orders(self._session)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        assert self._session is not None
        if kind is None:
            self._session.commit()
        else:
            self._session.rollback()
        self._session.close()
        self._session = None


def uow_creates(engine: Engine) -> None:
    with UnitOfWork(sessionmaker(engine)) as uow:
        c = uow.customers.add(Customer(email="x@example.org"))
        uow.orders.add(Order(customer=c))
    with UnitOfWork(sessionmaker(engine)) as uow:
        found = uow.customers.by_email("x@example.org")
        assert found is not None
        assert len(found.orders) == 1
        uow.customers.remove(found)


def uow_detached_edit(engine: Engine) -> None:
    factory = sessionmaker(engine, expire_on_commit=False)
    with UnitOfWork(factory) as uow:
        c = uow.customers.get(1)
        assert c
    c.name = "anna"
    with UnitOfWork(factory) as uow:
        kept = uow.customers.save(c)
        kept.name += "!"
    with factory() as s:
        assert s.get_one(Customer, 1).name == "anna!"


class ManualUnitOfWork:
    def __init__(self, factory: sessionmaker[Session]) -> None:
        self.factory = factory

    def __enter__(self) -> Self:
        self.session = self.factory()
        return self

    def __exit__(self, *_args: object) -> None:
        self.rollback()
        self.session.close()

    def commit(self) -> None:
        self.session.commit()

    def rollback(self) -> None:
        self.session.rollback()


def cosmic_python(engine: Engine) -> int:
    uow = ManualUnitOfWork(sessionmaker(engine))
    with uow:
        c = Customer(email="c@example.org")
        uow.session.add(c)
        uow.commit()
        ident = c.id
    with uow:
        found = uow.session.get(Customer, ident)
        assert found is not None
        found.name = "c"
        uow.commit()
    return ident


@contextmanager
def session_scope(factory: Callable[[], Session]) -> Iterator[Session]:
    session = factory()
    try:
        yield session
        session.commit()
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()


def classic_scope(engine: Engine) -> None:
    factory = sessionmaker(engine)
    with session_scope(factory) as s:
        c = Customer(email="k@example.org")
        s.add(c)
    with session_scope(factory) as s:
        s.delete(s.scalars(select(Customer).filter_by(email="k@example.org")).one())
    with suppress(ValueError), session_scope(factory) as s:
        s.add(Customer(email="z@example.org"))
        raise ValueError
    with session_scope(factory) as s:
        assert s.scalar(select(func.count()).select_from(Customer)) == 2


@contextmanager
def maybe_session(engine: Engine, session: Session | None = None) -> Generator[Session, None, None]:
    if session is not None:
        yield session
        return
    with Session(engine) as own, own.begin():
        yield own


def create_customer(engine: Engine, email: str = "q@example.org", *, session: Session | None = None) -> None:
    with maybe_session(engine, session) as s:
        s.add(Customer(email=email))


def optional_session(engine: Engine) -> None:
    create_customer(engine, "q1@example.org")
    with Session(engine) as s:
        create_customer(engine, "q2@example.org", session=s)
        s.commit()
    with Session(engine) as s:
        assert s.scalar(select(func.count(Customer.id))) == 4


def provide_session(fn: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(fn)
    def wrapper(engine: Engine, *args: Any, session: Session | None = None, **kwargs: Any) -> Any:
        if session:
            return fn(engine, *args, session=session, **kwargs)
        with Session(engine) as session:
            result = fn(engine, *args, session=session, **kwargs)
            session.commit()
            return result

    return wrapper


@provide_session
def rename(engine: Engine, ident: int, name: str, *, session: Session) -> Customer:
    c = session.get_one(Customer, ident)
    c.name = name
    session.flush()
    return c


def airflow_style(engine: Engine) -> None:
    rename(engine, 1, "anna")
    with Session(engine) as s:
        c = rename(engine, 1, "annie", session=s)
        s.refresh(c)
        s.commit()


def retry(engine: Engine) -> int:
    for attempt in range(3):
        session = Session(engine)
        try:
            c = session.get_one(Customer, 1)
            c.name = f"try{attempt}"
            session.commit()
            return attempt
        except OperationalError:
            session.rollback()
            time.sleep(0)
        finally:
            session.close()
    raise RuntimeError("gave up")


def retry_one_session(engine: Engine) -> None:
    with Session(engine) as session:
        for attempt in range(4):
            customer = Customer(email="ann@example.org" if attempt < 2 else f"new{attempt}@example.org")
            session.add(customer)
            try:
                session.commit()
            except IntegrityError:
                session.rollback()
                continue
            session.refresh(customer)
            break
        else:
            raise AssertionError


def retry_while(engine: Engine) -> None:
    left = 3
    with Session(engine) as session:
        while left:
            left -= 1
            try:
                with session.begin_nested():
                    session.add(Customer(email="ann@example.org" if left else "free@example.org"))
                    session.flush()
            except IntegrityError:
                continue
        session.commit()


def get_or_create(
    session: Session, model: type[T], defaults: dict[str, Any] | None = None, **by: Any
) -> tuple[T, bool]:
    instance = session.query(model).filter_by(**by).one_or_none()
    if instance:
        return instance, False
    instance = model(**by, **(defaults or {}))
    try:
        with session.begin_nested():
            session.add(instance)
    except IntegrityError:
        return session.query(model).filter_by(**by).one(), False
    return instance, True


def get_or_creates(engine: Engine) -> None:
    with Session(engine) as s:
        c, made = get_or_create(s, Customer, {"name": "dan"}, email="dan@example.org")
        assert made
        s.refresh(c)
        again, made = get_or_create(s, Customer, email="dan@example.org")
        assert again is c
        if not made:
            s.delete(again)
        s.commit()


def update_or_create(engine: Engine) -> None:
    with Session(engine) as s:
        c = s.scalars(select(Customer).where(Customer.email == "eve@example.org").with_for_update()).first()
        if c is None:
            c = Customer(email="eve@example.org")
            s.add(c)
        for key, value in {"name": "eve"}.items():
            setattr(c, key, value)
        s.commit()
        s.refresh(c)


class CustomerStore(Protocol):
    def add(self, customer: Customer) -> None: ...
    def find(self, email: str) -> Customer | None: ...


class SqlStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, customer: Customer) -> None:
        self._session.add(customer)

    def find(self, email: str) -> Customer | None:
        return self._session.query(Customer).filter(Customer.email == email).first()


class MemoryStore:
    def __init__(self) -> None:
        self.items: dict[str, Customer] = {}

    def add(self, customer: Customer) -> None:
        self.items[customer.email] = customer

    def find(self, email: str) -> Customer | None:
        return self.items.get(email)


def register(store: CustomerStore, email: str) -> Customer:
    found = store.find(email)
    if found is None:
        found = Customer(email=email)
        store.add(found)
    return found


def protocol(engine: Engine) -> None:
    with Session(engine) as s:
        c = register(SqlStore(s), "p@example.org")
        s.flush()
        s.refresh(c)
        memory = MemoryStore()
        other = register(memory, "m@example.org")
        s.add(other)
        s.commit()
        s.delete(other)
        s.commit()


class Handler(abc.ABC):
    def __init__(self, session: Session) -> None:
        self.session = session

    @abc.abstractmethod
    def handle(self, order: Order) -> None: ...

    def run(self, ident: int) -> None:
        order = self.session.get_one(Order, ident)
        self.handle(order)
        self.session.commit()


class Pay(Handler):
    def handle(self, order: Order) -> None:
        order.status = Status.PAID


class Cancel(Handler):
    def handle(self, order: Order) -> None:
        self.session.delete(order)


def handlers(engine: Engine) -> None:
    with Session(engine) as s:
        for kind in (Pay, Cancel):
            kind(s).run(1)
        assert s.get(Order, 1) is None


class Service:
    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def customers(self) -> Sequence[Customer]:
        return self.session.scalars(select(Customer)).all()

    @functools.cached_property
    def first(self) -> Customer:
        return self.session.get_one(Customer, 1)

    def touch(self) -> Self:
        self.first.name += "."
        return self

    def done(self) -> None:
        self.session.commit()


def fluent(engine: Engine) -> None:
    with Session(engine) as s:
        service = Service(s)
        service.touch().touch().done()
        for c in service.customers:
            c.name = c.name.upper()
        service.done()


def savepoint_per_row(engine: Engine) -> None:
    rows = ["r1@example.org", "ann@example.org", "r2@example.org", "r1@example.org"]
    errors: list[str] = []
    with Session(engine) as s:
        for email in rows:
            sp = s.begin_nested()
            try:
                s.add(Customer(email=email))
                s.flush()
            except IntegrityError:
                sp.rollback()
                errors.append(email)
            else:
                sp.commit()
        s.commit()
    assert len(errors) == 2


def nested_functions(engine: Engine) -> int:
    with Session(engine) as s:
        made: list[Customer] = []

        def make(email: str) -> Customer:
            c = Customer(email=email)
            s.add(c)
            made.append(c)
            return c

        make("n1@example.org")
        make("n2@example.org").name = "n2"
        s.commit()
        for c in made:
            s.refresh(c)
        return sum(c.id for c in made)


def partials(engine: Engine) -> None:
    with Session(engine) as s:
        find = functools.partial(s.get, Customer)
        a = find(1)
        assert a is not None
        s.refresh(a)
        save = functools.partial(s.add)
        save(Customer(email="pa@example.org"))
        s.commit()


@dataclasses.dataclass
class Context:
    session: Session
    customer: Customer | None = None
    log: list[str] = dataclasses.field(default_factory=list)


def load_step(context: Context) -> None:
    context.customer = context.session.get(Customer, 1)


def rename_step(context: Context) -> None:
    assert context.customer is not None
    context.customer.name = "step"
    context.session.flush()
    context.session.refresh(context.customer)


STEPS: list[Callable[[Context], None]] = [load_step, rename_step]


def pipeline(engine: Engine) -> None:
    with Session(engine) as s:
        context = Context(s)
        for step in STEPS:
            step(context)
        s.commit()


def copy_between(engine: Engine) -> None:
    with Session(engine) as source, Session(engine) as target:
        for c in source.scalars(select(Customer).options(selectinload(Customer.orders))):
            target.merge(c, load=False)
        target.rollback()
        for c in source.scalars(select(Customer)):
            source.expunge(c)
            target.add(c)
        target.rollback()


def events(engine: Engine) -> None:
    factory = sessionmaker(engine)

    @event.listens_for(factory, "before_commit")
    def audit(session: Session) -> None:
        session.add(Customer(email=f"audit{time.monotonic_ns()}@example.org"))

    with factory() as s:
        s.get(Customer, 1)
        s.commit()


def soft_delete(engine: Engine) -> None:
    factory = sessionmaker(engine)

    @event.listens_for(factory, "before_flush")
    def keep(session: Session, _context: object, _instances: object) -> None:
        for instance in session.deleted:
            if isinstance(instance, Customer):
                instance.name = "deleted"
                session.add(instance)

    with factory() as s:
        c = s.get_one(Customer, 2)
        s.delete(c)
        s.flush()
        s.refresh(c)
        assert c.name == "deleted"
        s.commit()
