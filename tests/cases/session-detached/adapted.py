"""Adapters of pydantic that make models of instances: they read what the fields are called."""

# needs: pydantic

from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Engine
from sqlalchemy.orm import Session, selectinload

from models import User


class UserWithPosts(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str
    posts: list[Any] = []


class Plain(BaseModel):
    posts: list[Any] = []


adapter = TypeAdapter(UserWithPosts)


def made_here_bad(engine: Engine) -> UserWithPosts:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return TypeAdapter(UserWithPosts).validate_python(user)  # error: [session-detached] "user.posts" is not loaded (loaded at line 29 without it) and "user" is detached (block left at line 28); validate_python() of UserWithPosts reads it, which raises ValidationError (DetachedInstanceError, sqlalche.me/e/20/bhk3)


def made_once_bad(engine: Engine) -> UserWithPosts:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return adapter.validate_python(user)  # error: [session-detached]


def by_the_call_bad(engine: Engine) -> Plain:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return TypeAdapter(Plain).validate_python(user, from_attributes=True)  # error: [session-detached]


def loaded_ok(engine: Engine) -> UserWithPosts:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
    return adapter.validate_python(user)


def not_from_attributes_ok(engine: Engine) -> Plain:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return TypeAdapter(Plain).validate_python(user)


def of_many_ok(engine: Engine) -> list[UserWithPosts]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        assert user.posts
    return TypeAdapter(list[UserWithPosts]).validate_python([user])


def one_of_several_types_ok(engine: Engine, either: TypeAdapter[UserWithPosts | User]) -> Any:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return either.validate_python(user)
