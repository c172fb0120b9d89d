"""The desk in German: every text has its words, and pages and mails say them to whoever reads German."""

import ast
import gettext
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as desk
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.actors import Actor
from notifications.deliver import message_of
from notifications.models import OutgoingMail
from sla.time_words import clock_words, duration
from support.actions.reply import reply
from support.due import past_words
from support.models import Status
from tests.factories.support import make_ticket

FOLDER = desk.BASE_DIR / "locale" / "de" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?[a-z]+>")
QUOTED = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d)\])?)? ?(".*")$')

GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}


def entries(path):
    """Return the entries of a .po file as dicts of context, id, plural, words (a list) and fuzzy, without the header."""
    found, entry, field = [], {}, ""
    for line in [*path.read_text().splitlines(), ""]:
        if not line:
            if entry.get("msgid"):
                found.append(entry)
            entry = {}
        elif line.startswith("#,"):
            entry["fuzzy"] = "fuzzy" in line
        elif match := QUOTED.match(line):
            field = match[1] or field
            entry[field] = entry.get(field, "") + ast.literal_eval(match[3])
    return found


def words_of(entry):
    return [entry[field] for field in entry if field.startswith("msgstr")]


def key_of(entry):
    return entry.get("msgctxt", ""), entry["msgid"]


def of(path):
    return {key_of(entry): entry for entry in entries(path)}


def test_every_text_has_german_words_and_none_is_a_guess():
    everything = entries(FOLDER / "django.po")
    assert len(everything) > 1000
    assert [entry["msgid"] for entry in everything if entry.get("fuzzy")] == []
    assert [entry["msgid"] for entry in everything if not all(words_of(entry))] == []
    assert [entry["msgid"] for entry in everything if "msgid_plural" in entry and len(words_of(entry)) != 2] == []


def test_german_texts_hold_the_same_places_as_the_english_ones():
    for entry in entries(FOLDER / "django.po"):
        sources = [entry["msgid"]] + ([entry["msgid_plural"]] if "msgid_plural" in entry else [])
        for source, words in zip(sources, words_of(entry), strict=True):
            assert sorted(PLACEHOLDER.findall(words)) == sorted(PLACEHOLDER.findall(source)), words


def test_percent_signs_are_doubled_as_in_the_english_text():
    for entry in entries(FOLDER / "django.po"):
        for words in words_of(entry):
            assert words.count("%%") == entry["msgid"].count("%%"), words


def test_the_compiled_catalogue_is_made_of_the_texts_beside_it():
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    expected = {}
    for entry in entries(FOLDER / "django.po"):
        key = f"{entry['msgctxt']}\x04{entry['msgid']}" if "msgctxt" in entry else entry["msgid"]
        if "msgid_plural" in entry:
            expected |= {(key, number): words for number, words in enumerate(words_of(entry))}
        else:
            expected[key] = entry["msgstr"]
    assert {key: words for key, words in compiled.items() if key} == expected, "make messages compiles it"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("xgettext"), reason="collecting texts needs gettext: apt-get install gettext")
def test_every_text_of_the_code_is_in_the_catalogue(tmp_path):
    copy = tmp_path / "desk"
    ignored = shutil.ignore_patterns(".*", "var", "tests", "docs", "data", "node_modules", "__pycache__", "static")
    shutil.copytree(desk.BASE_DIR, copy, ignore=ignored)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--all", "--no-obsolete", "--no-wrap"],
        cwd=copy,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path / "var")},
        check=True,
        capture_output=True,
        timeout=120,
    )
    kept, collected = of(FOLDER / "django.po"), of(copy / "locale" / "de" / "LC_MESSAGES" / "django.po")
    assert set(collected) - set(kept) == set(), "make messages collects them; then translate them in locale/de"
    assert set(kept) - set(collected) == set(), "make messages drops what nothing says any more"


# --- Pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("portal:home", "Was können wir für Sie tun?"),
        ("support:ticket_new", "Was ist Ihre Frage?"),
        ("account_login", "Anmeldecode schicken"),
    ],
)
def test_a_german_browser_gets_german_pages(client, db, name, words):
    page = client.get(reverse(name), headers=GERMAN)
    assert '<html lang="de"' in page.text
    assert words in page.text
    assert page.headers["Content-Language"] == "de"
    assert '<html lang="en"' in client.get(reverse(name), headers={"accept-language": "en"}).text


def test_a_page_that_is_not_there_says_so_in_german(client, db):
    assert "Hier ist nichts" in client.get("/nowhere/", headers=GERMAN).text


