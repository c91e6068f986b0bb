"""Path operations of FastAPI with a response model: what they return is read once they have returned."""

# needs: fastapi

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, selectinload

from models import User


class PostOut(BaseModel):
    title: str


class UserOut(BaseModel):
    id: int
    name: str


class UserWithPosts(UserOut):
    model_config = ConfigDict(title="A user")
    posts: list[PostOut] = []


class Prepared(UserWithPosts):
    @model_validator(mode="before")
    @classmethod
    def prepared(cls, value: Any) -> Any:
        return {"id": 1, "name": "anna", "posts": []}


app = FastAPI()
router = APIRouter()


def get_session() -> AsyncSession:
    raise NotImplementedError


def get_plain_session() -> Session:
    raise NotImplementedError


def by_hand(function: Any) -> Any:
    return function


SessionDep = Annotated[AsyncSession, Depends(get_session)]


@app.get("/one", response_model=UserWithPosts)
async def one_bad(session: SessionDep) -> object:
    user = await session.get_one(User, 1)
    return user  # error: [session-implicit-io] "user.posts" is not loaded (loaded at line 58 without it) and belongs to an AsyncSession; the response model UserWithPosts reads it, which raises ResponseValidationError (MissingGreenlet, sqlalche.me/e/20/xd2s)


@router.get("/all", response_model=list[UserWithPosts])
async def all_bad(session: SessionDep) -> object:
    users = (await session.scalars(select(User))).all()
    return users  # error: [session-implicit-io] "users[...].posts" is not loaded


@router.post("/", response_model=UserOut)
async def created_bad(engine: AsyncEngine, name: str) -> object:
    async with AsyncSession(engine) as session:
        user = User(name=name)
        session.add(user)
        await session.commit()
    return user  # error: [session-detached] "user.id" is not loaded (expired by commit() at line 73)


@router.put("/", response_model=UserOut)
async def renamed_bad(session: Annotated[AsyncSession, Depends(get_session)], name: str) -> object:
    user = await session.get_one(User, 1)
    session.expire(user)
    return user  # error: [session-implicit-io] "user.id" is not loaded (expired by expire() at line 80)


@app.get("/columns", response_model=UserOut)
async def columns_ok(session: SessionDep) -> object:
    return await session.get_one(User, 1)


@app.get("/loaded", response_model=list[UserWithPosts])
async def loaded_ok(session: SessionDep) -> object:
    return (await session.scalars(select(User).options(selectinload(User.posts)))).all()


@app.get("/refreshed", response_model=UserWithPosts)
async def refreshed_ok(session: SessionDep) -> object:
    user = await session.get_one(User, 1)
    await session.refresh(user, ["posts"])
    return user


@app.get("/plain", response_model=UserWithPosts)
def plain_ok(session: Annotated[Session, Depends(get_plain_session)]) -> object:
    return session.get(User, 1)


@app.get("/prepared", response_model=Prepared)
async def prepared_ok(session: SessionDep) -> object:
    return await session.get_one(User, 1)


@app.get("/made", response_model=UserWithPosts)
async def made_ok(session: SessionDep) -> object:
    user = await session.get_one(User, 1)
    return {"id": user.id, "name": user.name}


@app.get("/none", response_model=None)
async def none_ok(session: SessionDep) -> object:
    return (await session.get_one(User, 1)).id


@app.get("/wrapped", response_model=UserWithPosts)
@by_hand
async def wrapped_ok(session: SessionDep) -> object:
    return await session.get_one(User, 1)


async def no_operation_ok(session: SessionDep) -> object:
    return await session.get_one(User, 1)


@app.get("/several", response_model=UserWithPosts | UserOut)
async def several_ok(session: SessionDep) -> object:
    return await session.get_one(User, 1)
