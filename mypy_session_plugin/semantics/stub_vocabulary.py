"""The closed vocabulary of session stubs: the phantom types and the effect decorators with their arguments.

The names themselves, for the authors of stubs, are in `mypy_session_plugin.phantom` and `mypy_session_plugin.effects`;
a test holds both equal.
"""

from __future__ import annotations

from mypy_session_plugin.facts.effects import PHANTOM_PACKAGE, When
from mypy_session_plugin.facts.records import dataclass, field

EFFECTS_MODULE = f"{PHANTOM_PACKAGE}.effects"

ONE_ARGUMENT_ALIASES = frozenset(
    {
        "Transient",
        "Pending",
        "Persistent",
        "Deleted",
        "Detached",
        "Attached",
        "Unattached",
        "Added",
        "Owned",
        "Borrowed",
        "Synchronized",
        "CrossesThread",
        "CrossesTask",
        "CrossesProcess",
        "Live",
    }
)
TWO_ARGUMENT_ALIASES = frozenset({"Becomes", "In", "Loaded", "Performs"})
STUB_ALIASES = frozenset({"CrossesInterpreter", "Kept", "Marked"})
"""Aliases for stubs alone; they live beside the decorators in `mypy_session_plugin.effects`."""

_STATES = ("transient", "pending", "persistent", "deleted", "detached")
_EXITS = (When.ALWAYS, When.OK, When.ERROR)

ANY_TEXT: tuple[object, ...] = ()
"""Stands for the values of a parameter that takes any text."""


@dataclass(frozen=True, slots=True)
class DecoratorSignature:
    """What a decorator takes.

    `positional` are the parameters that may be given by position, in order; `values` are the values that each
    parameter allows (`ANY_TEXT`: any text); `required` says that at least one argument must be given.
    """

    positional: tuple[str, ...] = ()
    values: dict[str, tuple[object, ...]] = field(default_factory=dict)
    required: bool = False
    when: tuple[When, ...] = _EXITS


DECORATORS: dict[str, DecoratorSignature] = {
    "any_session": DecoratorSignature(),
    "begins": DecoratorSignature(("kind",), {"kind": ("root", "nested", "auto")}),
    "calls": DecoratorSignature(("parameter",), {"parameter": ANY_TEXT}, required=True),
    "calls_kept": DecoratorSignature(("method",), {"method": ANY_TEXT}, required=True),
    "cascades": DecoratorSignature(("kind",), {"kind": ("merge", "expunge", "refresh-expire")}, required=True, when=()),
    "closes": DecoratorSignature(values={"of": ("current",), "reusable": (True, False)}),
    "deferred": DecoratorSignature(when=()),
    "deletes": DecoratorSignature(),
    "each": DecoratorSignature(when=()),
    "ends": DecoratorSignature(
        ("outcome",), {"outcome": ("commit", "rollback")}, required=True, when=(*_EXITS, When.RUNNING)
    ),
    "ends_scope": DecoratorSignature(when=()),
    "enters": DecoratorSignature(("parameter",), {"parameter": ANY_TEXT}, required=True, when=()),
    "entry_point": DecoratorSignature(),
    "exhausts": DecoratorSignature(("parameter",), {"parameter": ANY_TEXT}, required=True, when=()),
    "expires": DecoratorSignature(
        ("what",), {"what": ("all", "instance", "unset"), "unless": ("not expire_on_commit",)}
    ),
    "flushes": DecoratorSignature(when=(*_EXITS, When.AUTOFLUSH, When.LOAD, When.STATEMENT)),
    "forgets": DecoratorSignature(when=()),
    "joined": DecoratorSignature(),
    "keeps": DecoratorSignature(("parameter",), {"parameter": ANY_TEXT}, required=True, when=()),
    "leaves": DecoratorSignature(),
    "moves": DecoratorSignature(
        values=dict.fromkeys(("new", "pending", "persistent", "deleted", "marked"), _STATES), required=True
    ),
    "puts": DecoratorSignature(("parameter",), {"parameter": ANY_TEXT}, required=True, when=()),
    "raises": DecoratorSignature(("text",), {"text": ANY_TEXT}, required=True, when=()),
    "reads": DecoratorSignature(when=(*_EXITS, When.LOAD)),
    "refreshes": DecoratorSignature(),
    "runs_in_greenlet": DecoratorSignature(),
    "serializes": DecoratorSignature(("form",), {"form": ("pickle", "dill", "json")}, required=True, when=()),
    "takes": DecoratorSignature(when=()),
    "through": DecoratorSignature(("method",), {"method": ANY_TEXT}, required=True, when=()),
    "writes": DecoratorSignature(when=(*_EXITS, When.LOAD)),
}
"""Every decorator of `mypy_session_plugin.effects`, by name."""

CLASS_DECORATORS = frozenset({"guards", "serves"})
"""What may stand above a class of a stub."""

GUARDS = DecoratorSignature(values={"places": ANY_TEXT}, when=())
"""What the first of these takes; the other one takes the names of methods alone."""

REFERENCES = frozenset({"awaited", "same_as"})
"""What a method may be assigned in a class of a stub: that it is as a method of another class."""