def test_a_customer_who_chose_german_reads_it_whatever_the_browser_asks(cast, signed_in):
    cast.alice.locale = "de"
    cast.alice.save()
    ticket = make_ticket(cast.alice, subject="Keys expire")
    page = signed_in(cast.alice).get(reverse("support:ticket", args=[ticket.pk]), headers={"accept-language": "en"})
    assert '<html lang="de"' in page.text
    for words in ("Wann Sie von uns hören", "Wir antworten bis", "Eingegangen", "Als gelöst markieren", "Einzelheiten"):
        assert words in page.text
    assert "We&#x27;ll reply" not in page.text and "Details" not in page.text


def test_an_agent_who_chose_german_works_the_queue_and_a_ticket_in_it(cast, signed_in):
    cast.gwen.locale = "de"
    cast.gwen.save()
    ticket = make_ticket(cast.alice, subject="Keys expire")
    browser = signed_in(cast.gwen)
    queue = browser.get(reverse("console:queue"))
    assert '<html lang="de"' in queue.text
    for words in ("Als Nächstes", "Ohne Zuständige", "Wartet auf Kunden", "1 Ticket", "Nächstes öffnen"):
        assert words in queue.text
    page = browser.get(reverse("console:ticket", args=[ticket.pk]))
    for words in ("Senden und lösen", "Alice Moreau hat das Ticket angelegt", "Erste Antwort"):
        assert words in page.text
    posted = browser.post(reverse("console:status", args=[ticket.pk]), {"status": "pending"}, follow=True)
    assert "„Wartet auf Kunden“" in posted.text


def test_what_a_form_refuses_is_said_in_german(client, db):
    page = client.post(reverse("support:ticket_new"), {"subject": "", "body": ""}, headers=GERMAN)
    assert "Schreiben Sie zuerst ein paar Worte." in page.text
    assert "Noch ist nichts gesendet" in page.text


# --- Mails -----------------------------------------------------------------------------------------------------------


def test_each_person_gets_mail_in_their_own_language(cast, run_reactions):
    cast.alice.locale, cast.alice.time_zone = "de", "Europe/Berlin"
    cast.alice.save()
    cast.gwen.locale = "en"
    cast.gwen.save()
    with translation.override("en"):
        ticket = make_ticket(cast.alice, subject="Keys expire")
        run_reactions()
        reply(ticket, by=Actor.person(cast.gwen), body="Try again.")
        run_reactions()
    first, second = OutgoingMail.objects.filter(recipient=cast.alice).order_by("pk")
    assert "Guten Tag Alice" in first.text and "Wir antworten bis" in first.text and "(Europe/Berlin)" in first.text
    assert '<html lang="de">' in first.html
    assert "Gwen Abara schrieb:" in second.text and "Lesen und antworten Sie hier:" in second.text
    assert "Gwen Abara von " in str(message_of(second).message()["From"])
    make_ticket(cast.bea, subject="Slow today")
    with translation.override("de"):
        run_reactions()
    [other] = OutgoingMail.objects.filter(recipient=cast.bea)
    assert "Hello Bea" in other.text and '<html lang="en">' in other.html


def test_a_sign_in_code_comes_in_the_language_of_whose_account_it_is(client, cast, mailoutbox):
    cast.alice.locale = "de"
    cast.alice.save()
    client.post(reverse("account_request_login_code"), {"email": cast.alice.email}, headers={"accept-language": "en"})
    [mail] = mailoutbox
    assert mail.subject.startswith("Ihr Anmeldecode: ")
    assert "Er gilt 10 Minuten." in mail.body


# --- Times -----------------------------------------------------------------------------------------------------------


def test_times_and_spans_read_as_german_writes_them():
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    with translation.override("de"), timezone.override("Europe/Berlin"):
        assert clock_words(now + timedelta(hours=4), now) == "14:00"
        assert clock_words(now + timedelta(days=1, hours=4), now) == "Di 14:00"
        assert clock_words(now + timedelta(days=7, hours=4), now) == "30. Nov. 14:00"
        assert clock_words(now + timedelta(days=120, hours=4), now) == "23. März 2027 14:00"
        assert past_words(now - timedelta(days=1), now) == "gestern 10:00"
        assert duration(timedelta(minutes=200), in_full=True) == "3 Std. 20 Min."
        assert duration(timedelta(days=3)) == "3 Tg."
        assert date_format(timezone.localtime(now), "DATETIME_FORMAT") == "Mo, 23. Nov. 2026, 10:00"
        assert date_format(now, "DATE_FORMAT") == "23. November 2026"
    with translation.override("en"):
        assert date_format(now, "SHORT_DATETIME_FORMAT") == "23 Nov 2026, 09:00"


def test_a_state_within_a_sentence_keeps_the_capitals_of_german_nouns():
    with translation.override("de"):
        assert Status.PENDING.words == "wartet auf Kunden"
    with translation.override("en"):
        assert Status.HOLD.words == "on hold"
