"""Write the articles out as a folder of Markdown."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from knowledge.exporting import FOLDERS, exported
from knowledge.importing.pages import FILES, MARKER, SNIPPETS
from knowledge.permissions import visible_articles


class Command(BaseCommand):
    """Export every article but archived ones, with sections, snippets and files."""

    help = "Export all articles as a folder of Markdown that import_articles reads back (docs/guides/importing.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the folder."""
        parser.add_argument("folder", help="a new folder, or one that holds an older export, which is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files and say how many. Raises CommandError for a folder that holds something else."""
        root = Path(options["folder"])
        if root.exists() and any(root.iterdir()) and not (root / MARKER).is_file():
            raise CommandError(f"{root} holds something else already. Name a new folder.")
        for name in (*FOLDERS.values(), SNIPPETS, FILES):
            shutil.rmtree(root / name, ignore_errors=True)
        count = articles = 0
        for path, content in exported(visible_articles(Actor.system())):
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            count += 1
            articles += path.endswith(".md") and not path.startswith("_")
        self.stdout.write(f"{articles} articles in {count} files.")
