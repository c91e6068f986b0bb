"""`awaitable_attrs`: what is awaited by its name is loaded, and nothing else."""

import asyncio

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import Base, User


class Shop(AsyncAttrs, Base):
    __tablename__ = "shops"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    text: Mapped[str] = mapped_column(deferred=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    owner: Mapped[User | None] = relationship()
    goods: Mapped[list["Good"]] = relationship(back_populates="shop")
    hidden: Mapped[list["Good"]] = relationship(viewonly=True)


class Good(AsyncAttrs, Base):
    __tablename__ = "goods"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    shop: Mapped[Shop] = relationship(back_populates="goods")
    prices: Mapped[list["Price"]] = relationship()


class Price(Base):
    __tablename__ = "prices"
    id: Mapped[int] = mapped_column(primary_key=True)
    good_id: Mapped[int] = mapped_column(ForeignKey("goods.id"))


async def another_bad(session: AsyncSession) -> int:
    shop = await session.get_one(Shop, 1)
    await shop.awaitable_attrs.goods
    return len(shop.hidden)  # error: [session-implicit-io] "shop.hidden" is not loaded (loaded at line 38 without it)


async def a_column_bad(session: AsyncSession) -> str:
    shop = await session.get_one(Shop, 1)
    for good in await shop.awaitable_attrs.goods:
        print(good.id)
    return shop.text  # error: [session-implicit-io]


async def never_awaited_bad(session: AsyncSession) -> int:
    shop = await session.get_one(Shop, 1)
    shop.awaitable_attrs.goods
    return len(shop.goods)  # error: [session-implicit-io]


async def of_each_bad(session: AsyncSession) -> list[int]:
    shops = (await session.scalars(select(Shop))).all()
    for shop in shops:
        await shop.awaitable_attrs.goods
    return [len(shop.hidden) for shop in shops]  # error: [session-implicit-io]


async def awaited_ok(session: AsyncSession) -> int:
    shop = await session.get_one(Shop, 1)
    await shop.awaitable_attrs.goods
    await shop.awaitable_attrs.text
    return len(shop.goods) + len(shop.text)


async def awaited_later_ok(session: AsyncSession) -> int:
    shop = await session.get_one(Shop, 1)
    attributes = shop.awaitable_attrs
    goods = attributes.goods
    await goods
    return len(shop.goods)


async def awaited_by_another_ok(session: AsyncSession) -> int:
    shop = await session.get_one(Shop, 1)
    await asyncio.wait_for(shop.awaitable_attrs.goods, 3)
    return len(shop.goods)


async def each_is_awaited_ok(session: AsyncSession) -> list[int]:
    shops = (await session.scalars(select(Shop))).all()
    for shop in shops:
        await shop.awaitable_attrs.goods
    return [len(shop.goods) for shop in shops]


async def by_a_name_of_its_own_ok(session: AsyncSession, name: str) -> int:
    shop = await session.get_one(Shop, 1)
    await getattr(shop.awaitable_attrs, name)
    return len(shop.goods)


async def expired_ok(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as session:
        shop = await session.get_one(Shop, 1)
        await session.commit()
        await shop.awaitable_attrs.goods
        return shop.name


async def the_same_instance_ok(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as session:
        owner = await session.get_one(User, 1)
        await session.commit()
        shop = (await session.scalars(select(Shop))).one()
        await shop.awaitable_attrs.owner
        return owner.name


async def may_be_none_ok(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as session:
        shop = await session.get_one(Shop, 1)
        owner = await shop.awaitable_attrs.owner
        if owner is None:
            await session.refresh(shop, ["hidden"])
        else:
            return str(owner.name)
        return str(len(shop.hidden))
