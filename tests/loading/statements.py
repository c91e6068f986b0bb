"""Statements and queries of users, each as a function that returns it; where `unknown` is part of its name, not all of
what it loads is known by its text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, literal, select, text
from sqlalchemy.orm import (
    Load,
    Session,
    aliased,
    contains_eager,
    defaultload,
    defer,
    immediateload,
    joinedload,
    lazyload,
    load_only,
    noload,
    raiseload,
    selectinload,
    subqueryload,
    undefer,
    undefer_group,
    with_expression,
    with_loader_criteria,
)

from tests.loading.models import Address, City, Order, User, Visit

CHOSEN = bool(func)


def afresh() -> Any:
    return select(User).execution_options(populate_existing=True, stream_results=True)


def afresh_by_a_query(session: Session) -> Any:
    return session.query(User).populate_existing()


def without_options() -> Any:
    return select(User).where(User.id == 1).order_by(User.name).limit(5)


def of_a_query(session: Session) -> Any:
    return session.query(User).filter(User.id > 0).options(selectinload(User.addresses))


def selectin() -> Any:
    return select(User).options(selectinload(User.addresses))


def subquery() -> Any:
    return select(User).options(subqueryload(User.addresses))


def joined() -> Any:
    return select(User).options(joinedload(User.addresses, innerjoin=True))


def immediate() -> Any:
    return select(User).options(immediateload(User.addresses))


def eager_by_a_join() -> Any:
    return select(User).join(User.addresses).options(contains_eager(User.addresses).load_only(Address.street))


def lazy_what_is_joined() -> Any:
    return select(User).options(lazyload(User.joined), lazyload(User.selected), raiseload(User.queried))


def without() -> Any:
    return select(User).options(noload(User.addresses))


def raising() -> Any:
    return select(User).options(raiseload(User.addresses), raiseload(User.joined, sql_only=True))


def raising_below() -> Any:
    return select(User).options(selectinload(User.addresses).raiseload(Address.city))


def chained() -> Any:
    return select(User).options(selectinload(User.addresses).joinedload(Address.city).load_only(City.name))


def with_inner_options() -> Any:
    city = selectinload(Address.city).options(undefer(City.map), load_only(City.name))
    return select(User).options(joinedload(User.addresses).options(city, load_only(Address.street)))


def by_default() -> Any:
    return select(User).options(defaultload(User.joined).selectinload(Visit.city))


def of_a_part(session: Session) -> Any:
    return session.query(User).options(selectinload(User.addresses.and_(Address.id > 0)), undefer_group("large"))


def only() -> Any:
    return select(User).options(load_only(User.name, User.biography), selectinload(User.addresses))


def only_and_no_more() -> Any:
    return select(User).options(load_only(User.name, raiseload=True))


def twice_only() -> Any:
    return select(User).options(load_only(User.name)).options(load_only(User.x))


def deferring() -> Any:
    return select(User).options(
        defer(User.name), defer(User.made, raiseload=True), undefer(User.remark), defer(User.id)
    )


def deferring_all() -> Any:
    return select(User).options(defer("*"), raiseload("*"))


def deferring_all_but_one() -> Any:
    return select(User).options(defer("*"), undefer(User.name), raiseload("*"))


def loading_all_columns() -> Any:
    return select(User).options(Load(User).undefer("*"))


def raising_everywhere() -> Any:
    return select(User).options(raiseload("*"))


def raising_everywhere_else() -> Any:
    return select(User).options(selectinload(User.addresses).selectinload(Address.city), raiseload("*"))


def raising_everywhere_but_immediate() -> Any:
    return select(User).options(immediateload(User.addresses), raiseload("*"))


def raising_everywhere_but_joined() -> Any:
    return select(User).options(joinedload(User.addresses).subqueryload(Address.city), raiseload("*"))


def lazy_everywhere_but_once() -> Any:
    return select(User).options(lazyload("*"), immediateload(User.addresses).immediateload(Address.city))


def raising_everywhere_but_later() -> Any:
    return select(User).options(lazyload(User.addresses), raiseload("*"))


def raising_here_alone() -> Any:
    return select(User).options(Load(User).raiseload("*"), selectinload(User.addresses))


def raising_in_one_place() -> Any:
    return select(User).options(selectinload(User.addresses).raiseload("*"), undefer(User.lower))


def lazy_everywhere() -> Any:
    return select(User).options(lazyload("*"))


def a_group() -> Any:
    return select(User).options(undefer_group("large"))


def a_group_of_one_entity() -> Any:
    return select(User).options(Load(User).undefer_group("large"))


def with_an_expression() -> Any:
    return select(User).options(with_expression(User.asked, literal(3)))


def with_criteria() -> Any:
    return select(User).options(with_loader_criteria(Address, Address.id > 0), selectinload(User.addresses))


def beside_columns() -> Any:
    return select(User, func.count(Address.id)).join(User.addresses).group_by(User.id).options(undefer(User.biography))


def beside_another_entity() -> Any:
    return select(User, Order).join(Order.user).options(selectinload(Order.user), undefer(User.biography))


def in_a_variable() -> Any:
    statement = select(User).options(selectinload(User.addresses))
    limited = statement.limit(3)
    return limited


def options_in_variables() -> Any:
    addresses = selectinload(User.addresses)
    others = [undefer(User.biography), addresses]
    return select(User).options(*others)


def users() -> Any:
    return select(User).options(selectinload(User.addresses))


def of_a_function() -> Any:
    return users().where(User.id > 0).options(undefer(User.biography))


def of_a_choice() -> Any:
    return (users() if CHOSEN else select(User).options(selectinload(User.addresses))).limit(2)


def back_to_the_same() -> Any:
    address = selectinload(User.addresses).selectinload(Address.user)
    return select(User).options(address, undefer(User.biography))


def unknown_where_a_chain_comes_back() -> Any:
    address = selectinload(User.addresses).selectinload(Address.user)
    return select(User).options(address, load_only(User.x), lazyload(User.joined))


def where_a_chain_comes_back_with_more() -> Any:
    return select(User).options(joinedload(User.addresses).joinedload(Address.user).undefer(User.biography))


def unknown_where_another_entity_leads_there() -> Any:
    return select(User, Order).join(Order.user).options(selectinload(Order.user).undefer(User.biography))


def unknown_in_branches() -> Any:
    statement = select(User)
    if CHOSEN:
        statement = statement.options(selectinload(User.addresses))
    return statement.where(User.id > 0)


def unknown_in_a_loop() -> Any:
    statement = select(User)
    for column in (User.name, User.x):
        statement = statement.options(defer(column))
    return statement


def unknown_of_what_is_below() -> Any:
    return select(User).options(defer("*"), selectinload(User.addresses))


def unknown_wildcard() -> Any:
    return select(User).options(undefer_group("large"), load_only(User.name))


def chosen_by(option: Any) -> Any:
    return select(User).options(option)


def unknown_by_the_caller() -> Any:
    return chosen_by(undefer(User.biography))


def unknown_with_an_alias() -> Any:
    alias = aliased(User)
    return select(alias).options(selectinload(alias.addresses))


def unknown_by_text() -> Any:
    return select(User).from_statement(text('SELECT id, name, biography FROM "user"'))


def unknown_of_a_query(session: Session) -> Any:
    return session.query(User).enable_eagerloads(False)
