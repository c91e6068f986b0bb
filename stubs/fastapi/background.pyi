"""FastAPI's background tasks are those of Starlette."""

from starlette.background import BackgroundTasks as StarletteBackgroundTasks

class BackgroundTasks(StarletteBackgroundTasks): ...
