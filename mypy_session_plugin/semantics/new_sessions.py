"""A session that is made while a function runs."""

from __future__ import annotations

from mypy.nodes import Context

from mypy_session_plugin.facts.identities import SessionIdentity
from mypy_session_plugin.facts.objects import SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.session_life import MADE, NOT_FOLLOWED
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.transactions import Standing, TransactionFacts
from mypy_session_plugin.facts.values import ObjectId, Value
from mypy_session_plugin.facts.work import Work
from mypy_session_plugin.semantics.factories import BOUND, Setting
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.shapes import SessionShape


def new_session(
    store: Store, shape: SessionShape, node: Context, settings: dict[str, Setting], made: bool = False
) -> Value:
    """A session that this function makes, or that a factory has `made` for it: its whole life is seen.

    What it is bound to, where that is not known for an engine, may be a connection, with which its life ends.
    """
    bound = settings.get(BOUND) == frozenset({True})
    lent = not bound and BOUND in settings
    facts = SessionFacts(
        shape.class_name,
        "",
        made_here=True,
        registry=shape.registry,
        autoflush=settings["autoflush"],
        expire_on_commit=settings["expire_on_commit"],
        holds_new=False,
        life=NOT_FOLLOWED if shape.registry or lent else MADE,
        overridden=shape.overridden,
        work=Work(bound=bound, dirty=not bound, made=made),
        transaction=TransactionFacts(
            frozenset({Standing()}), reusable=settings["close_resets_only"], autobegin=settings["autobegin"]
        ),
        identity=SessionIdentity(fresh=True),
        origin=Origin(node.line, "opened"),
    )
    return frozenset({store.create(ObjectId("construct", site_of(node)), facts)})
