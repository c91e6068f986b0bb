"""Writes the blocks of random programs.

Only names that are certainly bound are used.  Every line may raise when it runs: that ends the program, unless a `try`
of its own catches it.  So that most programs get far, the writer keeps a guess of where each instance stands and mostly
chooses what does not raise there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from textwrap import indent

from tests.random_lines import (
    ADDRESSES,
    BINDING,
    BINDING_CHILD,
    BLOCKS,
    COPYING,
    ENDING,
    FLAGS,
    FLUSHED,
    HANDLERS,
    INSTANCES,
    NOT_PLAIN,
    NOTES,
    OPERATIONS,
    REFUSAL,
    RELATING,
    SESSIONS,
    TURNS,
    WHOLE,
)

#: How often a line is chosen that should not raise.
CAUTION = 0.9
#: How often a call of a helper is chosen, where there is one.
CALLING = 0.3
#: How often a function calls itself, where it may.
RECURRING = 0.4
#: How often all instances are asked for after a statement.
ASKING = 0.6


def is_user(name: str) -> bool:
    """Whether an instance of this name is a user."""
    return name in INSTANCES or name.endswith(".kept")


@dataclass(frozen=True, slots=True)
class Helper:
    """A function of the program, as its callers see it.

    `parameters` are called as what they take is called in the program.  `gives`: `user`, `optional` user, `users`,
    `session` or `nothing`.  `form`: a `function`, a `manager` (a context manager) or a `generator` of users.
    """

    call: str
    parameters: tuple[str, ...]
    gives: str
    form: str = "function"


@dataclass(slots=True)
class Guess:
    """Where each name that is certainly bound probably stands (state and session), and which sessions have begun."""

    instances: dict[str, tuple[str, str]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def copy(self) -> Guess:
        """An independent copy."""
        return Guess(dict(self.instances), set(self.begun))

    def move(self, session: str, changes: dict[str, str]) -> None:
        """An operation on the whole session."""
        for name, (state, owner) in self.instances.items():
            if owner == session:
                self.instances[name] = (changes.get(state, state), owner)


@dataclass(slots=True)
class Writer:
    """Writes blocks, choosing with `random`.

    `sessions` are those in scope, `flags` and `helpers` what may be named, `again` the functions that are called as
    long as there are turns, `free` the names that may be bound, `engine` tells whether there is one, and `leaving` is
    the statement that leaves the function.  `plain`: without what the page on states names as a source of the unknown.
    """

    random: Random
    sessions: tuple[str, ...]
    related: bool = False
    flags: tuple[str, ...] = FLAGS
    helpers: list[Helper] = field(default_factory=list)
    again: list[Helper] = field(default_factory=list)
    free: frozenset[str] = frozenset((*INSTANCES, *ADDRESSES, *NOTES))
    engine: bool = True
    leaving: str = "return"
    plain: bool = False
    number: list[int] = field(default_factory=lambda: [0])

    def block(self, guess: Guess, length: int, depth: int) -> list[str]:
        """So many statements, with questions between them."""
        lines: list[str] = []
        writer = self
        for _ in range(length):
            opening = [helper for helper in writer.helpers if helper.gives == "session" and helper.form == "function"]
            if opening and writer.random.random() < 0.15:
                helper, fresh = writer.random.choice(opening), f"n{writer.next()}"
                call = writer.call(guess, helper)
                if call is not None:
                    lines.append(f"{fresh} = {call}")
                    writer = replace(writer, sessions=(*writer.sessions, fresh))
            lines += writer._statement(guess, depth)
            if writer.random.random() < ASKING:
                lines += [f"reveal_state({name})" for name in sorted(guess.instances)]
        return lines or ["pass"]

    def next(self) -> int:
        """A number that was not used before."""
        self.number[0] += 1
        return self.number[0]

    def call(self, guess: Guess, helper: Helper) -> str | None:
        """A call with what is bound here; None where something is missing.

        Two parameters are given two sessions: that they are not one is an assumption of the analysis.
        """
        arguments: list[str] = []
        apart = [name for name in SESSIONS if name in self.sessions]
        if apart and SESSIONS[1] in helper.parameters:
            self.random.shuffle(apart)
        else:
            apart = [self.random.choice(self.sessions)]
        for parameter in helper.parameters:
            is_session = parameter in SESSIONS
            argument = (apart.pop() if apart else None) if is_session else self._argument(guess, parameter)
            if argument is None:
                return None
            arguments.append(argument)
        if arguments and self.random.random() < 0.3:
            last = arguments.pop()
            arguments.append(f"{helper.parameters[len(arguments)]}={last}")
        guess.begun.update(self.sessions)
        return f"{helper.call}({', '.join(arguments)})"

    def _choose(self, lines: list[tuple[str, dict[str, str]]]) -> tuple[str, dict[str, str]]:
        known = [item for item in lines if not (self.plain and item[0].startswith(NOT_PLAIN))]
        return self.random.choice(known or [("pass", {})])

    def _argument(self, guess: Guess, parameter: str) -> str | None:
        if parameter in FLAGS:
            return self.random.choice((*self.flags, "True", "False"))
        if parameter == TURNS:
            return f"{TURNS} - 1" if self.again else self.random.choice(("0", "1", "2"))
        if parameter == "engine":
            return parameter if self.engine else None
        kinds = next(kind for kind in (INSTANCES, ADDRESSES, NOTES) if parameter in kind)
        bound = [name for name in sorted(guess.instances) if name in kinds or (kinds is INSTANCES and is_user(name))]
        fitting = [name for name in bound if guess.instances[name][0] in ("persistent", "transient", "pending")]
        return self.random.choice(fitting or bound) if bound else None

    def _statement(self, guess: Guess, depth: int) -> list[str]:
        choice = self.random.random() if guess.instances else 0.0
        if self.helpers and guess.instances and self.random.random() < CALLING:
            called = self._call(guess, depth)
            if called is not None:
                return called
        if self.again and depth < 3 and self.random.random() < RECURRING:
            return self._recur(guess, depth)
        if choice < 0.2:
            return self._bind(guess)
        if self.related and self.random.random() < 0.45:
            return self._relate(guess)
        if choice < 0.6:
            return self._operate(guess)
        if choice < 0.62 and self.engine:
            return [REFUSAL]
        if choice < 0.75 or depth >= 3:
            session = self.random.choice(self.sessions)
            line, changes = self._choose(list(WHOLE.items()))
            guess.move(session, changes)
            (guess.begun.discard if line in ENDING else guess.begun.add)(session)
            return [line.format(s=session, number=self.next())]
        return self._compound(guess, depth)

    def _call(self, guess: Guess, depth: int) -> list[str] | None:
        helper = self.random.choice(self.helpers)
        call = self.call(guess, helper)
        if call is None or (depth >= 3 and helper.form != "function"):
            return None
        free = sorted(name for name in INSTANCES if name in self.free)
        target = self.random.choice(free) if free else None
        session = self.random.choice(self.sessions)
        if helper.form == "manager":
            return self._managed(guess, depth, helper, call, target)
        if helper.form == "generator" or helper.gives == "users":
            return self._gone_through(guess, depth, call)
        if helper.gives not in ("user", "optional") or target is None or self.random.random() < 0.2:
            return [call if self.random.random() < 0.8 else f"for _ in range(2): {call}"]
        guess.instances[target] = ("persistent", session)
        if helper.gives == "user":
            return [f"{target} = {call}"]
        got = f"g{self.next()}"
        made = [f"if {got} is None:", f'    {got} = User(name="n{self.next()}")']
        if self.random.random() < 0.3:
            made = [f"assert {got} is not None"]
        return [f"{got} = {call}", f"reveal_state({got})", *made, f"{target} = {got}"]

    def _gone_through(self, guess: Guess, depth: int, call: str) -> list[str]:
        """What a call gives out is gone through."""
        body = ["reveal_state(item)", *self.block(guess.copy(), self.random.randint(1, 2), depth + 1)]
        if self.random.random() < 0.4:
            leaving = self.random.choice(("break", "continue", self.leaving, "raise ValueError(1)"))
            flag = self.random.choice(self.flags)
            users = [name for name in sorted(guess.instances) if is_user(name)]
            if "{x}" in leaving and not users:
                leaving = "break"
            left = leaving.format(x=self.random.choice(users) if users else "", s=self.sessions[0]) or "break"
            body.append(left if left == "break" and self.random.random() < 0.5 else f"if {flag}: {left}")
        kept = f"[item for item in {call} if item in {self.random.choice(self.sessions)}]"
        ways = [
            [f"for item in {call}:", *(f"    {line}" for line in body)],
            [f"for item in {call}:", *(f"    {line}" for line in body)],
            [f"for item in list({call}):", *(f"    {line}" for line in body)],
            [f"[reveal_state(item) for item in {call}]"],
            [f"for item in {kept}: reveal_state(item)"],
        ]
        return self.random.choice(ways)

    def _recur(self, guess: Guess, depth: int) -> list[str]:
        """As long as there are turns, a function that calls itself does so."""
        inside = guess.copy()
        body = replace(self, helpers=self.again)._call(inside, depth + 1) or ["pass"]
        guess.begun |= inside.begun
        return [f"if {TURNS} > 0:", *(f"    {line}" for line in body)]

    def _managed(self, guess: Guess, depth: int, helper: Helper, call: str, target: str | None) -> list[str]:
        inner, head = self, f"with {call}:"
        if helper.gives == "session":
            fresh = f"n{self.next()}"
            inner, head = replace(self, sessions=(*self.sessions, fresh)), f"with {call} as {fresh}:"
        elif helper.gives == "user" and target is not None:
            head = f"with {call} as {target}:"
            guess.instances[target] = ("persistent", self.random.choice(self.sessions))
        body = inner.block(guess, self.random.randint(1, 3), depth + 1)
        return [head, *(f"    {line}" for line in body)]

    def _bind(self, guess: Guess) -> list[str]:
        name, session = self.random.choice(INSTANCES), self.random.choice(self.sessions)
        if name not in self.free:
            return ["pass"]
        others = [item for item in sorted(guess.instances) if is_user(item)]
        if others and self.random.random() < 0.3:
            other = self.random.choice(others)
            line = self.random.choice(COPYING)
            guess.instances[name] = guess.instances[other] if line == "{x} = {y}" else ("persistent", session)
            return [line.format(x=name, y=other, s=session)]
        line, state = self.random.choice(BINDING)
        guess.instances[name] = (state, session)
        guess.begun.add(session)
        return [line.format(x=name, s=session, number=self.next())]

    def _relate(self, guess: Guess) -> list[str]:
        """A line about an address or note and a user."""
        names = self.random.choice((ADDRESSES, NOTES))
        user = self.random.choice([name for name in sorted(guess.instances) if is_user(name)] or ["a"])
        if user not in guess.instances:
            return self._bind(guess)
        state, session = guess.instances[user]
        if session not in self.sessions:
            session = self.random.choice(self.sessions)
        bound = [name for name in names if name in guess.instances]
        free = [name for name in names if name in self.free]
        if free and (not bound or self.random.random() < 0.3):
            name = self.random.choice(free)
            fitting = [item for item in BINDING_CHILD[names] if state == "persistent" or "[" not in item[0]]
            line, after = self.random.choice(fitting)
            guess.instances[name] = (after, session)
        elif bound:
            name, line = self.random.choice(bound), self.random.choice(RELATING[names])
            if line.startswith("{y} =") and user not in self.free:
                return ["pass"]
            if state in ("pending", "persistent") and guess.instances[name][0] in ("transient", "detached"):
                guess.instances[name] = ("pending", session)
        else:
            return ["pass"]
        if "{s}" in line:
            guess.begun.add(session)
        return [line.format(x=name, y=user, s=session)]

    def _operate(self, guess: Guess) -> list[str]:
        name, other = (self.random.choice(sorted(guess.instances)) for _ in range(2))
        state, session = guess.instances[name]
        operations = {line: known for line, known in OPERATIONS.items() if is_user(name) or "{x}." not in line}
        line, changes = self._choose(list(operations.items()))
        if self.random.random() < CAUTION:
            fitting = [item for item in operations.items() if state in item[1]]
            line, changes = self._choose(fitting) if fitting else (line, changes)
        if session not in self.sessions or self.random.random() > CAUTION or state in ("transient", "detached"):
            session = self.random.choice(self.sessions)
        guess.instances[name] = (changes.get(state, state), session)
        guess.begun.add(session)
        return [line.format(x=name, y=other, s=session, number=self.next())]

    def _compound(self, guess: Guess, depth: int) -> list[str]:
        session, flag, fresh = self.random.choice(self.sessions), self.random.choice(self.flags), f"n{self.next()}"
        name, other = (self.random.choice(sorted(guess.instances)) for _ in range(2))
        template, changes = self._choose([item for item in BLOCKS if self.engine or "engine" not in item[0]])
        if template == "with {s}.begin():" and session in guess.begun:
            template, changes = "with {s}.begin_nested():", FLUSHED
        head = template.format(flag=flag, s=session, x=name, y=other, fresh=fresh)
        inner = replace(self, sessions=(*self.sessions, fresh)) if "{fresh}" in template else self
        before = guess.copy()
        body = inner.block(guess, self.random.randint(1, 3), depth + 1)
        if head.startswith("for item"):
            body = [self.random.choice((f"{session}.add(item)", "reveal_state(item)")), *body]
        if self.random.random() < 0.3:
            body += self.random.choice(self._ways_out(guess, head, flag))
        lines = [head, *indent("\n".join(body), "    ").splitlines()]
        guess.move(fresh if "{fresh}" in template else session, changes)
        if head.startswith("with"):
            return lines
        otherwise = before.copy()
        if head.startswith("if") and self.random.random() < 0.5:
            lines += ["else:", *(f"    {line}" for line in self.block(otherwise, self.random.randint(1, 3), depth + 1))]
        if head == "try:":
            caught = self.block(otherwise, self.random.randint(1, 2), depth + 1)
            lines += [self.random.choice(HANDLERS), *(f"    {line}" for line in caught)]
            otherwise = before
        guess.instances = {name: known for name, known in guess.instances.items() if name in otherwise.instances}
        return lines

    def _ways_out(self, guess: Guess, head: str, flag: str) -> list[list[str]]:
        """Ways to leave a block early."""
        ways = [[f"if {flag}:", "    raise ValueError(1)"]]
        users = [name for name in sorted(guess.instances) if is_user(name)]
        if self.leaving and (users or "{x}" not in self.leaving):
            name = self.random.choice(users) if users else ""
            ways.append([f"if {flag}:", f"    {self.leaving.format(x=name, s=self.sessions[0])}"])
        if head.startswith(("for", "while")):
            ways += [[f"if {flag}:", "    break"], [f"if {flag}:", "    continue"], ["break"]]
        return ways
