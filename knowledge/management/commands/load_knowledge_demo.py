"""The demo desk's knowledge: what can be looked up, and what its readers made of it."""

import random
import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from accounts.readers import reader_of_actor
from events.dispatch import silence
from knowledge.actions.give_feedback import give_feedback
from knowledge.actions.offer_articles import note_answered, offer_articles
from knowledge.importing.applying import import_tree
from knowledge.importing.tree import Folder
from knowledge.models import Article
from search.actions.log_search import log_search
from search.actions.record_click import record_click
from search.engine import Key
from search.indexing import rebuild
from search.queries import find

FOLDER = Path(__file__).resolve().parents[2] / "demo"
# What customers look for, and how often; the last ones find nothing, and so are gaps to be written.
SEARCHES = (
    ("rotate api key", 9), ("job stuck in queue", 7), ("invoice", 6), ("429", 5), ("int4 or int8", 4), ("texts", 4),
    ("out of memory", 3), ("run on cpu", 3), ("webhook signature", 2), ("gguf export", 6), ("kubernetes operator", 4),
    ("hipaa", 2),
)  # fmt: skip
OFFERS = (
    ("My job has been queued since this morning", True), ("Key leaked, what now?", True), ("Too many requests", True),
    ("When do I get the invoice for February?", True), ("Which scheme for a code model?", False),
    ("Cannot upload my model", False), ("SSO loops back to sign-in", False),
)  # fmt: skip


class Command(BaseCommand):
    """Import knowledge/demo, then let the demo's customers read, search and rate, by the actions of the pages."""

    help = "Fill the demo's knowledge base. For a desk that load_demo has filled, once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load all of it. Raises CommandError where there are articles already."""
        if Article.objects.exists():
            raise CommandError("There are articles already. The demo's knowledge is for an empty knowledge base.")
        readers = list(User.objects.filter(is_staff=False, membership__isnull=False).order_by("pk")[:60])
        if not readers:
            raise CommandError("There is nobody to read it. Run load_demo, which loads this as well.")
        chance = random.Random(7)  # noqa: S311 (the same every time, on purpose)
        with transaction.atomic(), silence():
            report = import_tree(Folder(FOLDER), by=Actor.system())
            rebuild()
            self._search(readers, chance)
            self._offer(readers, chance)
            self._rate(readers, chance)
        self.stdout.write(f"Knowledge: {report.created} articles, questions and videos.")

    def _search(self, readers: list[User], chance: random.Random) -> None:
        for text, times in SEARCHES:
            for person in chance.sample(readers, min(times, len(readers))):
                actor, reader = Actor.person(person), reader_of_actor(Actor.person(person))
                found = find(actor, text, kinds=["article", "faq", "video"])
                log = log_search(actor, reader, text, found, language="en")
                if log is not None and found.hits and chance.random() < 0.8:
                    key = found.hits[0].hit.key
                    record_click(log.pk, reader, Key(key.kind, key.pk))

    def _offer(self, readers: list[User], chance: random.Random) -> None:
        for text, is_answer in OFFERS:
            actor = Actor.person(chance.choice(readers))
            hits = find(actor, text, kinds=["article", "faq", "video"], limit=3).hits
            if not hits:
                continue
            key, reader = uuid.UUID(int=chance.getrandbits(128), version=4), reader_of_actor(actor)
            offer_articles(key, [hit.hit.key.pk for hit in hits], text=text, reader=reader, by=actor)
            if is_answer:
                note_answered(key, hits[0].row, text=text, reader=reader, by=actor)

    def _rate(self, readers: list[User], chance: random.Random) -> None:
        for article in Article.objects.filter(kind="article", audience="everyone").order_by("pk"):
            for person in chance.sample(readers, min(len(readers), chance.randint(1, 6))):
                was_helpful = chance.random() < 0.85
                give_feedback(
                    article,
                    by=Actor.person(person),
                    reader=reader_of_actor(Actor.person(person)),
                    was_helpful=was_helpful,
                    reason="" if was_helpful else chance.choice(["missing", "unclear", "not_working"]),
                    comment="" if was_helpful else "The second step looks different for me.",
                )
