"""What is known of the libraries: the session stubs of the user and of this package, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING

from mypy_session_plugin.facts.effects import ClassStub, FunctionStub, ModuleStub
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.semantics.exports import canonical_name
from mypy_session_plugin.semantics.stub_reader import StubError, read_stub
from mypy_session_plugin.semantics.stub_references import with_references
from mypy_session_plugin.stub_files import ORDINARY_PACKAGES, module_of, stub_files, stub_root

if TYPE_CHECKING:
    from mypy.nodes import TypeInfo

#: Effects that only the methods of what works with the database have.
WORKING = ("begins", "flushes", "reads")


def stub_faults(roots: Sequence[Path]) -> list[str]:
    """What is wrong in the stubs below some folders: a line for each faulty file, with the place and the fix."""
    library = Library(roots)
    faults: list[str] = []
    for root in roots:
        for path in stub_files([root]):
            try:
                library.read(path, module_of(path, root))
            except StubError as error:
                faults.append(str(error))
    return list(dict.fromkeys(faults))


class Library:
    """The session stubs, by full name.

    A stub file has the path of the module that it describes.  Several roots may describe one module: of a method,
    attribute or function the first root that has it wins.  The files of a module are read with the first question
    about it and never again.

    Every method may raise `StubError`.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        """Make a library of these folders, followed by the bundled stubs if they are not among them.

        Args:
            roots: The user's `stub_paths`, in their order.
        """
        self._roots = tuple(dict.fromkeys([*roots, stub_root()]))
        self._modules: dict[str, ModuleStub | None] = {}
        self._classes: dict[str, ClassStub | None] = {}
        self._reading: list[Path] = []

    def module(self, name: str) -> ModuleStub | None:
        """The stub of a module, or None if there is no file for it."""
        if name not in self._modules:
            found = [self.read(path, name) for path in self._files(name)]
            self._modules[name] = reduce(_overlaid, found) if found else None
        return self._modules[name]

    def read(self, path: Path, module: str) -> ModuleStub:
        """What one file says of a module, with the methods that it names after those of other classes."""
        if path in self._reading:
            raise StubError(path, 1, f'the methods of "{module}" are named after each other in a circle')
        self._reading.append(path)
        try:
            return with_references(read_stub(path, module), self.class_stub)
        finally:
            self._reading.pop()

    def class_stub(self, full_name: str) -> ClassStub | None:
        """The stub of a class, under any name by which the library exports it."""
        if full_name not in self._classes:
            stub = self._decorated(full_name)
            self._classes[full_name] = stub if stub is not None and stub.is_described else None
        return self._classes[full_name]

    def is_lock(self, info: TypeInfo) -> bool:
        """Whether the `with` block of an object of the class guards what stands in it."""
        return any(stub.guards for stub in self._remarks(info))

    def places(self, info: TypeInfo) -> str:
        """The parameter of a lock's constructor that says for how many at once it is one; empty where none does."""
        return next((stub.places for stub in self._remarks(info) if stub.places), "")

    def serves(self, info: TypeInfo, method: str) -> bool:
        """Whether a method is unknown code by which requests or tasks of the application run."""
        return any(method in stub.serves for stub in self._remarks(info))

    def _remarks(self, info: TypeInfo) -> Iterator[ClassStub]:
        return (stub for base in info.mro if (stub := self._decorated(base.fullname)) is not None)

    def _decorated(self, full_name: str) -> ClassStub | None:
        """The stub of a class, though it may say nothing of its methods."""
        module, _, name = canonical_name(full_name).rpartition(".")
        stub = self.module(module)
        return stub.classes.get(name) if stub else None

    def method(self, class_names: str | Sequence[str], name: str) -> tuple[FunctionStub, ...] | None:
        """The signatures of a method.

        Args:
            class_names: The full name of a class, or the full names of its MRO: the first class whose stub has the
                method counts, itself or by the bases of the stub: a registry has the methods of its session there,
                though Python's classes are not related.
            name: The name of the method or property.
        """
        for full_name in [class_names] if isinstance(class_names, str) else class_names:
            stub = self.class_stub(full_name)
            if stub is None:
                continue
            found = stub.methods.get(name) or self.method([base.name for base in stub.bases], name)
            if found:
                return found
        return None

    def signatures(self, owner: str, name: str) -> tuple[FunctionStub, ...]:
        """All that stubs say of a function or method, be it only a remark.

        Args:
            owner: The full name of the class or module that defines it.
            name: Its name there.
        """
        stub = self._decorated(owner)
        if stub is not None:
            found = stub.methods.get(name) or stub.remarks.get(name)
            return found or next(filter(None, (self.signatures(base.name, name) for base in stub.bases)), ())
        module = self.module(owner)
        return (module.functions.get(name) or module.remarks.get(name) or ()) if module is not None else ()

    def has_calls(self, info: TypeInfo) -> bool:
        """Whether a stub says what a call of an object of the class does."""
        return self.method([base.fullname for base in info.mro], "__call__") is not None

    def function(self, full_name: str) -> tuple[FunctionStub, ...] | None:
        """The signatures of a module-level function, under any name by which the library exports it."""
        module, _, name = canonical_name(full_name).rpartition(".")
        stub = self.module(module)
        return stub.functions.get(name) if stub else None

    @cached_property
    def modules(self) -> list[ModuleStub]:
        """Every stubbed module of which a name tells something of the function in which it stands."""
        names = dict.fromkeys(module_of(path, root) for root in self._roots for path in stub_files([root]))
        telling = (name for name in names if name.partition(".")[0] not in ORDINARY_PACKAGES)
        return [module for module in map(self.module, telling) if module is not None]

    @cached_property
    def session_packages(self) -> frozenset[str]:
        """The packages whose classes work with the database: those of sessions, queries and transactions."""
        return frozenset(
            module.name.partition(".")[0]
            for module in self.modules
            for stub in module.classes.values()
            for method in stub.methods.values()
            if any(signature.effect(name) is not None for signature in method for name in WORKING)
        )

    def _files(self, module: str) -> Iterator[Path]:
        relative = Path(*module.split("."))
        for root in self._roots if module else ():
            for path in (root / relative.with_suffix(".pyi"), root / relative / "__init__.pyi"):
                if path.is_file():
                    yield path
                    break


def _overlaid(first: ModuleStub, second: ModuleStub) -> ModuleStub:
    """Two stubs of one module as one, in which the first wins."""
    classes = second.classes | first.classes
    for name in first.classes.keys() & second.classes.keys():
        above, below = first.classes[name], second.classes[name]
        classes[name] = replace(
            above,
            bases=above.bases or below.bases,
            type_variables=above.type_variables or below.type_variables,
            methods=below.methods | above.methods,
            attributes=below.attributes | above.attributes,
            guards=above.guards or below.guards,
            places=above.places if above.guards else below.places,
            serves=above.serves | below.serves,
            remarks=below.remarks | above.remarks,
        )
    return ModuleStub(first.name, classes, second.functions | first.functions, second.remarks | first.remarks)
