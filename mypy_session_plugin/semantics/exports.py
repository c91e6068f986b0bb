"""The one full name of what libraries export under several: the name that mypy gives it."""

from __future__ import annotations

from mypy_session_plugin.facts.effects import PHANTOM_MODULE, PHANTOM_PACKAGE

_SAME_MODULE = {
    "typing_extensions": "typing",
    "collections.abc": "typing",
    PHANTOM_MODULE: PHANTOM_PACKAGE,
}
_TYPING_SPELLINGS = {
    "typing.Dict": "builtins.dict",
    "typing.FrozenSet": "builtins.frozenset",
    "typing.List": "builtins.list",
    "typing.Set": "builtins.set",
    "typing.Tuple": "builtins.tuple",
    "typing.Type": "builtins.type",
}
_DEFINING_MODULES: dict[str, dict[str, tuple[str, ...]]] = {
    "asyncio": {
        "asyncio.events": ("AbstractEventLoop", "get_event_loop", "get_running_loop", "new_event_loop"),
        "asyncio.futures": ("Future",),
        "asyncio.runners": ("Runner", "run"),
        "asyncio.taskgroups": ("TaskGroup",),
        "asyncio.tasks": (
            "Task",
            "as_completed",
            "create_task",
            "ensure_future",
            "gather",
            "run_coroutine_threadsafe",
            "shield",
            "wait",
            "wait_for",
        ),
        "asyncio.threads": ("to_thread",),
    },
    "concurrent.futures": {
        "concurrent.futures._base": ("Executor", "Future", "as_completed", "wait"),
        "concurrent.futures.process": ("ProcessPoolExecutor",),
        "concurrent.futures.thread": ("ThreadPoolExecutor",),
    },
    "dill": {"dill._dill": ("dump", "dumps")},
    "eventlet": {
        "eventlet.greenpool": ("GreenPile", "GreenPool"),
        "eventlet.greenthread": ("spawn", "spawn_after", "spawn_n"),
    },
    "sqlalchemy": {
        "sqlalchemy.engine.result": ("MappingResult", "Result", "ScalarResult"),
        "sqlalchemy.engine.row": ("Row", "RowMapping"),
        "sqlalchemy.sql.dml": ("Delete", "Insert", "Update", "UpdateBase"),
        "sqlalchemy.sql.elements": ("TextClause",),
        "sqlalchemy.sql.selectable": ("Select",),
    },
    "sqlalchemy.ext.asyncio": {
        "sqlalchemy.ext.asyncio.result": ("AsyncMappingResult", "AsyncResult", "AsyncScalarResult"),
        "sqlalchemy.ext.asyncio.scoping": ("async_scoped_session",),
        "sqlalchemy.ext.asyncio.session": ("AsyncSession", "AsyncSessionTransaction", "async_sessionmaker"),
    },
    "sqlalchemy.orm": {
        "sqlalchemy.orm.query": ("Query",),
        "sqlalchemy.orm.scoping": ("scoped_session",),
        "sqlalchemy.orm.session": (
            "Session",
            "SessionTransaction",
            "make_transient",
            "make_transient_to_detached",
            "object_session",
            "sessionmaker",
        ),
    },
}
REEXPORTED = {
    f"{package}.{name}": f"{module}.{name}"
    for package, modules in _DEFINING_MODULES.items()
    for module, names in modules.items()
    for name in names
}
"""From the name under which a package exports something to the name of what it exports."""


def canonical_name(full_name: str) -> str:
    """The full name that mypy gives to something, from any name under which a library exports it.

    Typing names have one spelling: `collections.abc.Sequence` and `typing_extensions.Sequence` are `typing.Sequence`.
    A name whose exports are not known comes back unchanged.
    """
    module, _, name = full_name.rpartition(".")
    full_name = f"{_SAME_MODULE.get(module, module)}.{name}" if module else name
    full_name = _TYPING_SPELLINGS.get(full_name, full_name)
    return REEXPORTED.get(full_name, full_name)
