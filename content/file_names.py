"""The name under which people see a file. Where it lies has nothing to do with it (SEC-04)."""

import re
import unicodedata
from urllib.parse import unquote

LONGEST_FILE_NAME = 150
LONGEST_EXTENSION = 20


def shown_name(name: str) -> str:
    """Return a name on one line without path, control or direction characters, at most 150 long, its ending kept.

    Percent signs are read once, so that `%2e%2e%2f` is taken for what it means. Nothing left: "file".
    """
    name = unquote(name[:10_000], errors="replace")
    # Categories C: control, format (direction overrides, zero width), surrogates, private use.
    name = "".join(
        " " if letter in "\t\r\n" else letter
        for letter in unicodedata.normalize("NFC", name)
        if letter in "\t\r\n" or not unicodedata.category(letter).startswith("C")
    )
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r"[\"<>|:*?;%]", "_", name)
    name = re.sub(r"\s+", " ", name).strip(" .")
    if len(name) > LONGEST_FILE_NAME:
        stem, dot, extension = name.rpartition(".")
        if not stem or len(extension) > LONGEST_EXTENSION:
            stem, dot, extension = name, "", ""
        name = stem[: LONGEST_FILE_NAME - len(dot + extension)].rstrip(" .") + dot + extension
    return name or "file"
