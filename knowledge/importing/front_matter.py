"""What stands above a text: YAML between `---`, TOML between `+++`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

LONGEST = 32_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAML_BLOCK = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
TOML_BLOCK = re.compile(r"\A\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
PLAIN_LINE = re.compile(r"^([A-Za-z_][\w-]*):[ \t]*(.*?)[ \t]*$")


@dataclass
class FrontMatter:
    """The keys of a file, its text, the line of the file on which the text begins, and what could not be read."""

    keys: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    first_line: int = 1
    problem: str = ""


def split(source: str) -> FrontMatter:
    """Return a file's front matter and text. Raises nothing: what is no YAML is read line by line, and told."""
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for pattern, load in ((YAML_BLOCK, parse_yaml), (TOML_BLOCK, tomllib.loads)):
        if not (found := pattern.match(source)):
            continue
        problem, keys = "", {}
        try:
            if len(found[1]) > LONGEST:
                raise ValueError(_("it is longer than %(limit)s characters") % {"limit": LONGEST})
            loaded = load(found[1])
            keys = {str(key): value for key, value in loaded.items()} if isinstance(loaded, dict) else {}
        except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
            keys = _by_line(found[1])
            problem = _("The front matter is not quite YAML or TOML and was read line by line (%(why)s).") % {
                "why": " ".join(str(error).split())[:120]
            }
        return FrontMatter(keys, source[found.end() :], source.count("\n", 0, found.end()) + 1, problem)
    return FrontMatter(text=source)


def parse_yaml(text: str) -> Any:
    """Return what YAML says, by safe types alone and without aliases. Raises yaml.YAMLError."""
    if "&" in text and any(isinstance(event, yaml.events.AliasEvent) for event in yaml.parse(text, Loader=LOADER)):
        raise yaml.YAMLError("aliases are not read")  # a few lines of them can stand for gigabytes
    return yaml.load(text, Loader=LOADER)  # noqa: S506 (the safe loader, or its twin in C)


def _by_line(text: str) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    last = ""
    for line in text[:LONGEST].split("\n"):
        if found := PLAIN_LINE.match(line):
            last = found[1]
            keys[last] = found[2].strip("'\"") if found[2] else []
        elif line.lstrip().startswith("- ") and isinstance(keys.get(last), list):
            keys[last].append(line.lstrip()[2:].strip().strip("'\""))
    return {key: value for key, value in keys.items() if value != []}
