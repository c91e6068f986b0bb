"""The asynchronous endpoints; a framework gives each request a session."""

import asyncio

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from dashboard.export import export
from dashboard.models import Chart, Dashboard

background: set[asyncio.Task[None]] = set()


async def count_dashboards(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Dashboard)) or 0


async def count_charts(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Chart)) or 0


async def add_view(session: AsyncSession, key: int) -> None:
    dashboard = await session.get_one(Dashboard, key)
    dashboard.views += 1
    await session.commit()


async def statistics(session: AsyncSession) -> dict[str, int]:
    dashboards, charts = await asyncio.gather(count_dashboards(session), count_charts(session))  # error: [session-task]
    return {"dashboards": dashboards, "charts": charts}


async def show(session: AsyncSession, key: int) -> str:
    background.add(asyncio.create_task(add_view(session, key)))  # error: [session-task]
    dashboard = await session.get_one(Dashboard, key)
    return dashboard.title


async def download(session: Session, key: int) -> str:
    return await asyncio.to_thread(export, session, key)  # error: [session-handover]


async def statistics_fixed(session: AsyncSession) -> dict[str, int]:
    return {"dashboards": await count_dashboards(session), "charts": await count_charts(session)}


async def add_view_fixed(factory: async_sessionmaker[AsyncSession], key: int) -> None:
    async with factory() as session:
        await add_view(session, key)


async def show_fixed(session: AsyncSession, factory: async_sessionmaker[AsyncSession], key: int) -> str:
    background.add(asyncio.create_task(add_view_fixed(factory, key)))
    dashboard = await session.get_one(Dashboard, key)
    return dashboard.title


async def download_fixed(session: AsyncSession, key: int) -> str:
    return await session.run_sync(export, key)
