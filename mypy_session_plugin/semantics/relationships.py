"""What a class's attributes are as relationships, from what mypy keeps of it: annotations and declared arguments."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import TypeInfo, Var
from mypy.types import Type, get_proper_type

from mypy_session_plugin.facts.links import (
    ALL_CASCADES,
    DEFAULT_CASCADES,
    DELETE_ORPHAN,
    Cascades,
    Classes,
    Relationship,
)
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.mypy_compat.class_bodies import KEY, RELATIONSHIPS
from mypy_session_plugin.mypy_compat.loading_bodies import ANY_ATTRIBUTE, VALIDATED
from mypy_session_plugin.mypy_compat.types import info_of, is_none, union_items
from mypy_session_plugin.semantics.mapped import attribute_type, bases_of

#: The cascades that lead from the instance of an operation to others.
FOLLOWED = ("save-update", "merge", "delete", "expunge", "refresh-expire", DELETE_ORPHAN)
#: The type arguments that name the element of a collection: the last one of these.
COLLECTIONS = frozenset(
    {
        "builtins.list",
        "builtins.set",
        "builtins.dict",
        "typing.Sequence",
        "typing.MutableSequence",
        "typing.Collection",
        "typing.AbstractSet",
        "typing.MutableSet",
        "typing.Mapping",
        "typing.MutableMapping",
    }
)


class Relationships:
    """Answers for all classes of one build; whatever it cannot read it does not know."""

    def __init__(self) -> None:
        self._found: dict[tuple[TypeInfo, str], Relationship | None] = {}
        self._cascades: dict[TypeInfo, Cascades] = {}

    def of(self, info: TypeInfo | None, name: str) -> Relationship | None:
        """The relationship that an attribute is, None for what is none or is not known."""
        if info is None:
            return None
        key = (info, name)
        if key not in self._found:
            self._found[key] = _read(info, name)
        return self._found[key]

    def cascades(self, info: TypeInfo) -> Cascades:
        """Where an operation on an instance of the class may lead."""
        found = self._cascades.get(info)
        if found is None:
            reached = {kind: self._reach(info, kind) for kind in FOLLOWED}
            found = Cascades({kind: classes for kind, classes in reached.items() if classes is not None})
            self._cascades[info] = found
        return found

    def _reach(self, info: TypeInfo, kind: str) -> Classes | None:
        reached: set[TypeInfo] = set()
        waiting, seen = [info], {info}
        while waiting:
            current = waiting.pop()
            for name, declaration in declarations(current):
                relationship = self.of(current, name)
                if declaration is None or relationship is None:
                    return None
                if kind not in relationship.cascades:
                    continue
                target = target_of(current, name)[0]
                if target is None:
                    return None
                reached.add(target)
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
            if is_opaque(current):
                return None
        names = frozenset(target.fullname for target in reached)
        return Classes(names, frozenset().union(*map(bases_of, reached)))


def declarations(info: TypeInfo) -> Iterator[tuple[str, object]]:
    """The relationships declared by the class and its bases."""
    seen: set[str] = set()
    for base in info.mro:
        for name, declaration in kept(base).get(RELATIONSHIPS, {}).items():
            if name not in seen:
                seen.add(name)
                yield name, declaration


def kept(info: TypeInfo) -> dict[str, dict[str, object]]:
    """What was read in the body of the class."""
    found: dict[str, dict[str, object]] = info.metadata.get(KEY, {})
    return found


def is_validated(info: TypeInfo, name: str) -> bool:
    """Whether a method of the class (`@validates`) is called where an attribute is assigned."""
    return any({name, ANY_ATTRIBUTE} & set(kept(base).get(VALIDATED, ())) for base in info.mro)


def is_opaque(info: TypeInfo) -> bool:
    """Whether a class, or a base, declares relationships or a hierarchy in a way that is not read."""
    return info.fallback_to_any or any(kept(base).get("opaque") for base in info.mro)


def _declared(info: TypeInfo, name: str) -> dict[str, str] | None:
    """What the class that defines the attribute declares of it."""
    for base in info.mro:
        if name in base.names:
            declaration = kept(base).get(RELATIONSHIPS, {}).get(name)
            return declaration if isinstance(declaration, dict) else None
    return None


def _read(info: TypeInfo, name: str) -> Relationship | None:
    found = _as_declared(info, name)
    target = target_of(info, name)[0]
    if found is None or target is None:
        return found
    other_side = found.reverse is not None and is_validated(target, found.reverse)
    return replace(found, validated=True) if other_side or is_validated(info, name) else found


def _as_declared(info: TypeInfo, name: str) -> Relationship | None:
    declared = _declared(info, name)
    target, many = target_of(info, name)
    if declared is None or target is None:
        return None
    if "viewonly" in declared:
        return Relationship(name, frozenset(), many=many)
    cascades = _parsed(declared.get("cascade"))
    if "backref" in declared:
        # What a `backref` makes of a collection is one too where many are linked with many, which is not told here.
        return Relationship(name, cascades, declared["backref"], _parsed(declared.get("backref_cascade")), many, True)
    reverse = declared.get("back_populates")
    if reverse is None:
        return Relationship(name, cascades, many=many)
    back = _declared(target, reverse)
    if back is None:
        return None
    several = target_of(target, reverse)[1]
    return Relationship(name, cascades, reverse, _parsed(back.get("cascade")), many, several)


def _parsed(text: str | None) -> frozenset[str]:
    """The cascades of a `cascade=`, as SQLAlchemy reads it."""
    if text is None:
        return DEFAULT_CASCADES
    names = {part.strip() for part in text.split(",")} - {""}
    return frozenset(names - {"all", "none"}) | (ALL_CASCADES if "all" in names else frozenset())


def target_of(info: TypeInfo, name: str) -> tuple[TypeInfo | None, bool]:
    """The class that a relationship's annotation names, and whether it is a collection of it."""
    symbol = info.get(name)
    if symbol is None or not isinstance(symbol.node, Var):
        return None, False
    return _element(attribute_type(info, name))


def _element(type_: Type | None) -> tuple[TypeInfo | None, bool]:
    items = [] if type_ is None else [item for item in union_items(type_) if not is_none(item)]
    found = info_of(items[0]) if len(items) == 1 else None
    if found is None or found.fullname not in COLLECTIONS:
        return found, False
    arguments = getattr(get_proper_type(items[0]), "args", ())
    return (info_of(arguments[-1]) if arguments else None), True
