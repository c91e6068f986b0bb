"""Cascades along relationships: every scenario of the measured table, and what else follows from a mapping."""

from session_models import Address, Engine, Note, Session, User

from mypy_session_plugin import reveal_state


def a_child_of_a_persistent_parent_by_its_constructor(engine: Engine) -> None:
    session = Session(engine)
    address = Address(user=session.get_one(User, 1))
    reveal_state(address)  # transient
    session.flush()
    reveal_state(address)  # transient


def appended_to_a_persistent_parent(engine: Engine) -> None:
    session, address = Session(engine), Address()
    user = session.get_one(User, 1)
    user.addresses.append(address)
    reveal_state(address)  # pending


def appended_to_a_pending_parent(engine: Engine) -> None:
    session, user, address = Session(engine), User(name="new"), Address()
    session.add(user)
    user.addresses.append(address)
    reveal_state(address)  # pending


def added_with_its_parent(engine: Engine) -> None:
    session, address = Session(engine), Address()
    session.add(User(name="new", addresses=[address]))
    reveal_state(address)  # pending


def added_with_its_child(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(Address(user=user))
    reveal_state(user)  # pending


def taken_out_of_a_delete_orphan_collection(engine: Engine) -> None:
    session = Session(engine)
    user, address = session.get_one(User, 1), session.get_one(Address, 1)
    user.addresses.remove(address)
    reveal_state(address)  # persistent
    session.flush()
    reveal_state(address)  # deleted
    session.commit()
    reveal_state(address)  # detached


def taken_out_while_pending(engine: Engine) -> None:
    session, address = Session(engine), Address()
    user = session.get_one(User, 1)
    addresses = user.addresses
    addresses.append(address)
    addresses.remove(address)
    reveal_state(address)  # transient
    session.flush()
    reveal_state(address)  # transient


def taken_out_and_put_back(engine: Engine) -> None:
    session = Session(engine)
    user, address = session.get_one(User, 1), session.get_one(Address, 1)
    addresses = user.addresses
    addresses.remove(address)
    addresses.append(address)
    session.flush()
    reveal_state(address)  # persistent


def taken_out_and_added_remains_an_orphan(engine: Engine) -> None:
    session = Session(engine)
    user, address = session.get_one(User, 1), session.get_one(Address, 1)
    user.addresses.remove(address)
    session.add(address)
    session.flush()
    reveal_state(address)  # deleted


def taken_out_and_rolled_back(engine: Engine) -> None:
    session = Session(engine)
    user, address = session.get_one(User, 1), session.get_one(Address, 1)
    user.addresses.remove(address)
    session.rollback()
    session.flush()
    reveal_state(address)  # persistent


def taken_out_of_a_collection_without_delete_orphan(engine: Engine) -> None:
    session = Session(engine)
    user, note = session.get_one(User, 1), session.get_one(Note, 1)
    user.notes.remove(note)
    session.flush()
    reveal_state(note)  # persistent


def expunged_with_its_parent(engine: Engine) -> None:
    session, address = Session(engine), Address()
    user = session.get_one(User, 1)
    user.addresses.append(address)
    session.flush()
    session.expunge(user)
    reveal_state(address)  # detached


def perhaps_expunged_with_its_parent(engine: Engine) -> None:
    session = Session(engine)
    user, address = session.get_one(User, 1), session.get_one(Address, 1)
    session.expunge(user)
    reveal_state(address)  # persistent | detached


def a_parent_is_not_expunged_with_its_child(engine: Engine) -> None:
    session = Session(engine)
    address = session.get_one(Address, 1)
    user = address.user
    session.expunge(address)
    reveal_state(user)  # persistent


def deleted_with_its_parent(engine: Engine) -> None:
    session, address = Session(engine), Address()
    user = session.get_one(User, 1)
    user.addresses.append(address)
    session.flush()
    session.delete(user)
    reveal_state(address)  # persistent
    session.flush()
    reveal_state(address)  # deleted


def perhaps_deleted_with_its_parent(engine: Engine) -> None:
    session = Session(engine)
    user, address = session.get_one(User, 1), session.get_one(Address, 1)
    session.delete(user)
    session.flush()
    reveal_state(address)  # persistent | deleted


def a_parent_is_not_deleted_with_its_child(engine: Engine) -> None:
    session = Session(engine)
    address = session.get_one(Address, 1)
    user = address.user
    session.delete(address)
    session.flush()
    reveal_state(user)  # persistent


def a_note_is_not_deleted_with_its_author(engine: Engine) -> None:
    session = Session(engine)
    user, note = session.get_one(User, 1), session.get_one(Note, 1)
    session.delete(user)
    session.flush()
    reveal_state(note)  # persistent


def a_pending_child_of_an_expired_parent(engine: Engine) -> None:
    session, address, note = Session(engine), Address(), Note()
    user = session.get_one(User, 1)
    user.addresses.append(address)
    user.notes.append(note)
    reveal_state(address)  # pending | persistent
    reveal_state(note)  # pending
    session.expire(user)
    reveal_state(address)  # transient | persistent
    reveal_state(note)  # pending


def merged_with_a_new_child(engine: Engine) -> None:
    session, address = Session(engine), Address()
    merged = session.merge(User(id=2, name="two", addresses=[address]))
    reveal_state(address)  # transient
    reveal_state(merged)  # pending | persistent


def a_transient_parent_of_a_persistent_child(engine: Engine) -> None:
    session = Session(engine)
    user = User(name="new", addresses=[session.get_one(Address, 1)])
    reveal_state(user)  # transient
    session.flush()
    reveal_state(user)  # transient


def what_a_persistent_parent_holds(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    for address in user.addresses:
        reveal_state(address)  # persistent
        reveal_state(address.user)  # persistent
    user.addresses.append(Address())
    for address in user.addresses:
        reveal_state(address)  # pending | persistent


def what_a_persistent_parent_held_before_it_was_expunged(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    for address in list(user.addresses):
        session.expunge(address)
    for address in user.addresses:
        reveal_state(address)  # unknown


def expunged_and_added_with_its_parent(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    address = user.addresses[0]
    session.expunge(address)
    reveal_state(address)  # detached
    session.add(user)
    reveal_state(address)  # persistent | detached


def no_add_along_a_relationship_without_save_update(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    note = Note(author=user)
    session.add(note)
    reveal_state(note)  # pending
    reveal_state(user)  # transient


def moved_from_one_pending_parent_to_another(engine: Engine) -> None:
    session, address = Session(engine), Address()
    one, other = User(name="new"), User(name="other")
    session.add_all([one, other])
    one.addresses.append(address)
    reveal_state(address)  # pending
    other.addresses.append(address)
    reveal_state(address)  # transient | pending


def a_reference_is_emptied(engine: Engine) -> None:
    session, address = Session(engine), Address()
    user = session.get_one(User, 1)
    user.addresses.append(address)
    address.user = None  # type: ignore[assignment]
    reveal_state(address)  # transient


def put_into_a_collection_that_is_not_loaded(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 2)
    note = Note(author=user)
    session.add(user)
    reveal_state(note)  # transient | pending


def loaded_after_its_parent_was_deleted(engine: Engine) -> None:
    session = Session(engine)
    session.delete(user := session.get_one(User, 1))
    address = session.get_one(Address, 1)
    reveal_state(address)  # persistent
    session.flush()
    reveal_state(user)  # deleted
    reveal_state(address)  # persistent | deleted


def refreshed_and_added_again(engine: Engine) -> None:
    session = Session(engine)
    user, note = session.get_one(User, 2), Note()
    user.notes.append(note)
    session.refresh(user)
    session.expunge(note)
    session.add(user)
    reveal_state(note)  # persistent | detached
