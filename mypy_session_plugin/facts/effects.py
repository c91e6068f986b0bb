"""What a library call does, as read from the session stubs: parameters, effects and results, as pure data."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import chain

from mypy_session_plugin.facts.records import dataclass, field

#: The package that gives the phantom types out, and its module that defines them, without which no signature has one.
PHANTOM_PACKAGE = "mypy_session_plugin"
PHANTOM_MODULE = f"{PHANTOM_PACKAGE}.phantom"

#: Effects that say something of a call and leave open what else it does.
REMARKS = frozenset({"exhausts", "forgets"})


@dataclass(frozen=True, slots=True)
class TypeExpression:
    """An annotation of a stub: a resolved name and its arguments.

    `name` is the full name (`mypy_session_plugin.Persistent`, `sqlalchemy.orm.query.Query`, `builtins.list`), the bare
    name of a type variable (`T`), or `None`, `Union`, `Literal`, `...`.  `values` are the values of a `Literal`.
    """

    name: str
    arguments: tuple[TypeExpression, ...] = ()
    values: tuple[object, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All names in it, its own and those of its arguments."""
        return frozenset({self.name}).union(*(argument.names for argument in self.arguments))


class ParameterKind(Enum):
    """How a parameter takes its argument."""

    POSITIONAL_ONLY = "positional only"
    POSITIONAL_OR_KEYWORD = "positional or keyword"
    VAR_POSITIONAL = "*"
    KEYWORD_ONLY = "keyword only"
    VAR_KEYWORD = "**"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a stubbed function, without `self`."""

    name: str
    kind: ParameterKind
    annotation: TypeExpression
    has_default: bool


class When(Enum):
    """On which way an effect occurs: of an exit the ways out, of a flush whether the session does it by itself.

    LOAD: only where something must be loaded, which the session flushes before.  RUNNING: only of a transaction that
    has not ended yet.  STATEMENT: for certain only before a statement of the ORM; before others SQLAlchemy 2.0 does not
    flush and 2.1 does.
    """

    ALWAYS = "always"
    OK = "ok"
    ERROR = "error"
    AUTOFLUSH = "autoflush"
    LOAD = "load"
    RUNNING = "running"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Effect:
    """One decorator of `mypy_session_plugin.effects`: its name, its keyword arguments without `when`, and `when`.

    Positional arguments are stored under the names of the decorator's parameters.
    """

    name: str
    arguments: dict[str, object] = field(default_factory=dict)
    when: When = When.ALWAYS


@dataclass(frozen=True, slots=True)
class FunctionStub:
    """One signature; an overloaded function is several, in order.

    `parameters` leaves `self` and `cls` out.  `error` is the text of `@raises`: the exception and message that
    SQLAlchemy gives for an instance whose state a parameter does not admit.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: TypeExpression
    effects: tuple[Effect, ...]
    is_async: bool
    is_property: bool
    error: str | None
    file: str
    line: int

    def effect(self, name: str) -> Effect | None:
        """The effect of that name, or None."""
        return next((effect for effect in self.effects if effect.name == name), None)

    @property
    def is_remark(self) -> bool:
        """Whether the stub says a thing or two of the call, and nothing of what it does beside."""
        if not self.effects or any(effect.name not in REMARKS for effect in self.effects):
            return False
        annotations = (self.returns, *(parameter.annotation for parameter in self.parameters))
        return not any(name.startswith(f"{PHANTOM_PACKAGE}.") for one in annotations for name in one.names)

    def exhausts(self, parameter: str) -> bool:
        """Whether the call goes through what that parameter is given before it returns."""
        return any(effect.name == "exhausts" and effect.arguments["parameter"] == parameter for effect in self.effects)


@dataclass(frozen=True, slots=True)
class Reference:
    """A method that is as one of another class: `stream = awaited(Session.execute, gives=AsyncResult)`.

    `owner` is the full name of that class.  `gives` is the class that the result has instead, `is_live` says whether a
    result that is `Live` there is so here, `through` are the methods of its own session that this one works through.
    """

    owner: str
    method: str
    is_awaited: bool
    gives: str | None
    is_live: bool
    through: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ClassStub:
    """A class of a library: its full name, bases, the names of its type variables, methods and attributes.

    `references` are the methods that the stub names after those of another class; the library has put what they say
    among the methods.  `guards` says that the class is a lock, and `places` is the parameter of its constructor that
    says for how many at once, if there is one; `serves` are the methods that are unknown code by which requests or
    tasks of the application run.  `remarks` are the methods of which the stub leaves open what they do.
    """

    full_name: str
    bases: tuple[TypeExpression, ...]
    type_variables: tuple[str, ...]
    methods: dict[str, tuple[FunctionStub, ...]]
    attributes: dict[str, TypeExpression]
    references: dict[str, Reference] = field(default_factory=dict)
    guards: bool = False
    places: str = ""
    serves: frozenset[str] = frozenset()
    remarks: dict[str, tuple[FunctionStub, ...]] = field(default_factory=dict)

    @property
    def signatures(self) -> Iterator[FunctionStub]:
        """Those of all methods."""
        return chain(*self.methods.values(), *self.remarks.values())

    @property
    def is_described(self) -> bool:
        """Whether the stub says what calls of its methods do; of others only what its decorators say is known."""
        says_little = self.guards or self.serves or self.remarks
        return bool(self.methods or self.attributes or self.bases or not says_little)


@dataclass(frozen=True, slots=True)
class ModuleStub:
    """One stub file: the module that it describes, its classes and functions by name.

    `remarks` are the functions of which the stub leaves open what they do.
    """

    name: str
    classes: dict[str, ClassStub]
    functions: dict[str, tuple[FunctionStub, ...]]
    remarks: dict[str, tuple[FunctionStub, ...]] = field(default_factory=dict)

    @property
    def signatures(self) -> Iterator[FunctionStub]:
        """Those of all functions."""
        return chain(*self.functions.values(), *self.remarks.values())
