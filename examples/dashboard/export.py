"""Dashboards are exported by threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from dashboard.models import Dashboard


def export(session: Session, key: int) -> str:
    dashboard = session.get_one(Dashboard, key)
    return ", ".join(chart.name for chart in dashboard.charts)


def count_view(session: Session, key: int) -> None:
    session.execute(update(Dashboard).where(Dashboard.id == key).values(views=Dashboard.views + 1))
    session.commit()


def export_all(factory: sessionmaker[Session]) -> list[str]:
    with factory() as session, ThreadPoolExecutor() as pool:
        keys = session.scalars(select(Dashboard.id)).all()
        exports = [pool.submit(export, session, key) for key in keys]  # error: [session-thread]
        return [future.result() for future in exports]


def show(factory: sessionmaker[Session], key: int) -> str:
    with factory() as session:
        counter = Thread(target=count_view, args=(session, key))  # error: [session-thread]
        counter.start()
        title = session.get_one(Dashboard, key).title
        counter.join()
        return title


def export_in_the_background(factory: sessionmaker[Session], key: int) -> str:
    with factory() as session, ThreadPoolExecutor() as pool:
        return pool.submit(export, session, key).result()  # error: [session-handover]


def export_fixed(factory: sessionmaker[Session], key: int) -> str:
    with factory() as session:
        return export(session, key)


def export_all_fixed(factory: sessionmaker[Session]) -> list[str]:
    with factory() as session, ThreadPoolExecutor() as pool:
        keys = session.scalars(select(Dashboard.id)).all()
        exports = [pool.submit(export_fixed, factory, key) for key in keys]
        return [future.result() for future in exports]


def count_view_fixed(factory: sessionmaker[Session], key: int) -> None:
    with factory() as session:
        count_view(session, key)


def show_fixed(factory: sessionmaker[Session], key: int) -> str:
    with factory() as session:
        counter = Thread(target=count_view_fixed, args=(factory, key))
        counter.start()
        title = session.get_one(Dashboard, key).title
        counter.join()
        return title


def export_in_the_background_fixed(factory: sessionmaker[Session], key: int) -> str:
    with ThreadPoolExecutor() as pool:
        return pool.submit(export_fixed, factory, key).result()
