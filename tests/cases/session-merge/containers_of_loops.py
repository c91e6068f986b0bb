"""Instances that a loop takes out of a container and puts back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import User


async def taken_out_and_put_back_bad(session: AsyncSession, names: list[str], more: bool, skip: bool) -> int:
    found: list[User] = []
    if more:
        found = list((await session.scalars(select(User))).all())
    for name in names:
        found.extend((await session.scalars(select(User).where(User.name == name))).all())
    by_name = {user.name: user for user in found}
    for name in names:
        user = by_name.get(name)
        if user is not None and user.name == "x":
            continue
        if user is None:
            user = User(name=name)
        else:
            user.name = name
        by_name[name] = user
        session.add(user)
        if skip:
            continue
    await session.flush()
    user = await session.get_one(User, 1)
    await session.merge(user)  # error: [session-merge]
    return len(by_name)
