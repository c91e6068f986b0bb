"""Sinks: the calls at which a rule may report, so that only the functions that have one are analysed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mypy_session_plugin.facts.effects import ClassStub, FunctionStub, TypeExpression
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.semantics.binding import is_phantom
from mypy_session_plugin.semantics.conditions import STATE_ATTRIBUTES
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.library_objects import FACTORY_BLOCK

#: The question to the plugin itself, which is answered wherever it stands.
REVEAL_STATE = "reveal_state"
#: What takes a session from the code that gives it.
_TAKING = frozenset({"CrossesThread", "CrossesTask", "CrossesProcess", "CrossesInterpreter", "Owned"})
#: What an annotation mentions that takes code, not only values.
_RUNNABLE = frozenset({"typing.Callable", "typing.Coroutine", "typing.Awaitable"})
#: Calls after which an instance is no longer, or not yet, persistent.
_SETTLED = ("new", "pending", "persistent")
_UNSETTLING = frozenset({"transient", "detached", "deleted"})
#: What says of a result that it is, or may be, not persistent.
_UNSETTLED = frozenset({"Transient", "Pending", "Detached", "Deleted", "Unattached"})


@dataclass(frozen=True, slots=True)
class Sinks:
    """The bare names of stubbed functions, methods and classes.

    `certain`: something may be reported there whatever else the function does; those that cross a boundary stand here
    with their library (`multiprocessing.put`), since their names are common.  `starting` run a function or coroutine on
    another side, where what they are given counts, and `serialising` write out what they are given.  `stateful`: they
    raise for a state that a loaded instance does not have, so something else in the function must bring it there: the
    construction of an instance, or one of `unsettling`.  `holding`: they raise for an instance that another session
    holds, or of which the session holds another one.  `emptying`: they take all instances out of a session that goes
    on.  `opening` are the full names of what gives out a session of the caller's own, or ends that of a registry.
    `working` are what writes or commits, which is looked at in such a session.  `optional` are the certain ones of the
    codes that are off by default.  `decorating` are the packages with a decorator that gives a function methods which
    are sinks, `session_packages` those of sessions.
    """

    certain: frozenset[str]
    stateful: frozenset[str]
    unsettling: frozenset[str]
    holding: frozenset[str]
    emptying: frozenset[str]
    opening: frozenset[str]
    working: frozenset[str]
    starting: frozenset[str]
    serialising: frozenset[str]
    optional: Mapping[str, Collection[str]]
    decorating: frozenset[str]
    session_packages: frozenset[str]

    @property
    def crossing(self) -> frozenset[str]:
        """What something may be reported at, whatever else there is: if it runs code, because of what it is given."""
        return self.certain | self.starting

    def are_enough(self, names: Collection[str], constructs: bool, has_two_sessions: bool) -> bool:
        """Whether a function that calls these names, and perhaps constructs instances, may be reported in."""
        if not self.certain.isdisjoint(names):
            return True
        apart = has_two_sessions or not self.emptying.isdisjoint(names)
        if apart and not self.holding.isdisjoint(names):
            return True
        found = self.stateful.intersection(names)
        if not found:
            return False
        return constructs or len(found) > 1 or any(name != DELETE for name in self.unsettling.intersection(names))


COMMIT = "commit"
#: Methods that write only what a statement says.
RUNNING = frozenset({"execute", "scalars", "scalar", "exec", "stream", "stream_scalars"})
#: The functions that make such a statement, of which one has the name of a method, and what stands for them.
STATEMENTS = frozenset({"insert", "update", "delete"})
STATEMENT = "<statement>"
#: Deleting twice raises nothing: by itself it brings no instance into a state that it does not take.
DELETE = "delete"


def read_sinks(library: Library, methods: Collection[str], optional: Mapping[str, Collection[str]]) -> Sinks:
    """The sinks of all stubs; `methods` are the certain ones that rules name, `optional` others by their code."""
    certain, stateful, unsettling, holding, emptying = {REVEAL_STATE, *methods}, *(set[str]() for _ in range(4))
    starting = set[str]()
    serialising = frozenset(_serialising(library))
    for package, name, stub in _functions(library):
        if _takes(stub) or _makes_what_takes(library, stub):
            (starting if _starts(stub) else certain).add(f"{package}.{name}")
        elif stub.error is not None and not _adds(stub):
            stateful.add(name)
        if _unsettles(stub) or _adds(stub):
            unsettling.add(name)
        if stub.error is not None and stub.effect("any_session") is None:
            holding.add(name)
        if _empties(stub):
            emptying.add(name)
    certain.update(_answering(library))
    unsettling.update(STATE_ATTRIBUTES)
    return Sinks(
        frozenset(certain) - serialising,
        frozenset(stateful) - certain,
        frozenset(unsettling),
        frozenset(holding),
        frozenset(emptying),
        frozenset(_opening(library)),
        frozenset(_working(library)) - RUNNING | {STATEMENT},
        frozenset(starting),
        serialising,
        optional,
        frozenset(_decorating(library)),
        library.session_packages,
    )


def _serialising(library: Library) -> Iterator[str]:
    """The functions, not methods, that write out what crosses to another side."""
    for module in library.modules:
        for name, stubs in module.functions.items():
            if any(stub.effect("serializes") is not None for stub in stubs):
                yield f"{module.name.partition('.')[0]}.{name}"


def _takes(stub: FunctionStub) -> bool:
    return any(_mentions(parameter.annotation, _TAKING) for parameter in stub.parameters)


def _makes_what_takes(library: Library, stub: FunctionStub) -> bool:
    """Whether the call returns what is called then, and hands over what that call is given."""
    made = library.class_stub(stub.returns.name) if "." in stub.returns.name else None
    return made is not None and any(_takes(called) for called in made.methods.get("__call__", ()))


def _empties(stub: FunctionStub) -> bool:
    moved = any(effect.arguments.get("persistent") == "detached" for effect in stub.effects)
    return moved and stub.effect("closes") is None


def _working(library: Library) -> Iterator[str]:
    """The methods that write by themselves, and `commit()`."""
    for _package, name, stub in _functions(library):
        if stub.effect("writes") is not None or name == COMMIT:
            yield name


def _opening(library: Library) -> Iterator[str]:
    """The session classes, what returns an `Owned` one or a block that gives one, and what ends that of a registry."""
    classes = [stub for module in library.modules for stub in module.classes.values()]
    for stub in classes:
        if stub.full_name.endswith("Session"):
            yield stub.full_name
        for name, methods in stub.methods.items():
            if any(map(_opens, methods)):
                yield f"{stub.full_name}.{name}"


def _answering(library: Library) -> Iterator[str]:
    """The classes, each with its library, whose objects use what they are given after the function has returned."""
    for module in library.modules:
        for name, stub in module.classes.items():
            keeps = any(method.effect("keeps") is not None for method in stub.methods.get("__init__", ()))
            if keeps and stub.methods.keys().isdisjoint({"__enter__", "__aenter__"}):
                yield f"{module.name.partition('.')[0]}.{name}"


def _decorating(library: Library) -> Iterator[str]:
    """The packages with a decorator that makes of a function an object whose methods hand over what they take."""
    for module in library.modules:
        for stub in module.classes.values():
            made = [library.class_stub(call.returns.name) for call in stub.methods.get("__call__", ())]
            if any(_takes(method) for of in made if of for methods in of.methods.values() for method in methods):
                yield module.name.partition(".")[0]


def _opens(method: FunctionStub) -> bool:
    closes = method.effect("closes")
    if closes is not None and closes.arguments.get("of") == "current":
        return True
    return is_phantom(method.returns) == "Owned" or method.returns.name.endswith(FACTORY_BLOCK)


def _functions(library: Library) -> Iterator[tuple[str, str, FunctionStub]]:
    """Every stubbed function with its library and the name by which it is called: a constructor by its class's."""
    for module in library.modules:
        package = module.name.partition(".")[0]
        yield from ((package, name, stub) for name, stubs in module.functions.items() for stub in stubs)
        for class_name, class_stub in module.classes.items():
            for name, stubs in _methods(library, class_stub).items():
                yield from ((package, class_name if name == "__init__" else name, stub) for stub in stubs)


