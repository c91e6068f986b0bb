"""Locks that code takes otherwise than by a `with` block of the lock itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from sqlalchemy.orm import Session

from models import User


def taken_by_hand_ok(session: Session, lock: Lock, names: list[str]) -> None:
    def work(name: str) -> None:
        lock.acquire()
        try:
            session.add(User(name=name))
        finally:
            lock.release()

    with ThreadPoolExecutor() as pool:
        for name in names:
            pool.submit(work, name)


@contextmanager
def _alone(lock: Lock) -> Iterator[None]:
    with lock:
        yield


@contextmanager
def _told(name: str) -> Iterator[None]:
    print(name)
    yield


def taken_by_a_manager_ok(session: Session, lock: Lock, names: list[str]) -> None:
    def work(name: str) -> None:
        with _alone(lock):
            session.add(User(name=name))

    with ThreadPoolExecutor() as pool:
        for name in names:
            pool.submit(work, name)


def a_manager_without_a_lock_bad(session: Session, names: list[str]) -> None:
    def work(name: str) -> None:
        with _told(name):
            session.add(User(name=name))

    with ThreadPoolExecutor() as pool:
        for name in names:
            pool.submit(work, name)  # error: [session-thread]
