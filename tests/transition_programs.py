"""The measured transition table as programs: how each state is reached and each operation written, as source lines.

`s` is the session of the instance `u`, `s2` that of another one's, `t` "another session" of an operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

#: Lines that bring `u` into the state of that name.
SETUPS: dict[str, tuple[str, ...]] = {
    "transient": ('u = User(name="new", bio="new")',),
    "transient-pk-of-existing-row": ('u = User(id=1, name="renamed")',),
    "pending": ('u = User(name="new", bio="new")', "s.add(u)"),
    "persistent-clean": ("u = s.get_one(User, 1)",),
    "persistent-dirty": ("u = s.get_one(User, 1)", 'u.name = "x"'),
    "persistent-marked-deleted": ("u = s.get_one(User, 1)", "s.delete(u)"),
    "persistent-new-in-transaction": ('u = User(name="new", bio="new")', "s.add(u)", "s.flush()"),
    "persistent-expired": ("u = s.get_one(User, 1)", "s.commit()"),
    "persistent-row-gone": ("u = s.get_one(User, 2)", "s.commit()", "delete_row(engine, 2)"),
    "deleted": ("u = s.get_one(User, 1)", "s.delete(u)", "s.flush()"),
    "deleted-new-in-transaction": (
        'u = User(name="new", bio="new")',
        "s.add(u)",
        "s.flush()",
        "s.delete(u)",
        "s.flush()",
    ),
    "detached-loaded": ("u = s.get_one(User, 1)", "s.expunge(u)"),
    "detached-expired": ("u = s.get_one(User, 1)", "s.commit()", "s.close()"),
    "detached-was-deleted": ("u = s.get_one(User, 1)", "s.delete(u)", "s.commit()"),
    "pending-of-other-session": ("s2 = Session(engine)", 'u = User(name="new", bio="new")', "s2.add(u)"),
    "persistent-of-other-session": ("s2 = Session(engine)", "u = s2.get_one(User, 1)"),
    "deleted-of-other-session": ("s2 = Session(engine)", "u = s2.get_one(User, 1)", "s2.delete(u)", "s2.flush()"),
    "persistent-new-in-savepoint": ("n = s.begin_nested()", 'u = User(name="new", bio="new")', "s.add(u)", "s.flush()"),
    "pending-in-savepoint": ("n = s.begin_nested()", 'u = User(name="new", bio="new")', "s.add(u)"),
    "persistent-dirty-in-savepoint": ("u = s.get_one(User, 1)", "n = s.begin_nested()", 'u.name = "x"'),
    "persistent-clean-before-savepoint": ("u = s.get_one(User, 1)", "n = s.begin_nested()"),
    "deleted-in-savepoint": ("u = s.get_one(User, 1)", "n = s.begin_nested()", "s.delete(u)", "s.flush()"),
    "pending-after-failed-flush": (
        'u = User(name="one")',
        "s.add(u)",
        "try:",
        "    s.flush()",
        "except IntegrityError:",
        "    pass",
    ),
    "persistent-after-failed-flush": (
        "u = s.get_one(User, 1)",
        'clash = User(name="two")',
        "s.add(clash)",
        "try:",
        "    s.flush()",
        "except IntegrityError:",
        "    pass",
    ),
}
#: The primary key of the row that `u` stands for, where it is not 1; 99 for none.
KEYS = {
    "transient": 99,
    "transient-pk-of-existing-row": 99,
    "pending": 99,
    "persistent-new-in-transaction": 3,
    "persistent-row-gone": 2,
    "deleted-new-in-transaction": 3,
    "pending-of-other-session": 99,
    "persistent-new-in-savepoint": 3,
    "pending-in-savepoint": 99,
    "pending-after-failed-flush": 99,
}


def _left_by_exception(block: str, body: str = "pass") -> tuple[str, ...]:
    raising = ("try:", f"    with {block}:", f"        {body}", '        raise ValueError("left")')
    return (*raising, "except ValueError:", "    pass")


#: The lines of each operation of the table; `{key}` is the primary key of the instance's row.
OPERATIONS: dict[str, tuple[str, ...]] = {
    "add": ("s.add(u)",),
    "add_all": ("s.add_all([u])",),
    "add; flush": ("s.add(u)", "s.flush()"),
    "delete": ("s.delete(u)",),
    "delete; flush": ("s.delete(u)", "s.flush()"),
    "delete; commit": ("s.delete(u)", "s.commit()"),
    "delete; add": ("s.delete(u)", "s.add(u)"),
    "flush": ("s.flush()",),
    "commit": ("s.commit()",),
    "rollback": ("s.rollback()",),
    "close": ("s.close()",),
    "reset": ("s.reset()",),
    "invalidate": ("s.invalidate()",),
    "expunge": ("s.expunge(u)",),
    "expunge_all": ("s.expunge_all()",),
    "expire": ("s.expire(u)",),
    "expire(names)": ('s.expire(u, ["name"])',),
    "expire_all": ("s.expire_all()",),
    "refresh": ("s.refresh(u)",),
    "merge": ("s.merge(u)",),
    "merge(load=False)": ("s.merge(u, load=False)",),
    "merge in another session": ("t.merge(u)",),
    "add to another session": ("t.add(u)",),
    "delete in another session": ("t.delete(u)",),
    "refresh in another session": ("t.refresh(u)",),
    "expire in another session": ("t.expire(u)",),
    "expunge in another session": ("t.expunge(u)",),
    "begin_nested (enter)": ("p = s.begin_nested()",),
    "begin_nested; commit it": ("p = s.begin_nested()", "p.commit()"),
    "begin_nested; rollback it": ("p = s.begin_nested()", "p.rollback()"),
    "begin_nested; delete; flush; rollback it": ("p = s.begin_nested()", "s.delete(u)", "s.flush()", "p.rollback()"),
    "begin_nested; add; flush; rollback it": ("p = s.begin_nested()", "s.add(u)", "s.flush()", "p.rollback()"),
    "begin_nested; write; flush; rollback it": (
        "p = s.begin_nested()",
        'u.name = "written"',
        "s.flush()",
        "p.rollback()",
    ),
    "savepoint.commit": ("n.commit()",),
    "savepoint.rollback": ("n.rollback()",),
    "begin": ("s.begin()",),
    "with session.begin(): pass": ("with s.begin():", "    pass"),
    "with session.begin(): add": ("with s.begin():", "    s.add(u)"),
    "with session: exit normally": ("with s:", "    pass"),
    "with session: exit by exception": _left_by_exception("s"),
    "with sessionmaker.begin() as t: t.add": ("with sessionmaker(engine).begin() as t:", "    t.add(u)"),
    "with sessionmaker.begin() as t: t.add; exception": _left_by_exception(
        "sessionmaker(engine).begin() as t", "t.add(u)"
    ),
    "with session.begin_nested(): add; exception": _left_by_exception("s.begin_nested()", "s.add(u)"),
    "make_transient": ("make_transient(u)",),
    "make_transient; add": ("make_transient(u)", "s.add(u)"),
    "make_transient_to_detached": ("make_transient_to_detached(u)",),
    "query with autoflush": ("s.query(User.id).all()",),
    "query in no_autoflush": ("with s.no_autoflush:", "    s.query(User.id).all()"),
    "Session(autoflush=False) query": ("s.query(User.id).all()",),
    "get of its primary key": ("s.get(User, {key})",),
    "get_one of its primary key": ("s.get_one(User, {key})",),
    "select() of the same row": ("s.scalars(select(User).where(User.id == {key})).first()",),
    "bulk_save_objects": ("s.bulk_save_objects([u])",),
    "bulk_save_objects(return_defaults=True)": ("s.bulk_save_objects([u], return_defaults=True)",),
    "execute(delete(User) of its row)": ("s.execute(delete(User).where(User.id == {key}))",),
    "execute(update(User) of its row)": ('s.execute(update(User).where(User.id == {key}).values(bio="new"))',),
    "read column": ("u.name",),
    "read primary key": ("u.id",),
    "read deferred column": ("u.bio",),
    "read relationship (lazy)": ("u.addresses",),
    "write column": ('u.name = "written"',),
    "append to relationship": ("u.addresses.append(Address())",),
    "as a new child of a persistent parent": ("parent = s.get_one(Address, 1)", "parent.user = u"),
    "parent of an added Address(user=u)": ("s.add(Address(user=u))",),
    "in session": ("u in s",),
    "session.is_modified": ("s.is_modified(u)",),
    "commit, expire_on_commit=False": ("s.commit()",),
    "commit, then rollback": ("s.commit()", "s.rollback()"),
    "close, then add": ("s.close()", "s.add(u)"),
    "delete_all": ("s.delete_all([u])",),
    "merge_all": ("s.merge_all([u])",),
    "expunge; add": ("s.expunge(u)", "s.add(u)"),
}
#: Keyword arguments with which the session of an operation is made.
SESSION_ARGUMENTS = {
    "Session(autoflush=False) query": ", autoflush=False",
    "commit, expire_on_commit=False": ", expire_on_commit=False",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the table: an operation on an instance in a state."""

    state: str
    operation: str

    def lines(self, catching: bool = False) -> list[str]:
        """The body of its program; `catching` puts the operation into a `try`, so that what follows is reached."""
        operation = [line.replace("{key}", str(KEYS.get(self.state, 1))) for line in OPERATIONS[self.operation]]
        if self.operation.startswith("savepoint.") and not any(line.startswith("n =") for line in SETUPS[self.state]):
            operation.insert(0, "n = s.begin_nested()")
        if any(line.startswith("t.") for line in operation):
            operation.insert(0, "t = Session(engine)")
        if catching:
            operation = ["try:", *(f"    {line}" for line in operation), "except SQLAlchemyError:", "    pass"]
        first = f"s = Session(engine{SESSION_ARGUMENTS.get(self.operation, '')})"
        return [first, *SETUPS[self.state], *operation]

    def source(self, name: str, catching: bool = False) -> str:
        """Its program: one function that ends with `reveal_state(u)`."""
        body = "\n".join([*self.lines(catching), "reveal_state(u)"])
        return f"def {name}(engine: Engine) -> None:\n{indent(body, '    ')}\n"
