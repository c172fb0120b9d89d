"""Prepared queries answer as the queryset they are made from, whoever asked before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q, QuerySet

from accounts.models import User
from database.prepared import prepared
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_each_caller_gets_what_belongs_to_their_own_values() -> None:
    @prepared
    def one(pk: int) -> QuerySet[User]:
        return User.objects.filter(pk=pk)

    first, second = UserFactory(), UserFactory()
    assert [list(one(pk)) for pk in (first.pk, second.pk, 0)] == [[first], [second], []]


def test_tuples_of_any_length_are_understood() -> None:
    @prepared
    def some(pks: tuple[int, ...], other: int) -> QuerySet[User, Any]:
        return User.objects.filter(Q(pk__in=pks) | Q(pk=other)).order_by("pk").values_list("pk", flat=True)

    people = sorted(UserFactory().pk for _ in range(4))
    for count in (0, 1, 3, 1, 0):
        assert list(some(tuple(people[:count]), people[3])) == [*people[:count], people[3]]


def test_instants_are_compared_as_instants() -> None:
    @prepared
    def since(at: datetime) -> QuerySet[User]:
        return User.objects.filter(date_joined__gt=at)

    person = UserFactory(date_joined=datetime(2026, 3, 4, 10, tzinfo=UTC))
    hour = timedelta(hours=1)
    assert list(since(person.date_joined - hour)) == [person]
    assert list(since(person.date_joined + hour)) == []


def test_a_value_that_the_database_never_sees_is_refused() -> None:
    @prepared
    def careless(pk: int, ignored: int) -> QuerySet[User]:
        return User.objects.filter(pk=pk)

    with pytest.raises(AssertionError, match="careless"):
        careless(1, 2)


def test_it_is_worded_once(django_assert_num_queries: Any) -> None:
    built = []

    @prepared
    def counted(pk: int) -> QuerySet[User]:
        built.append(pk)
        return User.objects.filter(pk=pk)

    with django_assert_num_queries(3):
        for pk in (1, 2, 3):
            list(counted(pk))
    assert len(built) == 1
