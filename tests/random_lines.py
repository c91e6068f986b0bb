"""The lines of which random programs over the session API are made, and what each makes of an instance.

The braces are filled by the writer: `{s}` is a session, `{x}` and `{y}` instances, `{flag}` a flag.
"""

from __future__ import annotations

FLAGS = ("f1", "f2", "f3")
#: The parameter that counts how often a function still calls itself.
TURNS = "turns"
SESSIONS = ("s", "t")
INSTANCES = ("a", "b", "c")
ADDRESSES = ("p", "q")
NOTES = ("m", "n")
SESSION_ARGUMENTS = ("", "", ", expire_on_commit=False", ", autoflush=False")

#: Lines that bind the instance `{x}`, and the state that it then has.
BINDING = (
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
COPYING = ("{x} = {y}", "{x} = {s}.merge({y})", "{x} = {s}.merge({y}, load=False)")
#: Lines that bind the address or note `{x}`; `{y}` is a user.
BINDING_CHILD: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {
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
RELATING: dict[tuple[str, ...], tuple[str, ...]] = {
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
OPERATIONS: dict[str, dict[str, str]] = {
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
FLUSHED = {"pending": "persistent", "marked": "deleted"}
COMMITTED = {"pending": "persistent", "marked": "gone", "deleted": "gone"}
ROLLED_BACK = {"pending": "transient", "marked": "persistent", "deleted": "persistent"}
CLOSED = {"pending": "transient", "persistent": "detached", "marked": "detached"}
#: Operations on a whole session, and what becomes of its instances.
WHOLE: dict[str, dict[str, str]] = {
    "{s}.flush()": FLUSHED,
    "{s}.commit()": COMMITTED,
    "{s}.rollback()": ROLLED_BACK,
    "{s}.close()": CLOSED,
    "{s}.reset()": CLOSED,
    "{s}.expunge_all()": CLOSED,
    "{s}.expire_all()": {},
    "{s}.query(User).all()": FLUSHED,
    "{s}.query(User).autoflush(False).all()": {},
    "{s}.scalars(select(User.id)).all()": FLUSHED,
    "{s}.get(User, 1)": {},
    "{s}.execute(update(User).where(User.id == 2).values(bio='b{number}'))": FLUSHED,
    "{s}.execute(delete(User).where(User.id == 1))": FLUSHED,
}
#: A line that makes the next commit of any session fail, after its flush.
REFUSAL = "fail_next_commit(engine)"
ENDING = ("{s}.commit()", "{s}.rollback()", "{s}.close()", "{s}.reset()")
#: The heads of blocks, and what the end of each makes of the instances of the session.
BLOCKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("if {flag}:", {}),
    ("if {flag}:", {}),
    ("if {flag}:", {}),
    ("for _ in range(2):", {}),
    ("for item in [{x}, {y}]:", {}),
    ("while {flag} and {s}.in_transaction():", {}),
    ("with {s}.no_autoflush:", {}),
    ("with {s}.begin_nested():", FLUSHED),
    ("with {s}.begin_nested():", FLUSHED),
    ("with {s}.begin():", COMMITTED),
    ("with {s}:", CLOSED),
    ("with Session(engine) as {fresh}:", {}),
    ("with sessionmaker(engine).begin() as {fresh}:", {}),
    ("try:", {}),
    ("try:", {}),
    ("try:", {}),
)
#: How the lines begin after which the unknown is possible: loops, handlers, DELETE, an instance taken out by itself.
NOT_PLAIN = ("for ", "while ", "try:", "{s}.execute(delete", "{s}.expunge(", "make_transient")
HANDLERS = ("except IntegrityError:", "except SQLAlchemyError:", "except Exception:", "finally:")