def _methods(library: Library, stub: ClassStub) -> dict[str, tuple[FunctionStub, ...]]:
    """The methods of a class, those included that it has from a class of another library."""
    package = stub.full_name.partition(".")[0]
    others = (library.class_stub(base.name) for base in stub.bases if base.name.partition(".")[0] != package)
    inherited = (other.methods for other in others if other is not None)
    return {name: stubs for methods in (*inherited, stub.methods) for name, stubs in methods.items()}


def _starts(stub: FunctionStub) -> bool:
    """Whether a function or coroutine, not only a value, is taken to another side."""
    crossing = [item.annotation for item in stub.parameters if _mentions(item.annotation, _TAKING)]
    return any(not annotation.names.isdisjoint(_RUNNABLE) for annotation in crossing)


def _adds(stub: FunctionStub) -> bool:
    """Whether the call raises only for what was deleted: it needs a deletion in the same function."""
    return any(_mentions(parameter.annotation, frozenset({"Added"})) for parameter in stub.parameters)


def _unsettles(stub: FunctionStub) -> bool:
    moved = any(effect.arguments.get(state) in _UNSETTLING for effect in stub.effects for state in _SETTLED)
    if moved or _mentions(stub.returns, _UNSETTLED):
        return True
    return any(_mentions(parameter.annotation, frozenset({"Becomes", "Marked"})) for parameter in stub.parameters)


def _mentions(annotation: TypeExpression, names: frozenset[str]) -> bool:
    return is_phantom(annotation) in names or any(_mentions(part, names) for part in annotation.arguments)
