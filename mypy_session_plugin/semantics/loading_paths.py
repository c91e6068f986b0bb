"""Where one statement comes to the same class in several ways: an instance may be what each of them has loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.nodes import TypeInfo

from mypy_session_plugin.facts.loading import UNKNOWN_OPTIONS, Options, Strategy
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.semantics.attributes import Attributes

#: Statements that come to more places than this are not understood.
MOST = 64


@dataclass(frozen=True, slots=True)
class _Place:
    """What a statement loads at the end of some relationships: of which class (None: unknown), and how.

    `root` is the position of the entity among those that are selected.
    """

    root: int
    path: tuple[str, ...]
    info: TypeInfo | None
    options: Options


def met_elsewhere(selected: Sequence[tuple[TypeInfo, Options]], attributes: Attributes) -> Options:
    """The options of the first entity, less what other ways to the same instances may load beside.

    An instance that two of them find has all that either loads.
    """
    options = selected[0][1]
    if options.unknown:
        return options
    places: list[_Place] = []
    for root, (info, said) in enumerate(selected):
        for place in _places(_Place(root, (), info, said), (), attributes):
            places.append(place)
            if len(places) > MOST:
                return UNKNOWN_OPTIONS
    changed: dict[tuple[str, ...], Options] = {}
    for place in places:
        widened = place.options
        for other in places:
            if other is not place and place.root == 0 and _may_be_one(place.info, other.info):
                widened = _widened(widened, other.options)
        if widened != place.options:
            changed[place.path] = widened
    for path in sorted(changed, key=len):
        options = _with(options, path, changed[path])
    return options


def _places(place: _Place, above: tuple[TypeInfo, ...], attributes: Attributes) -> Iterator[_Place]:
    """A place and those that are loaded with it; the mapping alone leads to no class again that it has passed."""
    yield place
    info = place.info
    if info is None or place.options.unknown:
        return
    passed, named = (*above, info), {name for name, _said in (*place.options.named, *place.options.nested)}
    for name in attributes.relationships(info):
        attribute = attributes.of(info, name)
        if attribute is None or not attribute.is_relationship:
            continue
        if place.options.strategy(attribute) not in (Strategy.EAGER, Strategy.UNKNOWN):
            continue
        target = attributes.target(info, name)
        if name in named or not any(_may_be_one(target, item) for item in passed):
            below = _Place(place.root, (*place.path, name), target, place.options.below(name))
            yield from _places(below, passed, attributes)


def _may_be_one(one: TypeInfo | None, other: TypeInfo | None) -> bool:
    return one is None or other is None or one in other.mro or other in one.mro


def _widened(options: Options, other: Options) -> Options:
    """The options of an instance that another way may have loaded as well: what is loaded stays so."""
    if options.unknown:
        return options
    named, theirs = dict(options.named), dict(other.named)
    for name in {**named, **theirs}:
        if named.get(name) is not Strategy.EAGER and (other.unknown or named.get(name) is not theirs.get(name)):
            named[name] = Strategy.UNKNOWN
    groups = dict(options.groups) | {
        name: Strategy.UNKNOWN for name, strategy in other.groups if (name, strategy) not in options.groups
    }
    mine = (options.relationships or options.all_relationships, options.columns or options.all_columns)
    others = (other.relationships or other.all_relationships, other.columns or other.all_columns)
    kept = [
        ours is Strategy.EAGER or (ours is item and not other.unknown) for ours, item in zip(mine, others, strict=True)
    ]
    return replace(
        options,
        named=frozenset(named.items()),
        groups=frozenset(groups.items()),
        relationships=options.relationships if kept[0] else Strategy.UNKNOWN,
        columns=options.columns if kept[1] else Strategy.UNKNOWN,
    )


def _with(options: Options, path: tuple[str, ...], changed: Options) -> Options:
    """The options with others at the end of some relationships, below which they stay as they are."""
    if not path:
        return replace(changed, nested=options.nested)
    nested = dict(options.nested)
    nested[path[0]] = _with(options.below(path[0]), path[1:], changed)
    return replace(options, nested=frozenset(nested.items()))
