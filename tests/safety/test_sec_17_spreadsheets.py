"""SEC-17: no cell of an exported table is a formula, in whatever way a program reads the file."""

import csv
import io
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from content.spreadsheet import csv_response, neutral

ATTACK = "cmd|' /C calc'!A0"
STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−", "⁼", "⁺", "₋"]
BEFORE = ["", " ", '"', "'", ' "', "\u00a0", "\u3000", "\u200b", "\ufeff", "\0", "“", "＂", "«", "   '\" "]


def read(response, separator: str = ",") -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=separator))


@pytest.mark.parametrize("start", STARTS, ids=ascii)
def test_sec_17_a_cell_never_starts_as_a_formula(start):
    for before in BEFORE:
        text = f"{before}{start}{ATTACK}"
        told = neutral(text)
        assert told.startswith("'") and told[1:] == text, ascii(text)
        [header, row] = read(csv_response("x", [text], [[text]]))
        assert header == row == [told], ascii(text)


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=ascii)
def test_sec_17_nor_where_a_program_splits_at_another_character(separator):
    hostile = [f"a{mark}{gap}={ATTACK}" for mark in ";\t\r\n" for gap in ("", " ", '"')]
    rows = read(csv_response("x", ["a"], [["first", text, 'quote" and, comma'] for text in hostile]), separator)
    cells = [cell.strip(" \"'") for row in rows for cell in row]
    raw = [cell.lstrip(' "') for row in rows for cell in row]
    assert any(ATTACK.strip("'") in cell for cell in cells)
    assert [cell for cell in raw if cell.startswith(("=", "+", "-", "@"))] == []


def test_sec_17_numbers_stay_numbers_and_harmless_text_as_it_is():
    row = [-5, -2.5, Decimal("-0.10"), 0, None, True, "a-b", "x = 1", "R&D; more", "Zoë, 日本", "", float("-inf")]
    response = csv_response("x", ["head"], [row])
    raw = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()[1]
    assert raw == '-5,-2.5,-0.10,0,"","True","a-b","x = 1","R&D; more","Zoë, 日本","","\'-inf"'
    # Text that only looks like a number, and numbers that csv would not know, are text.
    assert read(csv_response("x", [], [["-5", Fraction(-1, 2)]]))[1] == ["'-5", "'-1/2"]


def test_sec_17_the_file_is_kept_and_never_shown_in_the_desks_name():
    response = csv_response('../Ziele "März"\r\nX: y', ["a"], [])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; filename") and "\n" not in disposition and "/" not in disposition
    assert disposition.endswith(".csv")
    assert csv_response("sla.csv", [], [])["Content-Disposition"] == 'attachment; filename="sla.csv"'


@pytest.mark.django_db  # the end of an answer looks after the connections
def test_rows_are_read_one_by_one_in_the_language_and_zone_of_the_request():
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield [number, gettext_lazy("January"), timezone.localtime().hour]

    with (
        translation.override("de"),
        timezone.override("Asia/Tokyo"),
        time_machine.travel("2026-01-01T00:30:00Z", tick=False),
    ):
        response = csv_response("x", ["a"], rows())
    stream = iter(response.streaming_content)
    next(stream)
    assert asked == []
    with time_machine.travel("2026-01-01T00:30:00Z", tick=False):
        assert next(stream) == b'0,"Januar",9\r\n'
    assert asked == [0]
    response.close()
    assert translation.get_language() != "de"


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("=+-@\t\r\n;,\"' aé＝"), max_size=12))
def test_sec_17_whatever_the_text_no_piece_of_it_is_a_formula(text):
    told = neutral(text)
    assert told.replace("'", "") == text.replace("'", "")
    for piece in told.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";"):
        assert not piece.lstrip(' "').startswith(("=", "+", "-", "@", "＝"))
