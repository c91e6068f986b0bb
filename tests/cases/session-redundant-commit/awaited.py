"""Attributes that are awaited after a commit: what it has expired is loaded through the session."""

from sqlalchemy import String
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(AsyncAttrs, DeclarativeBase): ...


class Country(Base):
    __tablename__ = "countries"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


async def awaited_after_it_ok(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as session:
        country = await session.get_one(Country, 1)
        await session.commit()
        name: str = await country.awaitable_attrs.name
        return name


async def awaited_before_it_bad(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as session:
        country = await session.get_one(Country, 1)
        name: str = await country.awaitable_attrs.name
        await session.commit()  # error: [session-redundant-commit]
        return name
