import re

import pytest
from django.test import override_settings

from notifications import reply_tokens


def test_a_token_names_its_person_for_its_ticket_alone():
    token = reply_tokens.make(1042, 77)
    assert reply_tokens.verify(1042, token) == 77
    assert reply_tokens.verify(1043, token) is None


def test_a_token_survives_a_mail_server_that_changes_case():
    assert reply_tokens.verify(7, reply_tokens.make(7, 3).upper()) == 3


def test_each_person_has_another_token_of_at_least_128_bits():
    tokens = {reply_tokens.make(5, person) for person in range(1, 500)}
    assert len(tokens) == 499
    assert all(len(token.split("-")[1]) * 5 >= 128 for token in tokens)


def test_the_person_in_a_token_cannot_be_exchanged():
    person, mac = reply_tokens.make(5, 1).split("-")
    other = reply_tokens.make(5, 2).split("-")[0]
    assert reply_tokens.verify(5, f"{other}-{mac}") is None
    assert reply_tokens.verify(5, f"{person}-{'a' * 32}") is None


@pytest.mark.parametrize("token", ["", "-", "a-b", "x" * 4000, "ä-" + "a" * 32, "a-" + "a" * 31, "1-" + "a" * 32])
def test_what_is_no_token_names_nobody(token):
    assert reply_tokens.verify(5, token) is None


def test_a_token_made_under_an_earlier_key_still_counts_and_under_a_foreign_one_does_not():
    with override_settings(SECRET_KEY="the old key"):
        token = reply_tokens.make(9, 4)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["the old key"]):
        assert reply_tokens.verify(9, token) == 4
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert reply_tokens.verify(9, token) is None


def test_the_address_fits_into_a_mail_header_and_keeps_the_domain():
    with override_settings(SUPPORT_ADDRESS="support@desk.example"):
        address = reply_tokens.address(123456789, 987654321)
    local, domain = address.split("@")
    assert domain == "desk.example"
    assert re.fullmatch(r"support\+123456789\.[a-z2-7]+-[a-z2-7]{32}", local)
    assert len(local) <= 64
