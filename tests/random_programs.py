"""Random programs over the session API, as source: what `hypothesis` draws for the property tests.

A program is one function of an engine and a few flags.  It works with two sessions and a few names of instances; only
names that are certainly bound are used.  Every line may raise when it runs: that ends the program, unless a `try` of
its own catches it.  So that most programs get far, the writer keeps a guess of where each instance stands and mostly
chooses what does not raise there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from textwrap import indent

from hypothesis import strategies as st

FLAGS = ("f1", "f2", "f3")
SESSIONS = ("s", "t")
INSTANCES = ("a", "b", "c")
ADDRESSES = ("p", "q")
NOTES = ("m", "n")
#: How often a line is chosen that should not raise.
CAUTION = 0.9
#: The share of programs with relationships.
RELATED = 0.6
_SESSION_ARGUMENTS = ("", "", ", expire_on_commit=False", ", autoflush=False")

#: Lines that bind the instance `{x}`, and the state that it then has.
_BINDING = (
    ('{x} = User(name="n{number}")', "transient"),
    ('{x} = User(name="n{number}")', "transient"),
    ('{x} = User(name="one")', "transient"),
    ("{x} = {s}.get_one(User, 1)", "persistent"),
    ("{x} = {s}.get_one(User, 2)", "persistent"),
    ("{x} = {s}.query(User).filter(User.id == 1).one()", "persistent"),
    ("{x} = {s}.scalars(select(User).where(User.id == 2)).one()", "persistent"),
    ("{x} = {s}.execute(select(User).where(User.id == 1)).scalar_one()", "persistent"),
)
#: Lines that bind `{x}` to what comes of another instance.
_COPYING = ("{x} = {y}", "{x} = {s}.merge({y})", "{x} = {s}.merge({y}, load=False)")
#: Lines that bind the address or note `{x}`; `{y}` is a user.
_BINDING_CHILD: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {
    ADDRESSES: (
        ("{x} = Address()", "transient"),
        ("{x} = Address(user={y})", "transient"),
        ("{x} = {s}.get_one(Address, 1)", "persistent"),
        ("{x} = {y}.addresses[0]", "persistent"),
    ),
    NOTES: (
        ("{x} = Note()", "transient"),
        ("{x} = Note(author={y})", "transient"),
        ("{x} = {s}.get_one(Note, 1)", "persistent"),
        ("{x} = {y}.notes[-1]", "persistent"),
    ),
}
#: Lines that change or read what is related: `{y}` is a user.
_RELATING: dict[tuple[str, ...], tuple[str, ...]] = {
    ADDRESSES: (
        "{y}.addresses.append({x})",
        "{y}.addresses.append({x})",
        "{y}.addresses.extend([{x}])",
        "{y}.addresses.remove({x})",
        "{y}.addresses.clear()",
        "{y}.addresses = [{x}]",
        "{y}.addresses = []",
        "{x}.user = {y}",
        "{x}.user = None",
        "reveal_state({x}.user)",
        "{y}.addresses.append(Address())",
        "[reveal_state(item) for item in {y}.addresses]",
        "for item in {y}.addresses: reveal_state(item)",
        "for item in list({y}.addresses): {s}.expunge(item)",
        "{y} = {x}.user",
        "{s}.add_all({y}.addresses)",
    ),
    NOTES: (
        "{y}.notes.append({x})",
        "{y}.notes.insert(0, {x})",
        "{y}.notes.remove({x})",
        "{y}.notes.pop()",
        "{y}.notes = [{x}]",
        "{x}.author = {y}",
        "{x}.author = None",
        "reveal_state({x}.author)",
        "for note in {y}.notes: reveal_state(note)",
        "for note in {y}.notes: {s}.delete(note)",
    ),
}
#: Operations on one instance of a session: the state that each makes of those in which it should not raise.
_OPERATIONS: dict[str, dict[str, str]] = {
    "{s}.add({x})": {"transient": "pending", "detached": "persistent", "marked": "persistent"},
    "{s}.add_all([{x}, {y}])": {"transient": "pending", "detached": "persistent", "marked": "persistent"},
    "{s}.delete({x})": {"persistent": "marked", "detached": "marked"},
    "{s}.expunge({x})": {"pending": "transient", "persistent": "detached", "marked": "detached", "deleted": "gone"},
    "{s}.refresh({x})": {"persistent": "persistent"},
    "{s}.expire({x})": {"persistent": "persistent"},
    "{s}.merge({x})": {"transient": "transient", "detached": "detached", "marked": "deleted", "gone": "gone"},
    "make_transient({x})": {"persistent": "transient", "detached": "transient", "gone": "transient"},
    "make_transient_to_detached({x})": {"transient": "detached"},
    "{s}.bulk_save_objects([{x}])": {"transient": "transient"},
    "{x}.name": {"persistent": "persistent", "marked": "marked"},
    '{x}.name = "w{number}"': {"persistent": "persistent", "transient": "transient"},
    "{x}.bio": {"persistent": "persistent"},
    "{x} in {s}": {"persistent": "persistent", "transient": "transient"},
}
_FLUSHED = {"pending": "persistent", "marked": "deleted"}
_COMMITTED = {"pending": "persistent", "marked": "gone", "deleted": "gone"}
_ROLLED_BACK = {"pending": "transient", "marked": "persistent", "deleted": "persistent"}
_CLOSED = {"pending": "transient", "persistent": "detached", "marked": "detached"}
#: Operations on a whole session, and what becomes of its instances.
_WHOLE: dict[str, dict[str, str]] = {
    "{s}.flush()": _FLUSHED,
    "{s}.commit()": _COMMITTED,
    "{s}.rollback()": _ROLLED_BACK,
    "{s}.close()": _CLOSED,
    "{s}.reset()": _CLOSED,
    "{s}.expunge_all()": _CLOSED,
    "{s}.expire_all()": {},
    "{s}.query(User).all()": _FLUSHED,
    "{s}.query(User).autoflush(False).all()": {},
    "{s}.scalars(select(User.id)).all()": _FLUSHED,
    "{s}.get(User, 1)": {},
    "{s}.execute(update(User).where(User.id == 2).values(bio='b{number}'))": _FLUSHED,
    "{s}.execute(delete(User).where(User.id == 1))": _FLUSHED,
}
#: A line that makes the next commit of any session fail, after its flush.
_REFUSAL = "fail_next_commit(engine)"
_ENDING = ("{s}.commit()", "{s}.rollback()", "{s}.close()", "{s}.reset()")
#: The heads of blocks, and what the end of each makes of the instances of the session.
_BLOCKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("if {flag}:", {}),
    ("if {flag}:", {}),
    ("if {flag}:", {}),
    ("for _ in range(2):", {}),
    ("for item in [{x}, {y}]:", {}),
    ("while {flag} and {s}.in_transaction():", {}),
    ("with {s}.no_autoflush:", {}),
    ("with {s}.begin_nested():", _FLUSHED),
    ("with {s}.begin_nested():", _FLUSHED),
    ("with {s}.begin():", _COMMITTED),
    ("with {s}:", _CLOSED),
    ("with Session(engine) as {fresh}:", {}),
    ("with sessionmaker(engine).begin() as {fresh}:", {}),
    ("try:", {}),
    ("try:", {}),
    ("try:", {}),
)
_HANDLERS = ("except IntegrityError:", "except SQLAlchemyError:", "except Exception:", "finally:")


@dataclass(slots=True)
class _Guess:
    """Where each name that is certainly bound probably stands (state and session), and which sessions have begun."""

    instances: dict[str, tuple[str, str]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def copy(self) -> _Guess:
        """An independent copy."""
        return _Guess(dict(self.instances), set(self.begun))

    def move(self, session: str, changes: dict[str, str]) -> None:
        """An operation on the whole session."""
        for name, (state, owner) in self.instances.items():
            if owner == session:
                self.instances[name] = (changes.get(state, state), owner)


@dataclass(slots=True)
class _Writer:
    """Writes one program, choosing with `random`; `sessions` are those in scope."""

    random: Random
    sessions: tuple[str, ...]
    related: bool = False
    number: list[int] = field(default_factory=lambda: [0])

    def program(self) -> str:
        """The source of the function."""
        given = [self.random.choice(_SESSION_ARGUMENTS) for _ in SESSIONS]
        first = [f"{session} = Session(engine{more})" for session, more in zip(SESSIONS, given, strict=True)]
        body = self._block(_Guess(), self.random.randint(4, 12), depth=0)
        text = indent("\n".join([*first, *body]), "    ")
        return f"def program(engine: Engine, {', '.join(f'{flag}: bool' for flag in FLAGS)}) -> None:\n{text}\n"

    def _block(self, guess: _Guess, length: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(length):
            lines += self._statement(guess, depth)
            if self.random.random() < 0.6:
                lines += [f"reveal_state({name})" for name in sorted(guess.instances)]
        return lines or ["pass"]

    def _statement(self, guess: _Guess, depth: int) -> list[str]:
        choice = self.random.random() if guess.instances else 0.0
        if choice < 0.2:
            return self._bind(guess)
        if self.related and self.random.random() < 0.45:
            return self._relate(guess)
        if choice < 0.6:
            return self._operate(guess)
        if choice < 0.62:
            return [_REFUSAL]
        if choice < 0.75 or depth >= 3:
            session = self.random.choice(self.sessions)
            line, changes = self.random.choice(list(_WHOLE.items()))
            guess.move(session, changes)
            (guess.begun.discard if line in _ENDING else guess.begun.add)(session)
            return [line.format(s=session, number=self._next())]
        return self._compound(guess, depth)

    def _next(self) -> int:
        self.number[0] += 1
        return self.number[0]

    def _bind(self, guess: _Guess) -> list[str]:
        name, session = self.random.choice(INSTANCES), self.random.choice(self.sessions)
        others = [item for item in sorted(guess.instances) if item in INSTANCES]
        if others and self.random.random() < 0.3:
            other = self.random.choice(others)
            line = self.random.choice(_COPYING)
            guess.instances[name] = guess.instances[other] if line == "{x} = {y}" else ("persistent", session)
            return [line.format(x=name, y=other, s=session)]
        line, state = self.random.choice(_BINDING)
        guess.instances[name] = (state, session)
        guess.begun.add(session)
        return [line.format(x=name, s=session, number=self._next())]

    def _relate(self, guess: _Guess) -> list[str]:
        """A line about an address or note and a user."""
        names = self.random.choice((ADDRESSES, NOTES))
        user = self.random.choice([name for name in sorted(guess.instances) if name in INSTANCES] or ["a"])
        if user not in guess.instances:
            return self._bind(guess)
        state, session = guess.instances[user]
        if session not in self.sessions:
            session = self.random.choice(self.sessions)
        bound = [name for name in names if name in guess.instances]
        if not bound or self.random.random() < 0.3:
            name = self.random.choice(names)
            fitting = [item for item in _BINDING_CHILD[names] if state == "persistent" or "[" not in item[0]]
            line, after = self.random.choice(fitting)
            guess.instances[name] = (after, session)
        else:
            name, line = self.random.choice(bound), self.random.choice(_RELATING[names])
            if state in ("pending", "persistent") and guess.instances[name][0] in ("transient", "detached"):
                guess.instances[name] = ("pending", session)
        if "{s}" in line:
            guess.begun.add(session)
        return [line.format(x=name, y=user, s=session)]

    def _operate(self, guess: _Guess) -> list[str]:
        name, other = (self.random.choice(sorted(guess.instances)) for _ in range(2))
        state, session = guess.instances[name]
        operations = {line: known for line, known in _OPERATIONS.items() if name in INSTANCES or "{x}." not in line}
        line, changes = self.random.choice(list(operations.items()))
        if self.random.random() < CAUTION:
            fitting = [item for item in operations.items() if state in item[1]]
            line, changes = self.random.choice(fitting) if fitting else (line, changes)
        if session not in self.sessions or self.random.random() > CAUTION or state in ("transient", "detached"):
            session = self.random.choice(self.sessions)
        guess.instances[name] = (changes.get(state, state), session)
        guess.begun.add(session)
        return [line.format(x=name, y=other, s=session, number=self._next())]

    def _compound(self, guess: _Guess, depth: int) -> list[str]:
        session, flag, fresh = self.random.choice(self.sessions), self.random.choice(FLAGS), f"n{self._next()}"
        name, other = (self.random.choice(sorted(guess.instances)) for _ in range(2))
        template, changes = self.random.choice(_BLOCKS)
        if template == "with {s}.begin():" and session in guess.begun:
            template, changes = "with {s}.begin_nested():", _FLUSHED
        head = template.format(flag=flag, s=session, x=name, y=other, fresh=fresh)
        inner = replace(self, sessions=(*self.sessions, fresh)) if "{fresh}" in template else self
        before = guess.copy()
        body = inner._block(guess, self.random.randint(1, 4), depth + 1)
        if head.startswith("for item"):
            body = [self.random.choice((f"{session}.add(item)", "reveal_state(item)")), *body]
        if self.random.random() < 0.3:
            body += self.random.choice(_ways_out(head, flag))
        lines = [head, *(f"    {line}" for line in body)]
        guess.move(fresh if "{fresh}" in template else session, changes)
        if head.startswith("with"):
            return lines
        otherwise = before.copy()
        if head.startswith("if") and self.random.random() < 0.5:
            lines += [
                "else:",
                *(f"    {line}" for line in self._block(otherwise, self.random.randint(1, 3), depth + 1)),
            ]
        if head == "try:":
            caught = self._block(otherwise, self.random.randint(1, 2), depth + 1)
            lines += [self.random.choice(_HANDLERS), *(f"    {line}" for line in caught)]
            otherwise = before
        guess.instances = {name: known for name, known in guess.instances.items() if name in otherwise.instances}
        return lines


def _ways_out(head: str, flag: str) -> list[list[str]]:
    """Ways to leave a block early."""
    ways = [[f"if {flag}:", "    raise ValueError(1)"], [f"if {flag}:", "    return"]]
    if head.startswith(("for", "while")):
        ways += [[f"if {flag}:", "    break"], [f"if {flag}:", "    continue"], ["break"]]
    return ways


@st.composite
def programs(draw: st.DrawFn) -> str:
    """The source of one function `program(engine, f1, f2, f3)`."""
    random = draw(st.randoms(use_true_random=True))
    return _Writer(random, SESSIONS[: random.choice((1, 1, 2))], random.random() < RELATED).program()
