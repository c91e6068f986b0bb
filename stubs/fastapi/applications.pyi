"""The application: it has the decorators of a router, and what they take handles requests as there."""

from fastapi.routing import APIRouter

class FastAPI(APIRouter):
    """Not a subclass of APIRouter, but it has its decorators."""
