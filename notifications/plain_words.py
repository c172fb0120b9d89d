"""Words that people chose (names, subjects, organisations), made harmless for headers and for lines of a
mail.
"""

import re
import unicodedata

# A scheme has a length, else "a.a.a.…" would cost its length squared (SEC-26).
ADDRESS = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]{0,40}:/+\S*|\b(?:https?|ftp|mailto|tel|data|javascript|vbscript):\S*|\bwww\.\S+"
)
# A word that mail programs would make a link of by themselves: letters, a dot, letters.
DOMAIN = re.compile(r"(?<=[\w-])\.(?=[^\W\d_]{2,})")
BREAKS_A_NAME = re.compile(r"[<>\"\\,;:@\[\]()]+")
LONGEST_NAME = 80


def one_line(text: str) -> str:
    """Return text without line ends, control and direction characters, blanks run together.

    What looks like a word that headers encode is parted: a mail program would decode it to anything (SEC-13).
    """
    text = text.replace("=?", "= ?")
    kept = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    return " ".join(kept.split())


def without_links(text: str) -> str:
    """Return one line in which no mail program finds a link: addresses go, dots inside words get a blank."""
    return one_line(DOMAIN.sub(". ", ADDRESS.sub("…", one_line(text))).replace("@", " @ "))


def name(text: str) -> str:
    """Return a name for a header: nothing in it ends the name, adds a recipient or reads as a link."""
    return one_line(BREAKS_A_NAME.sub(" ", without_links(text)))[:LONGEST_NAME].strip()
