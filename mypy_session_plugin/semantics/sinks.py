"""Sinks: the calls at which a rule may report, so that only the functions that have one are analysed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from mypy_session_plugin.facts.effects import FunctionStub, TypeExpression
from mypy_session_plugin.semantics.binding import is_phantom
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.stub_files import module_of, stub_files, stub_root

#: The question to the plugin itself, which is answered wherever it stands.
REVEAL_STATE = "reveal_state"
_BOUNDARIES = frozenset({"CrossesThread", "CrossesTask", "CrossesProcess"})


def sink_names(library: Library, roots: Iterable[Path], methods: Collection[str]) -> frozenset[str]:
    """The bare names of the stubbed functions, methods and classes at which something may be reported.

    `methods` are those that a rule names itself.  What `add()` takes is no sink of its own: it raises only for what was
    deleted, which needs another sink or a phantom type in the same function.
    """
    found = {REVEAL_STATE, *methods}
    for name in {module_of(path, root) for root in (*roots, stub_root()) for path in stub_files([root])}:
        module = library.module(name)
        if module is None:
            continue
        found.update(name for name, stubs in module.functions.items() if any(map(_is_sink, stubs)))
        for class_name, stub in module.classes.items():
            names = {name for name, stubs in stub.methods.items() if any(map(_is_sink, stubs))}
            found.update(names - {"__init__"})
            if "__init__" in names:
                found.add(class_name)
    return frozenset(found)


def _is_sink(stub: FunctionStub) -> bool:
    annotations = [parameter.annotation for parameter in stub.parameters]
    if any(_mentions(annotation, _BOUNDARIES) for annotation in annotations):
        return True
    return stub.error is not None and not any(_mentions(annotation, frozenset({"Added"})) for annotation in annotations)


def _mentions(annotation: TypeExpression, names: frozenset[str]) -> bool:
    return is_phantom(annotation) in names or any(_mentions(part, names) for part in annotation.arguments)
