"""SQL that a coroutine sends through the `sync_session` of an AsyncSession: nothing there waits for the answer.

What `run_sync()` calls is no coroutine: it runs in a greenlet, which waits.
"""

from __future__ import annotations

from mypy.nodes import CallExpr, FuncDef, MemberExpr

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.events import SyncSqlEvent
from mypy_session_plugin.semantics.shapes import ASYNC_SESSIONS
from mypy_session_plugin.semantics.world import World

SYNC_SESSION = "sync_session"
#: Methods that send SQL whatever the session has.
SENDING = frozenset({"execute", "scalar", "scalars"})


def sent(world: World, store: Store, node: CallExpr, site: CallSite) -> None:
    """Let the rules see a call that sends SQL through the session inside an AsyncSession."""
    callee, unit = node.callee, world.unit
    if not isinstance(callee, MemberExpr) or callee.name not in SENDING or site.overridden:
        return
    inner = callee.expr
    if not isinstance(inner, MemberExpr) or inner.name != SYNC_SESSION:
        return
    owner = info_of(world.type(inner.expr))
    in_coroutine = isinstance(unit, FuncDef) and unit.is_coroutine
    if in_coroutine and owner is not None and owner.fullname in ASYNC_SESSIONS:
        world.listener(SyncSqlEvent(node, inner.expr, world.raising), store)
