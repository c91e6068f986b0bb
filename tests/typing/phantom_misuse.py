"""A phantom type hides nothing of `T`: every line that ends in `error` is one to each type checker."""

from typing import Literal, assert_type

from mypy_session_plugin import Becomes, In, Persistent, Transient, reveal_state


class User:
    name: str = ""


def take(user: Persistent[User]) -> Transient[User]:
    return user


def change(user: Becomes[Transient[User], Persistent[User]]) -> In[User, Literal["session"]]:
    return user


take(User())
take(1)  # error
change(1)  # error
take(User()).nothing  # error
change(User()).nothing  # error
number: int = take(User())  # error
reveal_state(User()).nothing  # error
assert_type(take(User()), object)  # error
assert_type(change(User()), object)  # error
