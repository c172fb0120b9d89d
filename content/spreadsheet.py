"""Tables that people take away as a file. The one place that writes CSV, so that no cell is ever a formula (SEC-17)."""

import csv
import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header

from content.file_names import shown_name

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheet programs take UTF-8 for the encoding of their country
# U+2212 is the minus sign of typographers, which compatibility normalisation leaves as it is.
FORMULA_STARTS = frozenset("=+-@\u2212")
# A program that splits at another character than our comma does not see our quotes either: each piece may start a cell.
CELL_BREAKS = frozenset(";\t\r\n")
QUOTES = frozenset("\"'`")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return a table as a file to keep: UTF-8 with a byte order mark, comma-separated, one line at a time.

    `rows` is read while the answer is sent, in the language and time zone of the request. Text is neutralised by
    `neutral`; int, float and Decimal stay numbers; None is an empty cell.
    """
    name = shown_name(name if name.lower().endswith(".csv") else f"{name}.csv")
    return StreamingHttpResponse(
        _lines(header, rows, translation.get_language(), timezone.get_current_timezone_name()),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(True, name),
            "X-Content-Type-Options": "nosniff",
        },
    )


class _Line:
    """What csv.writer takes for a file: it hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _lines(header: Sequence[str], rows: Iterable[Sequence[object]], language: str | None, zone: str) -> Iterator[str]:
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC)
    with translation.override(language), timezone.override(zone):
        yield BYTE_ORDER_MARK + writer.writerow([_cell(title) for title in header])
        for row in rows:
            yield writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> str | int | float | Decimal:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and math.isfinite(value):
        return value
    return "" if value is None else neutral(str(value))


def neutral(text: str) -> str:
    """Return the text such that no spreadsheet program takes it, or a piece of it, for a formula.

    Where a cell could begin, an apostrophe goes before = + - @ and what looks like them (full-width and small forms,
    the minus sign), also after spaces, quotes and characters that do not show; and before a leading TAB, CR or LF.
    Source: OWASP, CSV Injection; CVE-2025-61873.
    """
    result: list[str] = []
    piece_start = 0
    undecided = True
    for place, letter in enumerate(text):
        if letter in CELL_BREAKS:
            if letter != ";" and piece_start == 0 and undecided:
                result.append("'")
            result.append(text[piece_start : place + 1])
            piece_start, undecided = place + 1, True
        elif undecided and not _is_passed_over(letter):
            if unicodedata.normalize("NFKC", letter)[0] in FORMULA_STARTS:
                result.append("'")
            undecided = False
    result.append(text[piece_start:])
    return "".join(result)


def _is_passed_over(letter: str) -> bool:
    """Is this a space, a quote, or something that does not show? Programs may drop it before they look."""
    category = unicodedata.category(letter)
    return category[0] in "CZ" or category in {"Pi", "Pf"} or unicodedata.normalize("NFKC", letter)[0] in QUOTES
