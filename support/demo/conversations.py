"""The real texts that the demo's tickets are made from."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "conversations.jsonl"
# Orders of pizza make poor support tickets; the other trades read like a desk's day.
TRADES = {"software": 3, "finance": 1, "insurance": 1, "media": 1, "airline": 1}
# Where the first sentence only says who writes, or holds a number of theirs, it makes no subject.
NO_SUBJECT = re.compile(r"^(hi |hello |hai )?(i am|im|this is|my name) |\d|ssn|pin code|password", re.IGNORECASE)
CHATTER = {"openinggreeting", "closinggreeting"}


@dataclass(frozen=True)
class Conversation:
    """What one customer wrote: a subject, a first message, what followed, and what it was about."""

    subject: str
    opening: str
    later: list[str]
    intent: str


def load() -> list[Conversation]:
    """Return every usable conversation, software first in weight, in the order of the file."""
    found = []
    with SOURCE.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["domain"] not in TRADES or len(row["subject"]) < 18 or NO_SUBJECT.search(row["subject"]):
                continue
            turns = [turn for turn in row["turns"] if turn["intent"] not in CHATTER and turn["text"].strip()]
            asked = next((n for n, turn in enumerate(turns) if len(turn["text"]) >= 15), None)
            if asked is None:
                continue
            cut = asked + 1
            while cut < len(turns) and turns[cut]["intent"] == "contentonly" and cut < asked + 3:
                cut += 1
            conversation = Conversation(
                subject=row["subject"].strip()[:200],
                opening="\n".join(sentence(turn["text"]) for turn in turns[:cut]),
                later=[sentence(turn["text"]) for turn in turns[cut:] if len(turn["text"]) >= 12],
                intent=(row["intents"] or ["outofdomain"])[0],
            )
            found += [conversation] * TRADES[row["domain"]]
    return found


def sentence(text: str) -> str:
    """Return a turn with a capital letter at its beginning, and otherwise as it was written."""
    text = text.strip()
    return text[:1].upper() + text[1:]
