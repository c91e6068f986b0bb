"""Random programs that load, expire and read, as source: what `hypothesis` draws for the property tests of loads.

A program is one function of an engine and a few flags; with it may stand functions that give it an instance, or read
one.  The same lines make a synchronous program or one with an AsyncSession.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from textwrap import indent

from hypothesis import strategies as st

from tests.random_checks import MARK

FLAGS = ("f1", "f2")
NAMES = ("a", "b")
#: How often a statement is a read.
READING = 0.5
#: How often an instance is read at once through every kind of attribute.
READING_ALL = 0.15
#: How often the last session ends before the last reads.
ENDING_WITH_READS = 0.6
ENDINGS = ("{w}{s}.close(){e}", "{w}{s}.commit(){e}", "{w}{s}.rollback(){e}", "{s}.expunge_all()")
SESSION_ARGUMENTS = ("", "", ", expire_on_commit=False", ", expire_on_commit=False", ", autoflush=False")
#: What `options()` is given.
OPTIONS = (
    "selectinload(User.addresses)",
    "joinedload(User.team)",
    "selectinload(User.team)",
    "undefer(User.bio)",
    "load_only(User.name)",
    "defer(User.name)",
    "raiseload(User.addresses)",
    'raiseload("*")',
    "lazyload(User.notes)",
    "noload(User.addresses)",
    "selectinload(User.addresses).undefer(Address.remark)",
    "selectinload(User.addresses).selectinload(Address.user)",
    "raiseload(User.team, sql_only=True)",
    "selectinload(User.hidden)",
    "undefer(User.secret)",
)
ATTRIBUTES = (
    "id",
    "name",
    "bio",
    "secret",
    "made",
    "changed",
    "upper",
    "team_id",
    "team",
    "addresses",
    "addresses",
    "notes",
    "hidden",
    "quiet",
)
#: Lines that read `{x}`; `{a}` is one of its attributes.
READS = (
    "{x}.{a}",
    "{x}.{a}",
    "{x}.{a}",
    "len({x}.addresses)",
    "list({x}.addresses)",
    "[item.street for item in {x}.addresses]",
    "[item.remark for item in {x}.addresses]",
    "[item.user for item in {x}.addresses]",
    "[item.text for item in {x}.notes]",
    "for item in {x}.addresses: item.street",
    "for item in {x}.notes: item.text",
    "[item.remark for number, item in enumerate({x}.addresses, 1)]",
    "for item, number in zip({x}.addresses, range(3), strict=False): item.remark",
    "sorted([{x}], key=lambda item: len(item.addresses))",
    "sorted({x}.addresses, key=lambda item: item.remark or '')",
    "list(map(lambda item: item.user, {x}.addresses))",
    "list(filter(lambda item: item.{a}, [{x}]))",
    "max([{x}], key=lambda item: len(item.notes)).name",
    "min({x}.addresses, key=lambda item: item.id, default=None)",
    "any(item.remark for item in {x}.addresses)",
    'f"{{{x}.name}}"',
    "bool({x}.addresses)",
    "print({x}.team)",
    "{x}.addresses.append(Address())",
    "{x}.addresses = []",
    "{x}.name = ({x}.name or '') + 'x'",
)
#: Lines that bind `{x}` to a user, `{w}` and `{e}` stand around what an AsyncSession waits for.
BINDING = (
    "{x} = {w}{s}.get_one(User, {key}){e}",
    "{x} = {w}{s}.get_one(User, {key}, options=[{option}]){e}",
    "{x} = {w}{s}.scalars(select(User).where(User.id == {key})){e}.one()",
    "{x} = {w}{s}.scalars(select(User).where(User.id == {key}).options({option})){e}.one()",
    "{x} = {w}{s}.scalars(select(User).where(User.id == {key}).options({option}, {other})){e}.one()",
    "{x} = {w}{s}.execute(select(User).options({option}).where(User.id == {key})){e}.scalar_one()",
    '{x} = User(name="n")',
    '{x} = User(name="n", addresses=[Address()])',
    '{x} = User(name="n", team=Team())',
)
BINDING_SYNC = ("{x} = {s}.query(User).options({option}).filter(User.id == {key}).one()",)
#: Lines on an instance.
OPERATIONS = (
    "{s}.add({x})",
    "{s}.add({x})",
    "{s}.expunge({x})",
    "{s}.expire({x})",
    '{s}.expire({x}, ["{a}"])',
    "{w}{s}.refresh({x}){e}",
    '{w}{s}.refresh({x}, ["{a}"]){e}',
    '{w}{s}.refresh({x}, attribute_names=["addresses", "name"]){e}',
    "{y} = {w}{s}.merge({x}){e}",
    "{y} = {w}{s}.merge({x}, load=False){e}",
    '{x}.name = "w"',
    '{x}.bio = "w"',
    "{x}.team = None",
    "{x}.team = Team()",
    "Address(user={x})",
    "{x}.team_id = None",
    "make_transient({x})",
    "{y} = {x}",
)
OPERATIONS_ASYNC = (
    "await {x}.awaitable_attrs.{a}",
    "await {s}.run_sync(lambda _: {x}.addresses)",
)
#: Lines on a whole session.
WHOLE = (
    "{w}{s}.flush(){e}",
    "{w}{s}.commit(){e}",
    "{w}{s}.commit(){e}",
    "{w}{s}.commit(){e}",
    "{w}{s}.rollback(){e}",
    "{w}{s}.close(){e}",
    "{w}{s}.close(){e}",
    "{s}.expunge_all()",
    "{s}.expire_all()",
    "{w}{s}.scalars(select(User)){e}.all()",
    "{w}{s}.scalars(select(User).options({option})){e}.all()",
    "{w}{s}.scalars(select(User).execution_options(populate_existing=True)){e}.all()",
    "{w}{s}.scalars(select(Team)){e}.all()",
    "{w}{s}.get(User, {key}){e}",
    "{w}{s}.execute(update(User).where(User.id == {key}).values(name='u')){e}",
)
HEADS = (
    "if {flag}:",
    "if {flag}:",
    "if {flag}:",
    "for _ in range(2):",
    "{async_}with {s}.begin_nested():",
    "{async_}with {session}(engine{arguments}) as {fresh}:",
    "{async_}with {s}.begin():",
)


@dataclass(slots=True)
class _Program:
    """Writes one program, choosing with `random`."""

    random: Random
    is_async: bool
    number: int = 0
    helpers: list[tuple[str, str]] = field(default_factory=list)

    def source(self) -> str:
        """The functions of the program; the last one is `program`."""
        parts = [self._helper(number) for number in range(self.random.choice((0, 0, 1, 2)))]
        bound: list[str] = []
        lines = [f"s = {self._session()}(engine{self.random.choice(SESSION_ARGUMENTS)})"]
        lines += self._bind("s", bound)
        lines += self._block(["s"], bound, self.random.randint(3, 8), 0)
        if self.random.random() < ENDING_WITH_READS:
            lines.append(self._filled(self.random.choice(ENDINGS)))
            lines += self._read(self.random.choice(bound)) + self._read(self.random.choice(bound))
        flags = ", ".join(f"{flag}: bool" for flag in FLAGS)
        return "\n".join([*parts, self._function("program", f"engine: {self._engine()}, {flags}", "None", lines)])

    def _session(self) -> str:
        return "AsyncSession" if self.is_async else "Session"

    def _engine(self) -> str:
        return "AsyncEngine" if self.is_async else "Engine"

    def _function(self, name: str, parameters: str, result: str, lines: list[str]) -> str:
        begin = "async def" if self.is_async else "def"
        return f"{begin} {name}{MARK}({parameters}) -> {result}:\n{_body(lines)}"

    def _helper(self, number: int) -> str:
        """A function that loads a user, that reads one, or that does something with a session and reads."""
        form, name, bound = self.random.choice(("loads", "reads", "works")), f"helper{number}", list[str]()
        if form == "loads":
            lines = [self._filled("{async_}with {session}(engine{arguments}) as s:")]
            inner = self._bind("s", bound)
            inner += self._block(["s"], bound, self.random.randint(0, 2), 2)
            outside = self.random.random() < 0.5
            lines += [f"    {line}" for line in inner]
            lines += [f"return {bound[0]}" if outside else f"    return {bound[0]}"]
            self.helpers.append((form, name))
            return self._function(name, f"engine: {self._engine()}", "User", lines)
        if form == "reads":
            self.helpers.append((form, name))
            begin = "def"
            return f"{begin} {name}{MARK}(a: User) -> None:\n{_body(self._read('a'))}"
        lines = self._block(["s"], ["a"], self.random.randint(1, 3), 2)
        self.helpers.append((form, name))
        return self._function(name, f"s: {self._session()}, a: User", "None", lines)

    def _block(self, sessions: list[str], bound: list[str], length: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(length):
            lines += self._statement(sessions, bound, depth)
        return lines or ["pass"]

    def _statement(self, sessions: list[str], bound: list[str], depth: int) -> list[str]:
        session, chance = self.random.choice(sessions), self.random.random()
        if chance < READING:
            return self._read(self.random.choice(bound))
        if self.helpers and chance < 0.58:
            return self._call(session, bound)
        if chance < 0.66:
            return self._bind(session, bound)
        if chance < 0.78:
            return [self._filled(self.random.choice(WHOLE), session)]
        if chance < 0.91 or depth > 1:
            return self._operation(session, bound)
        return self._compound(session, sessions, bound, depth)

    def _read(self, name: str) -> list[str]:
        if self.random.random() < READING_ALL:
            return [f"{name}.{attribute}" for attribute in dict.fromkeys(ATTRIBUTES)]
        return [self._filled(self.random.choice(READS), x=name)]

    def _bind(self, session: str, bound: list[str]) -> list[str]:
        name = self.random.choice(NAMES)
        line = self._filled(self.random.choice(BINDING if self.is_async else BINDING + BINDING_SYNC), session, x=name)
        lines = [line]
        if "User(name" in line and self.random.random() < 0.8:
            lines.append(f"{session}.add({name})")
            if self.random.random() < 0.7:
                lines.append(self._filled(self.random.choice(("{w}{s}.flush(){e}", "{w}{s}.commit(){e}")), session))
        bound += [name] if name not in bound else []
        return lines

    def _operation(self, session: str, bound: list[str]) -> list[str]:
        known = OPERATIONS + OPERATIONS_ASYNC if self.is_async else OPERATIONS
        line, target = self.random.choice(known), self.random.choice(NAMES)
        if "{y} =" in line:
            text = self._filled(line, session, x=self.random.choice(bound), y=target)
            bound += [target] if target not in bound else []
            return [text]
        return [self._filled(line, session, x=self.random.choice(bound))]

    def _call(self, session: str, bound: list[str]) -> list[str]:
        form, name = self.random.choice(self.helpers)
        wait = "await " if self.is_async and form != "reads" else ""
        if form == "loads":
            target = self.random.choice(NAMES)
            bound += [target] if target not in bound else []
            return [f"{target} = {wait}{name}{MARK}(engine)"]
        user = self.random.choice(bound)
        return [f"{wait}{name}{MARK}({user})" if form == "reads" else f"{wait}{name}{MARK}({session}, {user})"]

    def _compound(self, session: str, sessions: list[str], bound: list[str], depth: int) -> list[str]:
        self.number += 1
        fresh = f"n{self.number}"
        head = self._filled(self.random.choice(HEADS), session, fresh=fresh)
        inside = [*sessions, fresh] if fresh in head else sessions
        # What is bound inside an `if` alone may not be afterwards.
        known = list(bound)
        lines = self._block(inside, known, self.random.randint(1, 3), depth + 1)
        if not head.startswith("if"):
            bound += [name for name in known if name not in bound]
        return [head, *(f"    {line}" for line in lines)]

    def _filled(self, line: str, session: str = "s", **names: str) -> str:
        choose = self.random.choice
        option, other = self.random.sample(OPTIONS, 2)
        return line.format(
            **{"x": "", "y": "", "fresh": "", **names},
            s=session,
            a=choose(ATTRIBUTES),
            w="(await " if self.is_async else "",
            e=")" if self.is_async else "",
            key=choose((1, 1, 2)),
            option=option,
            other=other,
            flag=choose(FLAGS),
            async_="async " if self.is_async else "",
            session=self._session(),
            arguments=choose(SESSION_ARGUMENTS),
        )


def _body(lines: list[str]) -> str:
    return indent("\n".join(lines), "    ") + "\n"


@st.composite
def load_programs(draw: st.DrawFn, *, is_async: bool) -> str:
    """The source of a function `program_MARK(engine, f1, f2)` and of what it calls."""
    return _Program(draw(st.randoms(use_true_random=True)), is_async).source()
