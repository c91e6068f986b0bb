"""Random programs over the session API, as source: what `hypothesis` draws for the property tests.

A program is one function of an engine and a few flags, which works with one or two sessions and a few names of
instances; with it may stand functions of the module, a class that has a session, and functions nested in it, that do a
part of its work.  Its names end with a mark, so that many programs fit into one module.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from textwrap import indent

from hypothesis import strategies as st

from tests.random_checks import MARK
from tests.random_lines import ADDRESSES, FLAGS, INSTANCES, NOTES, SESSION_ARGUMENTS, SESSIONS, TURNS
from tests.random_writer import Guess, Helper, Writer, is_user

#: The share of programs with relationships.
RELATED = 0.6
#: The share of programs with helpers.
HELPED = 0.6
#: The share of functions that may go through generators, and enter managers.
NESTED = 0.4
#: The share of functions that may call themselves, or another one that calls them back.
RECURSIVE = 0.5
_TYPES = {
    "engine": "Engine",
    **dict.fromkeys(SESSIONS, "Session"),
    **dict.fromkeys(INSTANCES, "User"),
    **dict.fromkeys(ADDRESSES, "Address"),
    **dict.fromkeys(NOTES, "Note"),
    **dict.fromkeys(FLAGS, "bool"),
    TURNS: "int",
}
_RESULTS = {
    "user": "User",
    "optional": "User | None",
    "users": "list[User]",
    "session": "Session",
    "nothing": "None",
}
_LEAVING = {
    "user": "return {x}",
    "optional": "return None",
    "users": "return [{x}]",
    "session": "return {s}",
    "nothing": "return",
}


@dataclass(slots=True)
class _Program:
    """Writes one program, choosing with `random`."""

    random: Random
    related: bool
    plain: bool = False
    number: list[int] = field(default_factory=lambda: [0])

    def source(self) -> str:
        """The functions of the program; the last one is `program`."""
        helpers: list[Helper] = []
        parts: list[str] = []
        owners: list[str] = []
        if not self.plain and self.random.random() < HELPED:
            signatures = [self._signature(number) for number in range(self.random.randint(1, 2))]
            again = [helper for helper in signatures if TURNS in helper.parameters]
            for signature in signatures:
                parts.append(self._function(signature, helpers, again))
                helpers.append(signature)
            if self.random.random() < 0.35:
                parts.append(self._class(helpers, owners))
        return "\n".join([*parts, self._main(helpers, owners)])

    def _writer(self, sessions: tuple[str, ...]) -> Writer:
        return Writer(self.random, sessions, self.related, number=self.number, plain=self.plain)

    def _main(self, helpers: list[Helper], owners: list[str]) -> str:
        sessions = SESSIONS[: self.random.choice((1, 1, 2))]
        lines = [f"{session} = Session(engine{self.random.choice(SESSION_ARGUMENTS)})" for session in sessions]
        guess = Guess()
        for owner in owners:
            lines.append(f"store = {owner}({self.random.choice(sessions)})")
            sessions = (*sessions, "store.session")
            guess.instances["store.kept"] = ("transient", sessions[0])
        writer = replace(self._writer(sessions), helpers=list(helpers))
        if helpers and self.random.random() < 0.4:
            lines += writer.block(guess, self.random.randint(1, 3), depth=0)
            lines += self._nested(writer, guess)
        lines += writer.block(guess, self.random.randint(3, 7), depth=0)
        flags = ", ".join(f"{flag}: bool" for flag in FLAGS)
        return f"def program{MARK}(engine: Engine, {flags}) -> None:\n{_body(lines)}"

    def _signature(self, number: int) -> Helper:
        """How a function of the module is called; one that may call itself, or is called back, counts its turns."""
        sessions = SESSIONS[: self.random.choice((0, 1, 1, 1, 2))]
        users = self.random.sample(INSTANCES, self.random.choice((0, 1, 1, 2)))
        others = [self.random.choice((*ADDRESSES, *NOTES))] if self.related and self.random.random() < 0.4 else []
        flags = self.random.sample(FLAGS, self.random.choice((1, 1, 2)))
        engine = ["engine"] if not sessions or self.random.random() < 0.3 else []
        form = self.random.choice(("function", "function", "function", "manager", "generator"))
        gives = self.random.choice(("user", "user", "optional", "users", "session", "nothing", "nothing"))
        if form == "generator":
            gives = "user"
        elif form == "manager":
            gives = self.random.choice(("user", "session", "nothing"))
        turns = [TURNS] if form == "function" and self.random.random() < RECURSIVE else []
        parameters = (*engine, *sessions, *users, *others, *flags, *turns)
        return Helper(f"helper{number}{MARK}", parameters, gives, form)

    def _function(self, helper: Helper, helpers: list[Helper], again: list[Helper]) -> str:
        """A function of the module, which may call those before it, and those of `again` if it counts its turns."""
        parameters, gives, form = helper.parameters, helper.gives, helper.form
        sessions = tuple(name for name in SESSIONS if name in parameters)
        given = [name for name in parameters if name in (*INSTANCES, *ADDRESSES, *NOTES)]
        lines = [] if sessions else [f"s = Session(engine{self.random.choice(SESSION_ARGUMENTS)})"]
        writer = replace(
            self._writer(sessions or ("s",)),
            flags=tuple(name for name in FLAGS if name in parameters),
            helpers=self._inner(helpers),
            engine="engine" in parameters,
            again=again if TURNS in parameters else [],
        )
        guess = Guess({name: (self.random.choice(("persistent", "transient")), "s") for name in given})
        lines += self._helper_body(writer, guess, form, gives)
        typed = ", ".join(f"{parameter}: {_TYPES[parameter]}" for parameter in parameters)
        result = _RESULTS[gives] if form == "function" else f"Iterator[{_RESULTS[gives]}]"
        decorator = "@contextmanager\n" if form == "manager" else ""
        return f"{decorator}def {helper.call}({typed}) -> {result}:\n{_body(lines)}"

    def _inner(self, helpers: list[Helper]) -> list[Helper]:
        """What is called inside helpers: mostly no loops and blocks, many of which would be slow to analyse."""
        forms = ("function", "generator", "manager") if self.random.random() < NESTED else ("function",)
        return [helper for helper in helpers if helper.form in forms and helper.gives != "users"]

    def _helper_body(self, writer: Writer, guess: Guess, form: str, gives: str) -> list[str]:
        length = self.random.randint(1, 3)
        if form == "manager":
            return self._manager_body(replace(writer, leaving=""), guess, gives)
        writer = replace(writer, leaving=_LEAVING[gives] if form == "function" else "return")
        lines = writer.block(guess, length, depth=1)
        users = [name for name in sorted(guess.instances) if is_user(name)]
        if form == "generator":
            return [*lines, *self._generator_body(writer, guess, users)]
        if gives == "nothing":
            return lines
        if "{x}" in _LEAVING[gives] and not users:
            return [*lines, _LEAVING[gives].format(x='User(name="h")')]
        last = _LEAVING[gives]
        if gives == "optional":
            last = "return {s}.get(User, 1)" if not users or self.random.random() < 0.5 else "return {x}"
        name = self.random.choice(users) if users else ""
        return [*lines, last.format(x=name, s=self.random.choice(writer.sessions))]

    def _generator_body(self, writer: Writer, guess: Guess, users: list[str]) -> list[str]:
        """What gives users out, one after the other, and what follows it."""
        session, name = writer.sessions[0], self.random.choice(users or ['User(name="given")'])
        flag = self.random.choice(writer.flags)
        loop = [f"for row in {session}.scalars(select(User)).all():", "    yield row"]
        between = writer.block(guess.copy(), 1, depth=2)
        given: list[list[str]] = [
            loop,
            [*loop, f"    if {flag}: {session}.flush()"],
            [f"yield {name}"],
            [f"yield {name}", *between, f"yield {name}"],
            [f"yield from {session}.scalars(select(User))"],
            [f"yield from [{name}, {session}.get_one(User, 2)]"],
            [f"with {session}.begin_nested():", f"    yield {name}"],
            [f"with {session}:", f"    {session}.add({name})", f"    yield {name}"],
            ["try:", f"    yield {name}", "finally:", f"    {session}.{self.random.choice(('rollback', 'close'))}()"],
            ["try:", f"    yield {name}", "except SQLAlchemyError:", f"    {session}.rollback()"],
            [f"while {flag} and {session}.in_transaction():", f"    yield {name}", f"    {session}.commit()"],
        ]
        if writer.engine:
            given.append(["with Session(engine) as own:", "    yield own.get_one(User, 1)", "    own.commit()"])
        after = writer.block(guess, 1, depth=2) if self.random.random() < 0.5 else []
        return [*self.random.choice(given), *after]

    def _manager_body(self, writer: Writer, guess: Guess, gives: str) -> list[str]:
        before = writer.block(guess, self.random.randint(1, 2), depth=1) if self.random.random() < 0.6 else []
        session = self.random.choice(writer.sessions)
        users = [name for name in sorted(guess.instances) if is_user(name)]
        given = {"session": session, "nothing": "", "user": self.random.choice(users or ['User(name="h")'])}[gives]
        yielding = f"yield {given}".strip()
        after = self.random.choice(([f"{session}.commit()"], [f"{session}.close()"], ["pass"]))
        if self.random.random() < 0.4:
            after = writer.block(guess.copy(), 1, depth=2)
        handler = self.random.choice(("except Exception:", "except SQLAlchemyError:", "finally:"))
        cleaning = self.random.choice(([f"{session}.rollback()"], [f"{session}.rollback()", "raise"], ["raise"]))
        if handler == "finally:":
            cleaning = [f"{session}.close()"]
        match self.random.randrange(4):
            case 0:
                return [*before, yielding, *after]
            case 1:
                return [*before, f"with {session}.begin_nested():", f"    {yielding}"]
            case 2:
                return [
                    *before,
                    "try:",
                    f"    {yielding}",
                    *(f"    {line}" for line in after),
                    *_block(handler, cleaning),
                ]
            case _:
                return [*before, "try:", f"    {yielding}", *_block(handler, cleaning), *after]

    def _class(self, helpers: list[Helper], owners: list[str]) -> str:
        """A class that keeps a session and a user; each of its methods is a helper."""
        name = f"Store{MARK}"
        start = ["self.session = s", 'self.kept = User(name="kept")']
        if self.random.random() < 0.3:
            start.append("s.add(self.kept)")
        text = f"class {name}:\n    def __init__(self, s: Session) -> None:\n{indent(_body(start), '    ')}"
        methods: list[Helper] = []
        for _ in range(self.random.randint(1, 2)):
            users = self.random.sample(INSTANCES, self.random.choice((0, 1)))
            flag = self.random.choice(FLAGS)
            gives = self.random.choice(("user", "optional", "nothing", "nothing"))
            writer = replace(self._writer(("self.session",)), flags=(flag,), engine=False, helpers=list(methods))
            guess = Guess(dict.fromkeys([*users, "self.kept"], ("persistent", "self.session")))
            lines = self._helper_body(writer, guess, "function", gives)
            if users and self.random.random() < 0.3:
                lines.insert(0, f"self.kept = {users[0]}")
            parameters = (*users, flag)
            typed = ", ".join(f"{parameter}: {_TYPES[parameter]}" for parameter in parameters)
            method = f"work{len(methods)}"
            text += f"\n    def {method}(self, {typed}) -> {_RESULTS[gives]}:\n{indent(_body(lines), '    ')}"
            methods.append(Helper(f"self.{method}", parameters, gives))
        helpers += [replace(method, call=method.call.replace("self.", "store.")) for method in methods]
        owners.append(name)
        return text

    def _nested(self, writer: Writer, guess: Guess) -> list[str]:
        """A function in the program, which uses what stands around it."""
        captured = [name for name in sorted(guess.instances) if "." not in name]
        changed = [name for name in captured if self.random.random() < 0.4]
        others = [name for name in INSTANCES if name not in changed]
        parameters = self.random.sample(others, self.random.choice((0, 1)) if others else 0)
        free = (writer.free - set(captured)) | set(changed) | set(parameters)
        gives = self.random.choice(("user", "nothing", "nothing", "optional"))
        inner = replace(writer, free=frozenset(free), helpers=self._inner(writer.helpers))
        known = guess.copy()
        known.instances |= dict.fromkeys(parameters, ("persistent", writer.sessions[0]))
        lines = [f"nonlocal {', '.join(changed)}"] if changed else []
        lines += self._helper_body(inner, known, "function", gives)
        name = f"inner{writer.next()}"
        writer.helpers.append(Helper(name, tuple(parameters), gives))
        typed = ", ".join(f"{parameter}: {_TYPES[parameter]}" for parameter in parameters)
        return [f"def {name}({typed}) -> {_RESULTS[gives]}:", *_body(lines).splitlines()]


def _body(lines: list[str]) -> str:
    return indent("\n".join(lines), "    ") + "\n"


def _block(head: str, lines: list[str]) -> list[str]:
    return [head, *(f"    {line}" for line in lines)]


@st.composite
def programs(draw: st.DrawFn, *, plain: bool = False) -> str:
    """The source of a function `program_MARK(engine, f1, f2, f3)` and of what it calls.

    `plain`: without relationships, helpers and the lines after which the unknown is possible.
    """
    random = draw(st.randoms(use_true_random=True))
    return _Program(random, not plain and random.random() < RELATED, plain).source()
