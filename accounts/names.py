"""Names as they may be shown: on one line, without what could pass for a header or another person's words."""

import unicodedata

LONGEST_NAME = 120


def clean_name(name: str) -> str:
    """Return the name without control, format and line-breaking characters, at most 120 characters (SEC-13)."""
    visible = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in name
        if unicodedata.category(char) not in {"Cf", "Cs", "Co"}
    )
    return " ".join(visible.split())[:LONGEST_NAME]
