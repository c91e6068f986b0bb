"""How a dashboard comes and goes."""

from sqlalchemy.orm import Session

from dashboard.models import Dashboard
from mypy_session_plugin import Persistent


def create(session: Session, title: str, draft: bool) -> None:
    dashboard = Dashboard(title=title)
    session.add(dashboard)
    if draft:
        session.delete(dashboard)  # error: [session-state]
    session.commit()


def create_fixed(session: Session, title: str, draft: bool) -> None:
    dashboard = Dashboard(title=title)
    session.add(dashboard)
    if draft:
        session.expunge(dashboard)
    session.commit()


def link_to(dashboard: Persistent[Dashboard]) -> str:
    """A phantom type: only a dashboard with a row has an id to link to."""
    return f"/dashboards/{dashboard.id}"


def announce(session: Session, title: str) -> str:
    dashboard = Dashboard(title=title)
    session.add(dashboard)
    return link_to(dashboard)  # error: [session-state]


def announce_fixed(session: Session, title: str) -> str:
    dashboard = Dashboard(title=title)
    session.add(dashboard)
    session.flush()
    return link_to(dashboard)
