"""What runs a request or a task in the test's own process ends the session of a registry there.

# needs: celery, click, flask, httpx, starlette
"""

import celery
import httpx
from celery.app.task import Task
from click import Command
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from starlette.testclient import TestClient

from models import User

registry = scoped_session(sessionmaker())
queue = celery.Celery()


@queue.task
def rename() -> None:
    registry.remove()


class Client(FlaskClient):
    pass


def what_serves_nothing_bad(client: FlaskClient) -> None:
    user = registry.get_one(User, 1)
    client.set_cookie("key", "value")
    registry.merge(user)  # error: [session-merge]


def after_a_request_ok(client: FlaskClient) -> None:
    user = registry.get_one(User, 1)
    client.get("/users")
    registry.merge(user)


def after_a_request_of_a_client_of_the_project_ok(client: Client) -> None:
    user = registry.get_one(User, 1)
    client.post("/users")
    registry.merge(user)


def after_a_request_of_starlette_ok(client: TestClient) -> None:
    user = registry.get_one(User, 1)
    client.get("/users")
    registry.merge(user)


async def after_a_request_in_this_process_ok(client: httpx.AsyncClient) -> None:
    user = registry.get_one(User, 1)
    await client.get("/users")
    registry.merge(user)


def after_a_command_ok(runner: CliRunner, command: Command) -> None:
    user = registry.get_one(User, 1)
    runner.invoke(command)
    registry.merge(user)


def after_a_context_ok(app: Flask) -> None:
    user = registry.get_one(User, 1)
    context = app.app_context()
    context.push()
    registry.merge(user)


def after_a_task_ok() -> None:
    user = registry.get_one(User, 1)
    rename.apply()
    registry.merge(user)


def after_a_task_that_is_called_ok(task: "Task[[], None]") -> None:
    user = registry.get_one(User, 1)
    task()
    registry.merge(user)
