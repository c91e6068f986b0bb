"""What the bundled stubs name exists in the installed libraries, and the stubs are Python that type checkers accept."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import pytest
import sqlalchemy

from mypy_session_plugin.facts.effects import ClassStub, FunctionStub
from mypy_session_plugin.semantics.exports import REEXPORTED
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.stub_check import mismatch_of_function
from mypy_session_plugin.stub_files import module_of, stub_files, stub_root

REPOSITORY = Path(__file__).resolve().parent.parent
SQLALCHEMY = tuple(int(part) for part in sqlalchemy.__version__.split(".")[:2])

MADE_BY_INSTANCES = {"flask_sqlalchemy.pagination.Pagination.items", "sqlalchemy.orm.session.Session.identity_map"}
"""Properties of stubs that are attributes of the instances, which the classes do not have."""

STUB_ONLY = {
    "rq.decorators._Job",
    "sqlalchemy.ext.asyncio.session._AsyncSessionContextManager",
    "sqlalchemy.ext.asyncio.session._AsyncSavepoint",
    "sqlalchemy.orm.session._Deleted",
    "sqlalchemy.orm.session._Dirty",
    "sqlalchemy.orm.session._New",
    "sqlalchemy.orm.session._NoAutoflush",
    "sqlalchemy.orm.session._Savepoint",
    "sqlalchemy.orm.session._SessionContextManager",
    "trio._core._run._OpenNursery",
}
"""Classes that only stubs have: what a method returns has effects of its own there, but no class of its own."""

AT_RUNTIME = {
    "_thread.lock": "LockType",
    "sqlalchemy.engine.result.TupleResult": "Result",
    "sqlalchemy.ext.asyncio.result.AsyncTupleResult": "AsyncResult",
}
"""Classes of which their module has but the name for type checkers: their instances are of another class in it."""

SINCE_SQLALCHEMY = {"delete_all": (2, 1), "merge_all": (2, 1)}
"""Methods that only newer versions of SQLAlchemy have."""

SINCE_PYTHON = {"concurrent.futures.interpreter": (3, 14)}
"""Modules that only newer versions of Python have."""

COMPLETE = (
    "sqlalchemy.engine.result.ChunkedIteratorResult",
    "sqlalchemy.engine.result.MappingResult",
    "sqlalchemy.engine.result.Result",
    "sqlalchemy.engine.result.ScalarResult",
    "sqlalchemy.ext.asyncio.result.AsyncMappingResult",
    "sqlalchemy.ext.asyncio.result.AsyncResult",
    "sqlalchemy.ext.asyncio.result.AsyncScalarResult",
    "sqlalchemy.ext.asyncio.scoping.async_scoped_session",
    "sqlalchemy.ext.asyncio.session.AsyncSession",
    "sqlalchemy.ext.asyncio.session.AsyncSessionTransaction",
    "sqlalchemy.ext.asyncio.session.async_sessionmaker",
    "sqlalchemy.orm.query.Query",
    "sqlalchemy.orm.scoping.scoped_session",
    "sqlalchemy.orm.session.Session",
    "sqlalchemy.orm.session.SessionTransaction",
    "sqlalchemy.orm.session.sessionmaker",
    "sqlmodel.ext.asyncio.session.AsyncSession",
    "sqlmodel.orm.session.Session",
)
"""The classes of which every public method is stubbed, but for those that follow."""

ONLY_LOOKS = "it says something of the libraries' own objects and changes nothing"
IN_21_ALONE = "SQLAlchemy 2.0 does not have it"
NOT_STUBBED = {
    "SessionTransaction.close": "it neither commits nor rolls back, which leaves states behind that no later call ends",
    "bind_mapper": IN_21_ALONE,
    "bind_table": IN_21_ALONE,
    "bound_connection": IN_21_ALONE,
    "close_all": "it closes every session that there is, of whatever class it is called on",
    "connection_callable": "it is None, or what a horizontal shard has there",
    "declare_states": ONLY_LOOKS,
    "enable_relationship_loading": "it makes a transient instance load, which is no state",
    "ext": IN_21_ALONE,
    "get_async_bind": IN_21_ALONE,
    "get_children": ONLY_LOOKS,
    "instances": "what a cursor holds that comes from elsewhere is not known",
    "memoized_instancemethod": ONLY_LOOKS,
    "merge_result": "what it merges is not known",
    "with_transformation": "it calls a function of the user's",
}
"""Public methods that have no stub, so that calls of them are unknown code, with the reason."""

#: What a registry has in the stub because its session has it, and not at runtime.
REGISTRIES_LACK = {
    "__aenter__",
    "__aexit__",
    "__enter__",
    "__exit__",
    "bind_mapper",
    "bind_table",
    "get_nested_transaction",
    "get_transaction",
    "in_nested_transaction",
    "in_transaction",
    "invalidate",
    "prepare",
    "run_sync",
}


def module_name(path: Path) -> str:
    return module_of(path, stub_root())


def is_installed(module: str) -> bool:
    if sys.version_info < SINCE_PYTHON.get(module, (0,)):
        return False
    return importlib.util.find_spec(module.partition(".")[0]) is not None


STUBS = [path for path in stub_files([stub_root()]) if is_installed(module_name(path))]


def functions() -> Iterator[tuple[str, str | None, FunctionStub]]:
    """Every signature of the stubs, with the module and the class that it is in."""
    library = Library([])
    for name in map(module_name, STUBS):
        module = library.module(name)
        assert module is not None
        for class_stub in module.classes.values():
            class_name = class_stub.full_name.removeprefix(f"{name}.")
            yield from ((name, class_name, signature) for signature in class_stub.signatures)
        yield from ((name, None, signature) for signature in module.signatures)


def stubbed_functions() -> list[Any]:
    return [
        pytest.param(module, class_name, stub, id=f"{module}.{class_name or ''}.{stub.name}:{stub.line}")
        for module, class_name, stub in functions()
        if f"{module}.{class_name}" not in STUB_ONLY and SINCE_SQLALCHEMY.get(stub.name, (0, 0)) <= SQLALCHEMY
    ]


def stubbed_classes() -> list[ClassStub]:
    library = Library([])
    modules = [library.module(module_name(path)) for path in STUBS]
    return [one for module in modules if module for one in module.classes.values() if one.full_name not in STUB_ONLY]


@pytest.mark.parametrize("stub", stubbed_classes(), ids=lambda stub: stub.full_name)
def test_each_class_is_defined_in_the_module_that_its_stub_describes(stub: ClassStub) -> None:
    module, _, name = stub.full_name.rpartition(".")
    owner = owner_of(module, name)
    assert inspect.isclass(owner)
    assert stub.serves <= set(dir(owner))
    assert not stub.guards or {"__enter__", "__aenter__"} & set(dir(owner))


@pytest.mark.parametrize(("module", "class_name", "stub"), stubbed_functions())
def test_each_function_is_as_its_stub_says(module: str, class_name: str | None, stub: FunctionStub) -> None:
    owner = owner_of(module, class_name)
    full_name = ".".join(filter(None, (module, class_name, stub.name)))
    if full_name in MADE_BY_INSTANCES:
        assert not hasattr(owner, stub.name)
        return
    where = class_name or module
    assert [mismatch.text for mismatch in mismatch_of_function(owner, stub, where)] == []


def owner_of(module: str, class_name: str | None) -> Any:
    """The class that has a stubbed method at runtime, or the module that has a stubbed function."""
    owner = importlib.import_module(module)
    if class_name is None:
        return owner
    found = getattr(owner, AT_RUNTIME.get(f"{module}.{class_name}", class_name))
    return get_origin(found) or found


def described(full_name: str) -> list[str]:
    """The full names of the classes by whose stubs an installed class is described."""
    return [f"{base.__module__}.{base.__qualname__}" for base in class_of(full_name).__mro__]


def class_of(full_name: str) -> type:
    found = member(full_name)
    assert isinstance(found, type)
    return found


@pytest.mark.parametrize("full_name", [name for name in COMPLETE if is_installed(name)])
def test_each_public_method_is_stubbed_or_listed_with_the_reason(full_name: str) -> None:
    library, owner = Library([]), class_of(full_name)
    missing = {name for name in public_methods(owner) if library.method(described(full_name), name) is None}
    assert {name for name in missing if not {name, f"{owner.__name__}.{name}"} & NOT_STUBBED.keys()} == set()


def public_methods(owner: type) -> Iterator[str]:
    for name in dir(owner):
        method = getattr(owner, name)
        if not name.startswith("_") and (inspect.isfunction(method) or inspect.ismethod(method)):
            yield name


def test_no_method_is_listed_that_has_a_stub() -> None:
    library = Library([])
    stubbed = {name for full_name in COMPLETE for name in NOT_STUBBED if library.method(full_name, name) is not None}
    assert stubbed <= {name for name, reason in NOT_STUBBED.items() if reason == IN_21_ALONE}


@pytest.mark.parametrize("full_name", [name for name in COMPLETE if "scoped_session" in name])
def test_a_registry_has_the_methods_of_its_session(full_name: str) -> None:
    library, owner = Library([]), class_of(full_name)
    stub = library.class_stub(full_name)
    assert stub is not None
    inherited = {name for base in stub.bases for name in (library.class_stub(base.name) or stub).methods}
    missing = {name for name in inherited if not hasattr(owner, name)}
    assert {name for name in missing if SINCE_SQLALCHEMY.get(name, (0, 0)) <= SQLALCHEMY} <= REGISTRIES_LACK


@pytest.mark.parametrize("name", SINCE_SQLALCHEMY)
def test_a_method_of_a_newer_version_is_missing_in_the_older(name: str) -> None:
    from sqlalchemy.orm import Session

    assert hasattr(Session, name) == (SINCE_SQLALCHEMY[name] <= SQLALCHEMY)


@pytest.mark.parametrize(("exported", "defined"), REEXPORTED.items())
def test_each_export_is_what_the_plugin_takes_it_for(exported: str, defined: str) -> None:
    assert member(exported) is member(defined)


def member(full_name: str) -> object:
    module, _, name = full_name.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_each_stub_passes_mypy_strict(tmp_path: Path) -> None:
    """In files of other names: as `sqlalchemy/orm/session.pyi` a stub would hide the module that it describes.

    What a stub takes from a library without types is Any.
    """
    untyped = ["--disable-error-code=import-untyped", "--allow-subclassing-any"]
    for path in STUBS:
        shutil.copy(path, tmp_path / f"stub_{module_name(path).replace('.', '_')}.pyi")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=", "--no-pretty"]
    result = subprocess.run(
        [
            *command,
            *untyped,
            "--cache-dir",
            str(tmp_path / "cache"),
            *sorted(str(path) for path in tmp_path.glob("*.pyi")),
        ],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.startswith("Success"), result.stdout + result.stderr


def lent_methods() -> list[Any]:
    """The signatures that a class has only by its stub, from a class that is no base of it in the library."""
    library = Library([])
    return [
        pytest.param(stub, signature, id=f"{stub.full_name}.{signature.name}:{signature.line}")
        for stub in stubbed_classes()
        if "scoped_session" not in stub.full_name
        for base in stub.bases
        if base.name not in described(stub.full_name) and (lender := library.class_stub(base.name)) is not None
        for name, signatures in lender.methods.items()
        if name not in stub.methods
        for signature in signatures
    ]


@pytest.mark.parametrize(("stub", "signature"), lent_methods())
def test_what_a_class_takes_from_another_stub_is_as_that_says(stub: ClassStub, signature: FunctionStub) -> None:
    owner = class_of(stub.full_name)
    assert [mismatch.text for mismatch in mismatch_of_function(owner, signature, stub.full_name)] == []
