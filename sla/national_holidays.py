"""Public holidays of countries and their parts, by the `holidays` package."""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import holidays
from django.utils.translation import get_language_info
from holidays.registry import COUNTRIES


@dataclass(frozen=True)
class Country:
    """What can be chosen for a country: (code, name) of its parts and of the languages of the holidays' names."""

    code: str
    name: str
    parts: list[tuple[str, str]]
    languages: list[tuple[str, str]]
    language: str
    first_year: int
    last_year: int


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """Return the names of countries, in English, by their ISO code; in order of the names."""
    known = holidays.list_supported_countries(include_aliases=False)
    names = {codes[0]: _spaced(name) for name, *codes in COUNTRIES.values() if codes[0] in known}
    return dict(sorted(names.items(), key=lambda pair: pair[1]))


@lru_cache(maxsize=64)
def country(code: str) -> Country:
    """Return what can be chosen for a country. Raises LookupError for a code that is unknown."""
    name = country_names()[code]
    known: Any = type(holidays.country_holidays(code, years=[2026]))
    spoken = {part: alias for alias, part in reversed(list(known.subdivisions_aliases.items()))}
    parts = sorted(((part, spoken.get(part, part)) for part in known.subdivisions), key=lambda pair: pair[1])
    languages = [(language, _language_name(language)) for language in known.supported_languages]
    return Country(code, name, parts, languages, known.default_language or "", known.start_year, known.end_year)


def public_holidays(code: str, part: str, years: Iterable[int], language: str) -> list[tuple[date, str]]:
    """Return the public holidays of these years, in order. Raises LookupError for what `country` does not offer."""
    chosen = country(code)
    if part and part not in dict(chosen.parts):
        raise LookupError(part)
    with warnings.catch_warnings():  # years that are not known are left out, and the page says which are
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(
            code,
            subdiv=part or None,
            years=[year for year in years if chosen.first_year <= year <= chosen.last_year],
            # Without one, the package would take that of the machine.
            language=language if language in dict(chosen.languages) else chosen.language or None,
        )
    # Names of one day come joined by "; ".
    return [(day, name.replace("; ", " / ")) for day, name in sorted(found.items())]


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _language_name(code: str) -> str:
    try:
        name = str(get_language_info(code.replace("_", "-").lower())["name_local"])
    except KeyError:
        return code
    return f"{name} ({code.replace('_', '-')})" if "_" in code else name
