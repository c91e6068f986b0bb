"""Models of pydantic that are made from attributes: they read what their fields are called."""

# needs: pydantic

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from models import User


class PostOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    title: str


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="ignore")
    id: int
    name: str = Field(min_length=1)


class UserWithPosts(UserOut):
    """Has the settings of its base."""

    kind: ClassVar[str] = "user"
    posts: list[PostOut] = []

    @field_validator("posts", mode="before")
    @classmethod
    def first(cls, value: Any) -> Any:
        return value[:1]

    @model_validator(mode="after")
    def checked(self) -> "UserWithPosts":
        return self

    @property
    def count(self) -> int:
        return len(self.posts)


class Plain(BaseModel):
    posts: list[PostOut] | None = None


class AnotherName(UserOut):
    written: list[PostOut] = Field(alias="posts")
    posts: str = Field(validation_alias="name", default="")


class InAnAnnotation(UserOut):
    posts: Annotated[str, Field(alias="name")]


def make_field() -> Any:
    return Field(alias="name")


class ByAFunction(UserOut):
    posts: str = make_field()


class Prepared(UserOut):
    posts: list[PostOut]

    @model_validator(mode="before")
    @classmethod
    def prepared(cls, value: Any) -> Any:
        return {"id": 1, "name": "anna", "posts": []}


class Wrapped(UserWithPosts):
    @model_validator(mode="wrap")
    @classmethod
    def wrapped(cls, value: Any, handler: Any) -> Any:
        return handler({"id": 1, "name": "anna"})


class Made(UserWithPosts):
    def __init__(self, **values: Any) -> None:
        super().__init__(id=1, name="anna")


class NotFromAttributes(UserWithPosts):
    model_config = ConfigDict(from_attributes=False)


class Generated(UserWithPosts):
    model_config = ConfigDict(alias_generator=lambda name: "name")


class Redefined(UserWithPosts):
    posts: str = Field(alias="name")  # type: ignore[assignment]


class SameAgain(UserWithPosts):
    """Adds nothing."""


class Mixin:
    """Pydantic may find something in it."""


class Mixed(Mixin, UserWithPosts):
    pass


def validated_bad(engine: Engine) -> UserWithPosts:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return UserWithPosts.model_validate(user)  # error: [session-detached] "user.posts" is not loaded (loaded at line 113 without it) and "user" is detached (block left at line 112); UserWithPosts.model_validate() reads it, which raises ValidationError (DetachedInstanceError, sqlalche.me/e/20/bhk3)


def expired_bad(engine: Engine) -> UserOut:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.name = "anna"
        session.commit()
    return UserOut.model_validate(user)  # error: [session-detached] "user.id" is not loaded (expired by commit() at line 121)


def of_each_bad(engine: Engine) -> list[UserWithPosts]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return [UserWithPosts.model_validate(user) for user in users]  # error: [session-detached]


def as_the_call_says_bad(engine: Engine) -> Plain:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return Plain.model_validate(user, from_attributes=True)  # error: [session-detached]


def of_a_subclass_bad(engine: Engine) -> SameAgain:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return SameAgain.model_validate(user)  # error: [session-detached]


def represented(user: User) -> UserWithPosts:
    return UserWithPosts.model_validate(user)


def by_a_function_bad(engine: Engine) -> UserWithPosts:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return represented(user)  # error: [session-detached] in "represented" at line 144


def another_error_is_expected_bad(engine: Engine) -> UserOut | None:
    from sqlalchemy.orm.exc import DetachedInstanceError

    with Session(engine) as session:
        user = session.get_one(User, 1)
    try:
        return UserWithPosts.model_validate(user)  # error: [session-detached]
    except DetachedInstanceError:
        return None


def loaded_ok(engine: Engine) -> UserWithPosts:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
    return UserWithPosts.model_validate(user)


def while_it_is_open_ok(engine: Engine) -> tuple[UserWithPosts, int]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        found = UserWithPosts.model_validate(user)
    return found, len(user.posts)


def of_columns_ok(engine: Engine) -> UserOut:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return UserOut.model_validate(user)


def another_name_ok(engine: Engine) -> list[object]:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
        named = AnotherName.model_validate(user)
        session.expire(user, ["posts"])
    return [named, InAnAnnotation.model_validate(user), ByAFunction.model_validate(user)]


def read_in_a_way_of_its_own_ok(engine: Engine) -> list[object]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return [Prepared.model_validate(user), Wrapped.model_validate(user)]


def made_in_a_way_of_its_own_ok(engine: Engine) -> list[object]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return [Made.model_validate(user), Generated.model_validate(user), Redefined.model_validate(user)]


def of_more_than_models_ok(engine: Engine) -> Mixed:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return Mixed.model_validate(user)


def not_from_attributes_ok(engine: Engine) -> list[object]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return [Plain.model_validate(user), NotFromAttributes.model_validate(user)]


def expected_ok(engine: Engine) -> UserOut | None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    try:
        return UserWithPosts.model_validate(user)
    except ValidationError:
        return None


def expected_as_a_value_error_ok(engine: Engine) -> UserOut | None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    try:
        return UserWithPosts.model_validate(user)
    except ValueError:
        return None
