"""`await instance.awaitable_attrs.name`: the attribute is read where the session can load it.

Source: https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncAttrs
"""

from __future__ import annotations

from mypy.nodes import MemberExpr

from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE_VALUE, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import Await, LoadAttribute
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import attribute_reads, sessions, work
from mypy_session_plugin.semantics.instances import instances_of
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.related import RelatedAttributes
from mypy_session_plugin.semantics.world import World

#: The class that gives an instance its awaitable attributes, and the name of what gives them.
MIXIN, NAME = "sqlalchemy.ext.asyncio.session.AsyncAttrs", "awaitable_attrs"
#: What stands for all awaitable attributes of an instance, and for one.
ALL, ONE = f"{MIXIN}.{NAME}", f"{MIXIN}.{NAME}.one"


class AwaitedAttributes:
    """Follows the awaitable attributes that one graph reads."""

    def __init__(self, world: World, related: RelatedAttributes) -> None:
        self._world = world
        self._related = related
        #: The attributes by what stands for them, each as if it were read of the instance itself.
        self._plain: dict[object, MemberExpr] = {}

    def read(self, instruction: LoadAttribute, owner: Value, store: Store) -> Value | None:
        """What stands for all awaitable attributes of an instance, or for one of them; None for all else."""
        node = instruction.node
        if not isinstance(node, MemberExpr):
            return None
        if instruction.name == NAME and instances_of(store, owner) and self._is_given(node):
            return self._stand_for(ALL, owner, node, store)
        of_instance = _held(store, owner, ALL)
        if of_instance is None or not isinstance(node.expr, MemberExpr):
            return None
        plain = MemberExpr(node.expr.expr, instruction.name)
        plain.set_line(node)
        self._plain.setdefault((ONE, site_of(node)), plain)
        return self._stand_for(ONE, of_instance, node, store)

    def wait(self, value: Value, instruction: Await, store: Store) -> Value | None:
        """What awaiting one of them gives, after it was loaded; None for all else."""
        owner = _held(store, value, ONE)
        plain = next((self._plain.get(item.site) for item in objects(value)), None)
        if owner is None or plain is None:
            return None
        sessions.may_load(store, owner)
        work.read_attribute(store, owner, related=True)
        attribute_reads.read_in_greenlet(self._world, store, instruction.node, plain, owner)
        related = self._related.of(plain, plain.name, owner, store)
        if related is None:
            return self._world.typed_value(store, instruction.node, "result")
        held = self._related.read(related, plain, store)
        return held if related.relationship.many else held | NONE_VALUE

    def _is_given(self, node: MemberExpr) -> bool:
        """Whether the class of an instance has its awaitable attributes from SQLAlchemy."""
        info = info_of(self._world.type(node.expr))
        bases = [] if info is None else [base.fullname for base in info.mro if NAME in base.names]
        return bases[:1] == [MIXIN]

    def _stand_for(self, what: str, owner: Value, node: MemberExpr, store: Store) -> Value:
        identity = ObjectId("awaitable", (what, site_of(node)))
        return frozenset({store.create(identity, LibraryFacts(what, holds=owner))})


def _held(store: Store, value: Value, what: str) -> Value | None:
    """The instances whose awaitable attributes an object stands for; None if it may be something else."""
    only = next(iter(value)) if len(value) == 1 else None
    facts = store.heap.get(only) if isinstance(only, ObjectId) else None
    return facts.holds if isinstance(facts, LibraryFacts) and facts.class_name == what else None
