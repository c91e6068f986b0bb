"""AsyncSession: SQLModel adds `exec` to the AsyncSession of SQLAlchemy; its results are buffered.

Source: https://sqlmodel.tiangolo.com/tutorial/select/#sqlmodels-sessionexec.
"""

from sqlalchemy.ext.asyncio.session import AsyncSession as _AsyncSession
from sqlmodel.orm.session import Session

from mypy_session_plugin.effects import awaited

class AsyncSession(_AsyncSession):
    exec = awaited(Session.exec, live=False)
