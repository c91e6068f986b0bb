"""A small library of repositories and units of work: its signatures say what it does to sessions and instances."""

from library.background import in_background
from library.repository import Repository, reload
from library.unit_of_work import UnitOfWork, open_session

__all__ = ["Repository", "UnitOfWork", "in_background", "open_session", "reload"]
