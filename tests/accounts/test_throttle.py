from datetime import timedelta

import pytest
import time_machine
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Attempt
from accounts.throttle import TooManyAttempts, account_key, address_key, hit

pytestmark = pytest.mark.django_db


def test_a_limit_lets_so_many_through_and_then_says_how_long_to_wait():
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        for _ in range(3):
            hit("knock", "a", limit=3, seconds=60)
    with time_machine.travel(start + timedelta(seconds=20), tick=False), pytest.raises(TooManyAttempts) as refused:
        hit("knock", "a", limit=3, seconds=60)
    assert refused.value.retry_after_seconds == 40


def test_a_refused_try_does_not_prolong_the_wait():
    hit("knock", "a", limit=1)
    for _ in range(5):
        with pytest.raises(TooManyAttempts):
            hit("knock", "a", limit=1)
    assert Attempt.objects.count() == 1


def test_keys_and_actions_are_counted_apart():
    hit("knock", "a", limit=1)
    hit("knock", "b", limit=1)
    hit("ring", "a", limit=1)


def test_one_full_key_refuses_and_takes_nothing_from_the_others():
    hit("knock", "a", limit=1)
    with pytest.raises(TooManyAttempts):
        hit("knock", "a", "b", limit=1)
    hit("knock", "b", limit=1)


def test_a_forgiven_try_was_none():
    hit("knock", "a", limit=1).forgive()
    hit("knock", "a", limit=1)


def test_case_and_blanks_make_no_other_account():
    assert account_key(" Alice@Acme.example ") == account_key("alice@acme.example")
    assert account_key("") == ""


def test_no_address_is_kept_in_clear():
    hit("knock", account_key("alice@acme.example"))
    assert "alice" not in Attempt.objects.get().key


@pytest.mark.parametrize(
    ("one", "other"), [("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), ("203.0.113.9", "203.0.113.9")]
)
def test_an_ipv6_network_counts_as_one_address(one, other):
    def key(address):
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = address
        return address_key(request)

    assert key(one) == key(other)
    assert key(one) != key("203.0.113.10")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_do_not_slip_through():
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def knock(_) -> bool:
        try:
            hit("knock", "a", limit=5)
        except TooManyAttempts:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(knock, range(40)))
    assert let_through <= 5
