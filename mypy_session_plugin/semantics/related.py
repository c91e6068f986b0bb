"""Attributes of instances that are relationships, or may be: what reading one gives and assigning to one does."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from mypy.nodes import Context, MemberExpr, TypeInfo
from mypy.types import Type

from mypy_session_plugin.facts.links import DELETE_ORPHAN
from mypy_session_plugin.facts.loads import Basis
from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, Related
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, NONE_VALUE, NOTHING_KNOWN, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import StoreAttribute
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import containers, linking, loading_calls, loads, sessions
from mypy_session_plugin.semantics.instances import RELATED, instances_of, lose, widen_links
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.mapped import attribute_type
from mypy_session_plugin.semantics.shapes import UNSEEN, Collection, Entity, Shape, with_states, without_states
from mypy_session_plugin.semantics.transactions import forget_unflushed
from mypy_session_plugin.semantics.world import World, with_none


class Access(NamedTuple):
    """A relationship of a class as it is read somewhere; `site` tells what is read there from all else."""

    info: TypeInfo | None
    name: str
    type: Type | None
    site: Hashable
    line: int


class RelatedAttributes:
    """The relationships of the instances in one graph."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, node: Context, name: str, owner: Value, store: Store) -> Related | None:
        """The relationship of known instances that an attribute is; None for every other attribute."""
        if not isinstance(node, MemberExpr):
            return None
        return self.of_class(info_of(self._world.type(node.expr)), name, owner, store)

    def of_class(self, info: TypeInfo | None, name: str, owner: Value, store: Store) -> Related | None:
        """The same for instances of this class."""
        if owner >= NOTHING_KNOWN or not instances_of(store, owner):
            return None
        relationship = self._world.shapes.relationships.of(info, name)
        return None if relationship is None else Related(owner - NONE_VALUE, relationship)

    def read(self, related: Related, node: Context, store: Store) -> Value:
        """What a relationship of an instance holds: what was put into it here, and what the session loads."""
        access = self._access(node)
        if not related.relationship.many:
            return self.reference(related, access, store)
        shape = self._world.shape(node)
        kind = shape.kind if isinstance(shape, Collection) else "list"
        facts = ContainerFacts(kind, self._contents(related, access, store), related=related)
        return frozenset({store.create(ObjectId("attribute", access.site), facts)})

    def reference(self, related: Related, access: Access, store: Store) -> Value:
        """The instance that a relationship to one holds, or None."""
        certain = linking.certain_reference(store, related)
        return frozenset({certain}) if certain is not None else self._contents(related, access, store)

    def _access(self, node: Context) -> Access:
        if not isinstance(node, MemberExpr):
            return Access(None, "", None, site_of(node), node.line)
        type_ = self._world.type(node)
        return Access(info_of(self._world.type(node.expr)), node.name, type_, site_of(node), node.line)

    def _contents(self, related: Related, access: Access, store: Store) -> Value:
        """The instances that a relationship may hold: elements of which there are many, or one and perhaps None."""
        many = related.relationship.many
        shape = without_states(self._element_shape(access))
        held: Value = linking.held(store, related)
        if not isinstance(shape, Entity):
            return held | NOTHING_KNOWN
        if many and linking.never_loads(store, related):
            return held
        maker = Maker(store, "attribute", None)
        session = linking.loads_from(store, related, shape.class_name, shape.bases)
        if session is not None:
            shape = with_states(shape, frozenset({State.PERSISTENT}))
            origin, of_session = self._came_along(related, access, store), frozenset({session})
            if origin is not None:
                loaded = loading_calls.loads_along(store, related, origin, of_session)
            else:
                origin = Origin(access.line, "loaded")
                loaded = loading_calls.loads_of_related(self._world, store, related, origin)
            maker = Maker(store, "attribute", origin, of_session, loaded)
        elif (known := self._gone_together(related, access, store)) is not None:
            shape = with_states(shape, frozenset({State.DETACHED}))
            row = self._came_along(related, access, store) or known
            maker = Maker(store, "attribute", known, loads=loading_calls.loads_along(store, related, row, None))
        site = (access.site, "element") if many else access.site
        value = maker.value(shape, site, older=many) | held
        return value if many else with_none(value, access.type)

    def _gone_together(self, related: Related, access: Access, store: Store) -> Origin | None:
        """What detached the owner with all that came along with its row, if anything certainly has."""
        only = _only(related, store)
        if only is None or self._came_along(related, access, store) is None:
            return None
        ways = [(item, origin) for item, origin in only.situations.items() if not loads.is_taken_back(only, item)]
        left = all(isinstance(item, Situation) and item.state is State.DETACHED and not item.alone for item, _ in ways)
        return ways[0][1] if left and ways else None

    def _came_along(self, related: Related, access: Access, store: Store) -> Origin | None:
        """What has loaded the owner, if what the relationship holds was loaded by that."""
        only, attribute = _only(related, store), self._world.shapes.attributes.of(access.info, access.name)
        if only is None or attribute is None or not loads.came_along(only, attribute):
            return None
        return only.loads.bases[Basis.ROW]

    def _element_shape(self, access: Access) -> Shape:
        if access.info is None:
            return UNSEEN
        shape = self._world.shapes.of(attribute_type(access.info, access.name))
        return shape.element if isinstance(shape, Collection) else shape

    def assign(self, instruction: StoreAttribute, value: Value, store: Store) -> bool:
        """An attribute is assigned; False for one that is no relationship known by its mapping."""
        owner, node = store.value(instruction.object), instruction.node
        related = self.of(node, instruction.name, owner, store)
        if related is None:
            containers.link_all(store, value)
            if instances_of(store, owner):
                self._relate(instruction, owner, value, store)
            return False
        forget_unflushed(store)
        if related.relationship.many:
            sessions.may_load(store, related.owner)
        if related.relationship.many or DELETE_ORPHAN in related.relationship.cascades:
            linking.take_any(store, related, self._contents(related, self._access(node), store))
        if related.relationship.many:
            for element in containers.each_of(store, value):
                linking.put_in(store, related, element, node.line)
        else:
            linking.assign(store, related, value, node.line)
        return True

    def _relate(self, instruction: StoreAttribute, owner: Value, value: Value, store: Store) -> None:
        """An attribute of an instance is set: the next flush may delete what was in a relationship, as an orphan."""
        target = instruction.node
        info = info_of(self._world.type(target.expr)) if isinstance(target, MemberExpr) else None
        shape = self._world.shapes.of(attribute_type(info, instruction.name))
        given = [store.heap.get(item) for item in objects(value)]
        if isinstance(shape, RELATED) or any(isinstance(facts, (InstanceFacts, ContainerFacts)) for facts in given):
            widen_links(store, objects(owner))
            forget_unflushed(store)
        if isinstance(shape, Entity) and NONE in value:
            lose(store, owner)
        elif isinstance(shape, Collection) and isinstance(shape.element, Entity):
            lose(store, Maker(store, "left", None).value(shape.element, site_of(instruction.node), older=True))


def _only(related: Related, store: Store) -> InstanceFacts | None:
    """The one instance that certainly has the relationship."""
    facts = [store.heap[item] for item in related.owner if isinstance(item, ObjectId)]
    only = facts[0] if len(facts) == len(related.owner) == 1 else None
    return only if isinstance(only, InstanceFacts) else None
