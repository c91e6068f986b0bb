"""Types that are defined by themselves have an end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeAlias, TypedDict, TypeVar, Union

from models import User
from sqlalchemy import insert
from sqlalchemy.orm import Session

from mypy_session_plugin import Persistent

Json: TypeAlias = Union[str, int, None, "list[Json]", "dict[str, Json]"]
Nested: TypeAlias = dict[str, "Nested"]
NodeType = TypeVar("NodeType", bound="Node")  # type: ignore[type-arg]


class Node(Generic[NodeType]):
    children: list[NodeType]


class Tree(TypedDict):
    parent: Tree | None


def document(text: str) -> Json:
    return {"text": [text]}


def tree() -> Tree:
    return {"parent": {"parent": None}}


def count(node: Node[NodeType]) -> int:
    return len(node.children)


def nothing_of_a_session_ok(pool: ThreadPoolExecutor, value: Json, node: Node[NodeType]) -> None:
    pool.submit(print, value)
    pool.submit(document, "text")
    pool.submit(tree)
    pool.submit(count, node)


def beside_a_session_bad(pool: ThreadPoolExecutor, session: Session, value: Json, node: Node[NodeType]) -> None:
    print(value, document("text"), tree(), count(node))
    pool.submit(session.commit)  # error: [session-thread]
    session.rollback()


def beside_statements_bad(session: Session, rows: list[Json], nested: Nested) -> None:
    session.execute(insert(User), rows)  # type: ignore[arg-type]
    session.execute(insert(User), nested)
    user = session.get_one(User, 1)
    session.merge(user)  # error: [session-merge]


def phantom_bad(session: Session, user: Persistent[User], extra: Json) -> Json:
    session.expunge(user)
    return phantom_bad(session, user, extra)  # error: [session-state]
