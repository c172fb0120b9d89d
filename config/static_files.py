"""Static files as production serves them: under hashed names, compressed, and each style sheet in one piece."""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(
    r'^@import url\("(?P<url>[^"]+)"\)(?: layer\((?P<layer>[\w.-]+)\))?(?: (?P<media>[^;]+))?;$', re.MULTILINE
)
ADDRESS = re.compile(r"""(url\(\s*["']?)(?!data:|https?:|/|#)([^"')\s]+)""")
# Whole style sheets; every other file in css/ is a part of one of them.
SHEETS = ["css/main.css", "css/admin-stock.css"]


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # Whitenoise has no types.
    """Whitenoise's storage, which also follows our modules' imports and puts imported style sheets in their place.

    While developing the browser fetches each part by itself; over a network that would be thirty requests in a
    waterfall before anything is painted.
    """

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *args: Any, **options: Any) -> Callable[[re.Match[str]], str]:
        """Return what rewrites an address in the file `name`: nothing in others' scripts, which may not load at all."""
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: match[0]
        converter: Callable[[re.Match[str]], str] = super().url_converter(name, *args, **options)
        return converter

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Put every sheet into one file, then hash and compress all; yields (name, hashed name, whether done)."""
        if not dry_run:
            for name in SHEETS:
                if name in paths:
                    whole = in_one_piece(name, paths)
                    self.delete(name)
                    self._save(name, ContentFile(whole.encode()))
                    paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)


def in_one_piece(name: str, paths: dict[str, tuple[Storage, str]]) -> str:
    """Return the style sheet `name` with what it imports in place of the imports, layer and media kept.

    Addresses in a part are written anew, so that they still lead to the same files.
    """
    folder = posixpath.dirname(name)

    def part(match: re.Match[str]) -> str:
        source = posixpath.normpath(f"{folder}/{match['url']}")
        text = _readdress(_read(source, paths), posixpath.dirname(source), folder)
        if match["layer"]:
            text = f"@layer {match['layer']} {{\n{text}}}\n"
        if match["media"]:
            text = f"@media {match['media']} {{\n{text}}}\n"
        return text

    return IMPORT.sub(part, _read(name, paths))


def _read(name: str, paths: dict[str, tuple[Storage, str]]) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        text: str = file.read().decode()
        return text


def _readdress(text: str, old: str, new: str) -> str:
    """Return `text` with its relative addresses, true in folder `old`, made true in folder `new`."""
    way = posixpath.relpath(old, new)
    return ADDRESS.sub(lambda match: f"{match[1]}{posixpath.normpath(f'{way}/{match[2]}')}", text)
