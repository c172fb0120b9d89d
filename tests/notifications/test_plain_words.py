import pytest

from notifications.plain_words import name, one_line, without_links


@pytest.mark.parametrize(
    "text",
    [
        "Eve\r\nBcc: victim@example.com",
        "Eve\nX-Evil: 1",
        "Eve\x00\x0b\x85\u2028\u2029Bcc: x",
        'Eve" <victim@example.com>, "Other',
        "Eve, victim@example.com",
        '["a@b.example", "c@d.example"]',
    ],
)
def test_a_name_stays_one_harmless_word_group(text):
    found = name(text)
    assert not set('\r\n\x00\x0b\x85\u2028\u2029<>",;@[]') & set(found)
    assert found


@pytest.mark.parametrize(
    "text",
    [
        "Visit https://evil.example/x now",
        "visit HTTP://EVIL.EXAMPLE",
        "www.evil.example wins",
        "evil.example/login",
        "javascript:alert(1)",
        "mail me: a@evil.example",
        "h\u202ettps://evil.example",
        "http:evil.example",
    ],
)
def test_no_mail_program_finds_a_link(text):
    found = without_links(text).lower()
    assert "://" not in found and "www." not in found and "evil.example" not in found and "script:" not in found


@pytest.mark.parametrize(
    "text",
    ["Alice Moreau", "J. R. Smith", "Version 2.5 fails", "Ünal & Söhne", "量子 株式会社", "3.11 or 3.12?"],
)
def test_ordinary_words_stay_as_they_are(text):
    assert without_links(text) == text


def test_blanks_run_together():
    assert one_line("  a \t b\u00a0c ") == "a b c"


def test_a_name_of_nothing_but_tricks_is_empty():
    assert name('<>";,') == ""
