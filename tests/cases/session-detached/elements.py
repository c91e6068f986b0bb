"""Functions that Python calls with each element: the key of a sort, what `map()` and `filter()` are given."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from models import Post, User


def detached_users(engine: Engine) -> Sequence[User]:
    with Session(engine) as session:
        return session.scalars(select(User)).all()


def by_posts(user: User) -> int:
    return len(user.posts)


def is_busy(user: User) -> bool:
    return len(user.posts) > 3


def sorted_bad(engine: Engine) -> list[User]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return sorted(users, key=lambda user: len(user.posts), reverse=True)  # error: [session-detached] "user.posts" is not loaded (loaded at line 27 without it) and "user" is detached


def sorted_by_a_function_bad(engine: Engine) -> list[User]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return sorted(users, key=by_posts)  # error: [session-detached] in "by_posts" at line 18


def sort_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = list(session.scalars(select(User)))
    users.sort(key=lambda user: len(user.posts))  # error: [session-detached]


def most_bad(engine: Engine) -> User:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return max(users, key=lambda user: len(user.posts))  # error: [session-detached]


def least_bad(engine: Engine) -> User | None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return min(users, default=None, key=by_posts)  # error: [session-detached] in "by_posts"


def mapped_bad(engine: Engine) -> list[int]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return list(map(lambda user: len(user.posts), users))  # error: [session-detached]


def summed_bad(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return sum(map(by_posts, users))  # error: [session-detached] in "by_posts"


def joined_bad(engine: Engine) -> str:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return ", ".join(map(lambda user: user.posts[0].title, users))  # error: [session-detached]


def gone_through_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    for count in map(by_posts, users):  # error: [session-detached] in "by_posts"
        print(count)


def in_a_comprehension_bad(engine: Engine) -> list[str]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return [user.name for user in filter(lambda user: user.posts, users)]  # error: [session-detached]


def filtered_bad(engine: Engine) -> list[User]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return list(filter(is_busy, users))  # error: [session-detached] in "is_busy"


def mapped_and_sorted_bad(engine: Engine) -> list[int]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return sorted(map(lambda user: len(user.posts), users), key=lambda count: -count)  # error: [session-detached]


def what_comes_out_bad(engine: Engine) -> list[object]:
    with Session(engine) as session:
        users = sorted(session.scalars(select(User)).all(), key=lambda user: user.name)
    return [user.posts for user in users]  # error: [session-detached]


def the_first_of_them_bad(engine: Engine) -> int:
    with Session(engine) as session:
        first = min(session.scalars(select(User)).all(), key=lambda user: user.name)
    return len(first.posts)  # error: [session-detached]


def an_element_bad(engine: Engine) -> int:
    with Session(engine) as session:
        users = [user for user in session.scalars(select(User))]
    return len(users[0].posts)  # error: [session-detached]


def the_next_bad(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return len(next(user for user in users if user.name).posts)  # error: [session-detached]


def the_next_or_none_bad(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    user = next((user for user in users if user.name == "anna"), None)
    return len(user.posts) if user is not None else 0  # error: [session-detached] "user.posts" is not loaded


def the_first_in_order_bad(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return len(next(iter(users)).posts)  # error: [session-detached]


def paired_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    for user, number in zip(users, range(3), strict=False):
        print(number, len(user.posts))  # error: [session-detached]


def read_by_the_key_ok(engine: Engine) -> list[int]:
    with Session(engine) as session:
        users = sorted(session.scalars(select(User)), key=lambda user: len(user.posts))
    return [len(user.posts) for user in users]


def read_by_a_named_key_ok(engine: Engine) -> tuple[User, list[int]]:
    with Session(engine) as session:
        users = list(session.scalars(select(User)))
        users.sort(key=by_posts)
        most = max(users, key=by_posts, default=User(name="nobody"))
    return most, [len(user.posts) for user in users]


def read_by_map_ok(engine: Engine) -> tuple[list[int], list[int]]:
    with Session(engine) as session:
        users = list(session.scalars(select(User)))
        counts = list(map(lambda user: len(user.posts), users))
    return counts, [len(user.posts) for user in users]


def read_by_filter_ok(engine: Engine) -> list[int]:
    with Session(engine) as session:
        users = list(filter(is_busy, session.scalars(select(User))))
    return [len(user.posts) for user in users]


def loaded_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        users = session.scalars(select(User).options(selectinload(User.posts))).all()
    return sorted(users, key=lambda user: len(user.posts))


def of_a_column_ok(engine: Engine) -> list[str]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    users = sorted(users, key=lambda user: user.name)
    return [user.name for user in filter(lambda user: user.name, users)]


def never_gone_through_ok(engine: Engine) -> object:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return map(lambda user: len(user.posts), users)


def put_away_ok(engine: Engine) -> tuple[object, object, object]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    pair = (len(users), (len(user.posts) for user in users))
    named = {"sizes": (len(user.posts) for user in users)}
    if (sizes := (len(user.posts) for user in users)) is None:
        return pair, named, None
    return pair, named, sizes


def gone_through_later_ok(engine: Engine) -> list[int]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    counts = map(lambda user: len(user.posts), users)
    with Session(engine) as session:
        session.add_all(users)
        return list(counts)


def by_a_key_from_elsewhere_ok(engine: Engine) -> list[int]:
    with Session(engine) as session:
        users = sorted(session.scalars(select(User)), key=attrgetter("posts"))
    return [len(user.posts) for user in users]


def among_several_ok(engine: Engine, other: User) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.posts
        most = max(user, other, key=lambda item: len(item.posts))
    return len(most.posts)


def one_or_the_default_ok(engine: Engine, other: User) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return len(max(users, key=lambda user: user.name, default=other).posts)


def the_next_or_another_ok(engine: Engine, other: User) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return len(next(iter(users), other).posts)


def the_next_that_is_read_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = next(user for user in session.scalars(select(User)) if user.posts)
    return len(user.posts)


def some_attached_ok(engine: Engine, session: Session) -> list[User]:
    users = list(session.scalars(select(User)))
    session.expunge(users[0])
    return sorted(filter(lambda user: user in session, users), key=lambda user: len(user.posts))


class Ranking:
    """Calls what it is given as its `key` with something else."""

    def sort(self, key: object) -> None:
        pass


def no_list_ok(engine: Engine, ranking: Ranking) -> User:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    ranking.sort(key=lambda other: len(user.posts))
    return user


def titles_of(posts: Iterator[Post]) -> list[str]:
    return list(map(lambda post: post.title, posts))


def expected_ok(engine: Engine) -> list[User]:
    from sqlalchemy.orm.exc import DetachedInstanceError

    users = detached_users(engine)
    try:
        return sorted(users, key=by_posts)
    except DetachedInstanceError:
        return list(users)


def expected_in_a_lambda_ok(engine: Engine) -> list[User]:
    from sqlalchemy.orm.exc import DetachedInstanceError

    users = list(detached_users(engine))
    try:
        users.sort(key=lambda user: len(user.posts))
        return sorted(users, key=lambda user: len(user.posts))
    except DetachedInstanceError:
        return users
