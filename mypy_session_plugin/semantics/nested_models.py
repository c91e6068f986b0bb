"""Models in models: what fields that are models read of the instances in relationships.

A reference is followed where it is certainly loaded.  A collection may be empty, which reads nothing: of it only those
count that were certainly put into it.  A field that may be None is read of an instance that was certainly put there.
Source: https://docs.pydantic.dev/latest/concepts/models/#nested-attributes
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mypy.nodes import Context, Expression, IndexExpr, MemberExpr, NameExpr, TypeInfo

from mypy_session_plugin.facts.loading import Attribute
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE_VALUE, Value, objects
from mypy_session_plugin.semantics import attribute_reads, linking, loads
from mypy_session_plugin.semantics.events import Reader
from mypy_session_plugin.semantics.instances import facts_in
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.mapped import attribute_type
from mypy_session_plugin.semantics.model_fields import Part, fields, is_made_from_attributes, parts
from mypy_session_plugin.semantics.related import Access, RelatedAttributes
from mypy_session_plugin.semantics.world import World

Tell = Callable[[World, Store, Context, Value, Reader, TypeInfo], None]


class Making(NamedTuple):
    """A model is made at a node: by whom, and the exception that it makes of any other.

    `of_any`: this model and all in it are made from attributes, whatever their settings say.  `tell` follows one read.
    """

    node: Context
    by: str
    raises: str
    of_any: bool
    tell: Tell


class Made(NamedTuple):
    """What a model is made of: the instance, as it would be written, and its class.

    `within` are the models around this one, with itself; `along` is the loader option that leads here.
    """

    value: Value
    read: Expression
    info: TypeInfo
    within: tuple[TypeInfo, ...]
    along: str = ""


def read_model(world: World, store: Store, making: Making, made: Made) -> None:
    """A model reads what its fields are called, and what those that are models read of that."""
    names = list(fields(made.within[-1]))
    for name in names:
        read = MemberExpr(made.read, name)
        read.set_line(making.node)
        reader = Reader(read, making.by, making.raises, along=made.along)
        making.tell(world, store, making.node, made.value, reader, made.info)
    runs_code = any(attribute_reads.runs_code(world, made.info, name) for name in names)
    for inner in _parts(world, store, making, made):
        if runs_code:
            loads.shown(store, objects(inner.value))
        read_model(world, store, making, inner)


def _parts(world: World, store: Store, making: Making, made: Made) -> Iterator[Made]:
    """What the fields of a model are made of that are models."""
    for part in parts(made.within[-1]):
        attributes = world.shapes.attributes
        attribute, target = attributes.of(made.info, part.name), attributes.target(made.info, part.name)
        if attribute is None or target is None or part.model in (*made.within, *target.mro):
            continue
        is_made = making.of_any or is_made_from_attributes(part.model)
        if is_made and _is_loaded(store, made.value, attribute):
            yield from _held(world, store, making, made, part, target)


def _is_loaded(store: Store, owner: Value, attribute: Attribute) -> bool:
    instances = facts_in(store, owner)
    is_known = bool(instances) and len(instances) == len(owner - NONE_VALUE)
    return is_known and loads.are_loaded(instances, attribute)


def _held(world: World, store: Store, making: Making, made: Made, part: Part, target: TypeInfo) -> Iterator[Made]:
    """The instances in a relationship that are certainly there."""
    attributes = RelatedAttributes(world)
    related = attributes.of_class(made.info, part.name, made.value, store)
    if related is None or related.relationship.many is not part.many:
        return
    read = MemberExpr(made.read, part.name)
    path = f"{made.info.name}.{part.name}"
    within = (*made.within, part.model)
    if part.many:
        element = IndexExpr(read, NameExpr("..."))
        for item in linking.certain_elements(store, related):
            yield Made(frozenset({item}), element, target, within, f"{made.along}selectinload({path}).")
        return
    certain = linking.certain_reference(store, related)
    if certain is None and part.optional:
        return
    site = (site_of(making.node), (made.along, part.name))
    access = Access(made.info, part.name, attribute_type(made.info, part.name), site, making.node.line)
    value = attributes.reference(related, access, store)
    yield Made(value - NONE_VALUE, read, target, within, f"{made.along}joinedload({path}).")
