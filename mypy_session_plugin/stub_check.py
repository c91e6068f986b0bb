"""Compares session stubs with the libraries that they describe, which it imports: never inside mypy.

A stub that has gone out of date is silent: the calls that it no longer describes are unknown code.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from itertools import islice
from pathlib import Path
from types import ClassMethodDescriptorType, ModuleType, WrapperDescriptorType
from typing import Any, get_origin

from mypy_session_plugin.facts.effects import ClassStub, FunctionStub, ModuleStub, Parameter, ParameterKind
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.stub_reader import StubError
from mypy_session_plugin.stub_files import module_of, stub_files

KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: ParameterKind.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: ParameterKind.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL: ParameterKind.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY: ParameterKind.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD: ParameterKind.VAR_KEYWORD,
}
_MISSING = object()


@dataclass(frozen=True, slots=True, order=True)
class Mismatch:
    """A line of a stub that the library does not bear out."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """One line, as mypy would print it."""
        return f"{self.file}:{self.line}: error: {self.text}"


def check_stubs(root: Path) -> list[str]:
    """What is wrong in the stubs below a folder, a line a fault: in themselves, and beside the installed libraries."""
    faults: list[str] = []
    library = Library([root])
    for path in stub_files([root]):
        try:
            stub = library.read(path, module_of(path, root))
        except StubError as error:
            faults.append(str(error))
            continue
        faults.extend(str(mismatch) for mismatch in sorted(mismatches(stub, path)))
    return list(dict.fromkeys(faults))


def mismatches(stub: ModuleStub, path: Path) -> Iterator[Mismatch]:
    """Where a stub names what the module that it describes does not have, or has otherwise."""
    imported = _imported(stub.name)
    if not isinstance(imported, ModuleType):
        yield Mismatch(str(path), 1, f'module "{stub.name}" cannot be imported: {imported}')
        return
    for signature in stub.signatures:
        yield from mismatch_of_function(imported, signature, f'module "{stub.name}"')
    lines = _class_lines(path)
    for name, class_stub in stub.classes.items():
        yield from _of_class(imported, name, class_stub, Mismatch(str(path), lines.get(name, 1), ""))


def _imported(name: str) -> ModuleType | str:
    """A module, or why there is none; what importing prints is no part of the result."""
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"{type(error).__name__}: {error}".strip(": ")


def _of_class(module: ModuleType, name: str, stub: ClassStub, place: Mismatch) -> Iterator[Mismatch]:
    named = inspect.getattr_static(module, name, _MISSING)
    owner = get_origin(named) or named
    if owner is _MISSING:
        if not name.startswith("_"):
            text = f'module "{module.__name__}" has no class "{name}"{_did_you_mean(name, dir(module))}'
            yield Mismatch(place.file, place.line, text)
    elif not inspect.isclass(owner):
        yield Mismatch(place.file, place.line, f'"{name}" is no class in module "{module.__name__}"')
    else:
        for method in sorted(stub.serves - set(dir(owner))):
            text = f'class "{name}" has no "{method}"{_did_you_mean(method, dir(owner))}'
            yield Mismatch(place.file, place.line, text)
        for signature in stub.signatures:
            yield from mismatch_of_function(owner, signature, f'class "{name}"')


def mismatch_of_function(owner: Any, stub: FunctionStub, where: str) -> Iterator[Mismatch]:
    """Where a stubbed function, method or property is not as its owner has it; `where` is how a message calls that."""
    defined = inspect.getattr_static(owner, stub.name, _MISSING)
    if defined is _MISSING:
        hint = _did_you_mean(stub.name, dir(owner))
        yield Mismatch(stub.file, stub.line, f'{where} has no "{stub.name}"{hint}')
        return
    is_plain = inspect.isfunction(defined)
    if stub.is_property:
        if is_plain:
            yield Mismatch(stub.file, stub.line, f'"{stub.name}" of {where} is a method, and no property')
        return
    function = getattr(owner, stub.name)
    if not callable(function):
        yield Mismatch(stub.file, stub.line, f'"{stub.name}" of {where} cannot be called')
        return
    if is_plain and inspect.iscoroutinefunction(defined) != stub.is_async:
        is_async = "is no coroutine function" if stub.is_async else "is a coroutine function"
        yield Mismatch(stub.file, stub.line, f'"{stub.name}" of {where} {is_async}')
    is_bound = isinstance(defined, (classmethod, staticmethod, ClassMethodDescriptorType)) or not inspect.isclass(owner)
    actual = None if isinstance(defined, WrapperDescriptorType) else parameters_of(function, is_bound)
    if actual is None:
        return
    reasons = [reason for one in stub.parameters if (reason := refused(actual, one)) is not None]
    for reason in reasons or misplaced(actual, stub.parameters):
        yield Mismatch(stub.file, stub.line, f'"{stub.name}" of {where} {reason}')


def parameters_of(function: Any, is_bound: bool) -> list[inspect.Parameter] | None:
    """The parameters of a function without `self`; None where Python cannot tell them, as of some written in C."""
    try:
        return list(inspect.signature(function).parameters.values())[not is_bound :]
    except (TypeError, ValueError):
        return None


def refused(actual: Sequence[inspect.Parameter], stubbed: Parameter) -> str | None:
    """Why a function does not have a parameter of its stub: by name and kind, or behind its `*args` and `**kwargs`."""
    for parameter in actual:
        if parameter.name == stubbed.name:
            kind = KINDS[parameter.kind]
            return None if kind is stubbed.kind else f'takes "{stubbed.name}" as {kind.value}, not {stubbed.kind.value}'
    kinds = {parameter.kind for parameter in actual}
    behind = {
        ParameterKind.POSITIONAL_ONLY: inspect.Parameter.VAR_POSITIONAL,
        ParameterKind.KEYWORD_ONLY: inspect.Parameter.VAR_KEYWORD,
    }
    if behind.get(stubbed.kind) in kinds:
        return None
    hint = _did_you_mean(stubbed.name, [parameter.name for parameter in actual])
    return f'has no parameter "{stubbed.name}"{hint}'


def misplaced(actual: Sequence[inspect.Parameter], stubbed: Sequence[Parameter]) -> list[str]:
    """The first parameter of a stub that, given by its position, takes another argument than in the library."""
    here = [parameter.name for parameter in stubbed if parameter.kind is ParameterKind.POSITIONAL_OR_KEYWORD]
    there = [parameter.name for parameter in actual if KINDS[parameter.kind] is ParameterKind.POSITIONAL_OR_KEYWORD]
    places = ((name, place, there.index(name)) for place, name in enumerate(here))
    found = (
        f'has "{name}" as parameter {right + 1}, not {place + 1}' for name, place, right in places if right != place
    )
    return list(islice(found, 1))


def _did_you_mean(name: str, valid: Sequence[str]) -> str:
    nearest = get_close_matches(name, valid, n=1)
    return f'; did you mean "{nearest[0]}"?' if nearest else ""


def _class_lines(path: Path) -> dict[str, int]:
    """The line on which each class of a stub stands."""
    tree = ast.parse(path.read_bytes())
    return {node.name: node.lineno for node in tree.body if isinstance(node, ast.ClassDef)}
