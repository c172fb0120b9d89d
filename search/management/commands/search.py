"""`manage.py search`: ask the search as an anonymous visitor would."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from search.queries import LONGEST_PAGE, Found, find


class Command(BaseCommand):
    """With --json it reads lines {"id", "text"} on standard input, so that the ranking can be judged."""

    help = "Search as an anonymous visitor; with --json many searches, one a line of standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what to look for, and how many hits."""
        parser.add_argument("text", nargs="*", help="what to look for")
        parser.add_argument("--json", action="store_true", help='read lines {"id", "text"}, write lines {"id", "hits"}')
        parser.add_argument("--limit", type=int, default=10, help=f"how many hits, at most {LONGEST_PAGE}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer each question at once. Raises CommandError for what is no question, and while the index is away."""
        limit = options["limit"]
        if not 1 <= limit <= LONGEST_PAGE:
            raise CommandError(f"--limit must be from 1 to {LONGEST_PAGE}.")
        if options["json"]:
            for number, line in enumerate(getattr(sys.stdin, "buffer", sys.stdin), 1):
                text = line.decode(errors="replace") if isinstance(line, bytes) else line
                if text.strip():
                    self.stdout.write(json.dumps(_answer(number, text, limit), ensure_ascii=False))
            return
        if not options["text"]:
            raise CommandError("Say what to look for, or use --json.")
        found = _found(" ".join(options["text"]), limit)
        for each in found.hits:
            title = "".join(piece for piece, _is_match in each.hit.title)
            self.stdout.write(f"{each.hit.score:8.3f}  {each.hit.key.kind:8}{title}  {each.hit.url}")
        self.stdout.write(
            f"{found.total} found" + (f"; did you mean “{found.did_you_mean}”?" * bool(found.did_you_mean))
        )


def _answer(number: int, line: str, limit: int) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        text, name = str(asked["text"]), asked["id"]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f'Line {number} is not an object with "id" and "text".') from error
    return {
        "id": name,
        "hits": [
            {
                "kind": each.hit.key.kind,
                "title": "".join(piece for piece, _is_match in each.hit.title),
                "source": each.hit.source,
                "score": round(each.hit.score, 4),
            }
            for each in _found(text, limit).hits
        ],
    }


def _found(text: str, limit: int) -> Found:
    found = find(Actor.anonymous(), text, limit=limit)
    if found.problem:
        raise CommandError(found.problem)
    return found
