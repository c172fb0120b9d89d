"""Making what a plan asks for so, by the actions that people use; what is so already is not touched.

What somebody changed here stays as long as the file says what it said: each imported article remembers the digest of
what it was made from. When the file changes it wins, and the text of here stays among the versions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Tier, User
from content.errors import FileRefused
from events.dispatch import hold_rings
from knowledge.actions.archive import archive
from knowledge.actions.archive_section import archive_section
from knowledge.actions.attach_imported_file import attach_imported_file
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_redirects import keep_redirects
from knowledge.actions.keep_section import keep_section
from knowledge.actions.keep_video import keep_video
from knowledge.actions.mark_section import mark_section
from knowledge.actions.move import move
from knowledge.actions.publish import publish
from knowledge.actions.save_snippet import save_snippet
from knowledge.actions.save_version import save_version
from knowledge.actions.set_audience import set_audience
from knowledge.actions.set_details import set_details
from knowledge.errors import Refused
from knowledge.importing.pages import Folder, slug_of, title_of
from knowledge.importing.plan import Plan, PlannedArticle, path_of, plan_of
from knowledge.importing.report import Report, Sort
from knowledge.importing.tree import Tree, TreeRefused
from knowledge.models import Article, ArticleFile, ArticleVersion, Audience, Section, Snippet, Status
from knowledge.permissions import can_publish

BATCH = 20
NOTE = "Import: "  # how a version of ours begins its note, in every language
ID = re.compile(r"<[a-z0-9]+ id=\"([^\"]+)\"|\sid=\"([^\"]+)\"")
SEEN = "newest_number shown_number status path tags order is_listed language audience owner_id review_by".split()
SEEN_OF_VIDEO = "url file_id poster_id duration_seconds chapters transcript".split()
Progress = Callable[[int, int], None]


def import_tree(
    tree: Tree,
    *,
    by: Actor,
    section: str = "",
    audience: str = Audience.EVERYONE,
    is_sync: bool = False,
    is_dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Import a tree of Markdown and return what was done. `section` is the path below which all of it stands.

    `is_sync` archives imported articles whose files are gone. `is_dry_run` changes nothing and says what it would do.
    Raises TreeRefused for a tree that is not read at all, NotAllowed for whoever may not publish.
    """
    if not can_publish(by):
        raise TreeRefused(_("You cannot publish articles, so you cannot import any."))
    report = Report()
    plan = plan_of(tree, report, section=section)
    if not plan.articles:
        raise TreeRefused(_("There is no Markdown file in it: nothing to import."))
    return _Import(plan, by, report, section.strip("/"), audience, is_dry_run).run(is_sync, progress)


class _Import:
    def __init__(self, plan: Plan, by: Actor, report: Report, section: str, audience: str, is_dry_run: bool) -> None:
        self.plan, self.by, self.report, self.section, self.audience = plan, by, report, section, audience
        self.is_dry_run = is_dry_run
        self.sections: dict[tuple[str, str], Section] = {}
        self.tiers = {name.lower(): tier for tier in Tier.objects.all() for name in (tier.name, tier.key)}
        scope = Article.objects.filter(path__startswith=f"{self.section}/") if self.section else Article.objects.all()
        columns = ("pk", "kind", "path", "slug", "section_id", "source", "source_digest", "status", "newest_number")
        rows = list(scope.only(*columns))
        self.by_source = {row.source: row for row in rows if row.source}
        self.by_path = {(row.kind, row.path): row for row in rows}
        self.made: dict[str, Article] = {}  # by the plan's source

    def run(self, is_sync: bool, progress: Progress | None) -> Report:
        if not self.is_dry_run:
            with hold_rings():
                self._sections()
                self._snippets()
        ordered = sorted(self.plan.articles, key=lambda each: bool(each.original))
        for start in range(0, len(ordered), BATCH):
            with hold_rings():  # one knock for many: the workers look for all that waits
                for planned in ordered[start : start + BATCH]:
                    self._article(planned)
            if progress:
                progress(min(start + BATCH, len(ordered)), len(ordered))
        if is_sync:
            self._archive_vanished()
        if not self.is_dry_run:
            self._check_anchors()
        self.report.findings.sort()
        return self.report

    # --- Sections and snippets ---

    def _sections(self) -> None:
        for kind in {folder.kind for folder in self.plan.folders} | {each.kind for each in self.plan.articles}:
            self._root(kind)
        for folder in self.plan.folders:
            try:
                self._section(folder)
            except Refused as refused:
                self.report.say(folder.path, 0, Sort.NOT_DONE, str(refused))

    def _root(self, kind: str) -> None:
        parent: Section | None = None
        path = ""
        for part in filter(None, self.section.split("/")):
            path = f"{path}/{part}".strip("/")
            found = Section.objects.filter(kind=kind, path=path).first()
            if found is None:
                found = keep_section(
                    None, by=self.by, kind=kind, title=title_of(part), parent=parent, slug=slug_of(part)
                )
                self.report.sections += 1
            parent = found
        if parent is not None:
            self.sections[kind, ""] = parent

    def _section(self, folder: Folder) -> None:
        parent = self.sections.get((folder.kind, folder.parent)) or self.sections.get((folder.kind, ""))
        path = path_of(self.plan.site, folder.kind, folder.path, self.section)
        keys = folder.keys
        wanted: dict[str, Any] = {
            "title": folder.title[:200],
            "slug": folder.slug,
            "description": str(keys.get("description") or "")[:300],
            "icon": str(keys.get("icon") or "")[:8] if not str(keys.get("icon") or "").isascii() else "",
            "order": _number(keys),
        }
        digest = hashlib.sha256(json.dumps([wanted, path], sort_keys=True).encode()).hexdigest()
        found = self._known_section(folder, path)
        if found is not None and (found.source_digest == digest or (not found.source and found.path == path)):
            if found.is_archived and found.source:  # it came back
                keep_section(found, by=self.by, **self._as_is(found))
            self.sections[folder.kind, folder.path] = found
            return
        if self.plan.site.is_export and found is not None:
            same = {**self._as_is(found), **wanted, "parent": parent}
            if same != self._as_is(found) or found.is_archived:
                keep_section(found, by=self.by, **same)
                self.report.sections += 1
            self.sections[folder.kind, folder.path] = found
            return
        source = str(keys.get("source") or "") if self.plan.site.is_export else folder.path
        with transaction.atomic():
            standing = (
                self.by_path.get((folder.kind, path)) or Article.objects.filter(kind=folder.kind, path=path).first()
            )
            if standing is not None and standing.source:  # it stood alone in its folder before
                moved = move(standing, section=standing.section, slug=f"{standing.slug[:100]}-overview", by=self.by)
                self.by_path[moved.kind, moved.path] = self.by_source[moved.source] = moved
            made = keep_section(found, by=self.by, kind=folder.kind, parent=parent, source=source[:500], **wanted)
            if not self.plan.site.is_export:
                mark_section(made, digest=digest, by=self.by)
        self.sections[folder.kind, folder.path] = made
        self.report.sections += 1

    def _known_section(self, folder: Folder, path: str) -> Section | None:
        known = Section.objects.filter(kind=folder.kind)
        of_scope = known.filter(path__startswith=f"{self.section}/") if self.section else known
        return known.filter(path=path).first() or of_scope.filter(source=folder.path[:500]).first()

    def _as_is(self, section: Section) -> dict[str, Any]:
        names = ("kind", "title", "parent", "slug", "description", "icon", "order", "source")
        return {name: getattr(section, name) for name in names}

    def _snippets(self) -> None:
        known = {row.key: row for row in Snippet.objects.filter(key__in=self.plan.snippets)}
        for key, (body, source) in self.plan.snippets.items():
            row = known.get(key)
            if row is not None and row.body == body:
                continue
            if row is not None and not row.source and not self.plan.site.is_export:
                self.report.say(source, 0, Sort.NOT_DONE, f"a snippet “{key}” was written here; it stays")
                continue
            try:
                save_snippet(
                    key, by=self.by, body=body, source=row.source if row and self.plan.site.is_export else source
                )
                self.report.snippets += 1
            except Refused as refused:
                self.report.say(source, 0, Sort.NOT_DONE, str(refused))

    # --- Articles ---

    def _article(self, planned: PlannedArticle) -> None:
        path = path_of(self.plan.site, planned.kind, planned.folder, self.section)
        path = f"{path}/{planned.slug}".strip("/")
        known = self.by_source.get(planned.origin or planned.source)
        if known is None or known.kind != planned.kind:
            known = self.by_path.get((planned.kind, path))
            if known is not None and not known.source and not self.plan.site.is_export:
                self.report.failed += 1
                self.report.say(planned.source, 0, Sort.NOT_DONE, f"an article that was written here stands at {path}")
                return
        if known is not None:
            self.made[planned.source] = known
            if known.source_digest == planned.digest and known.path == path:
                self.report.unchanged += 1
                return
        if self.is_dry_run:
            if known is None:
                self.report.created += 1
            else:
                self.report.updated += 1
            return
        try:
            with transaction.atomic():
                if known is None:
                    self.made[planned.source] = self._create(planned)
                    self.report.created += 1
                else:
                    is_changed = self._update(Article.objects.get(pk=known.pk), planned)
                    self.report.updated += is_changed
                    self.report.unchanged += not is_changed
        except Refused as refused:
            self.report.failed += 1
            where = f"{field}: " if (field := getattr(refused, "field", "")) else ""
            self.report.say(planned.source, 0, Sort.NOT_DONE, f"{where}{refused}")

    def _place(self, planned: PlannedArticle) -> Section | None:
        return self.sections.get((planned.kind, planned.folder)) or self.sections.get((planned.kind, ""))

    def _audience(self, planned: PlannedArticle) -> tuple[str, list[Tier]]:
        audience = planned.audience or self.audience
        tiers = [tier for name in planned.tiers if (tier := self.tiers.get(name.lower()))]
        for name in planned.tiers:
            if name.lower() not in self.tiers:
                self.report.say(planned.source, 1, Sort.DEGRADED, f"there is no plan “{name}” here")
        if audience == Audience.TIERS and not tiers:  # better too few readers than too many
            self.report.say(planned.source, 1, Sort.DEGRADED, "no plan may read it here: staff only for now")
            return Audience.STAFF, []
        return audience, tiers

    def _original(self, planned: PlannedArticle) -> Article | None:
        return self.made.get(planned.original) if planned.original else None

    def _create(self, planned: PlannedArticle) -> Article:
        audience, tiers = self._audience(planned)
        article = create_article(
            by=self.by,
            kind=planned.kind,
            title=planned.title,
            body=planned.body,
            summary=planned.summary,
            section=self._place(planned),
            slug=planned.slug,
            language=planned.language,
            audience=audience,
            tiers=tiers,
            tags=planned.tags,
            translation_of=self._original(planned),
            order=planned.order,
            is_listed=planned.is_listed,
            note=f"{NOTE}{planned.source}"[:200],
            source=(planned.origin or planned.source)[:500],
        )
        self._beside(article, planned)
        details: dict[str, Any] = {"source_digest": "" if self.plan.site.is_export else planned.digest}
        if owner := self._owner(planned):
            details["owner"] = owner
        if planned.review_by:
            details["review_by"] = planned.review_by
        article = set_details(article, by=self.by, **details)
        return publish(article, by=self.by) if planned.is_published else article

    def _update(self, article: Article, planned: PlannedArticle) -> bool:
        """Bring an article to what the file says. Return whether anything that people see changed."""
        before = self._state(article)
        was_gone = article.source_digest == "" and article.status == Status.ARCHIVED
        newest = ArticleVersion.objects.filter(article=article, number=article.newest_number).first()
        if newest and not newest.note.startswith(NOTE) and newest.body != planned.body and not self.plan.site.is_export:
            self.report.say(
                planned.source,
                0,
                Sort.EDITED_HERE,
                f"what was written here is version {newest.number}, the file's is newer",
            )
        article = move(article, section=self._place(planned), slug=planned.slug, by=self.by)
        is_same = (article.title, article.summary, article.body) == (planned.title, planned.summary, planned.body)
        is_written = not (self.plan.site.is_export and is_same)  # what is shown is the export's, whatever is in work
        if is_written:
            article = self._save(article, planned)
        if planned.audience:
            audience, tiers = self._audience(planned)
            article = set_audience(article, audience=audience, tiers=tiers, by=self.by)
        self._beside(article, planned)
        details: dict[str, Any] = {"tags": planned.tags, "order": planned.order, "is_listed": planned.is_listed}
        if planned.language:
            details["language"] = planned.language
        if owner := self._owner(planned):
            details["owner"] = owner
        if planned.review_by:
            details["review_by"] = planned.review_by
        if not article.source and not self.plan.site.is_export:
            details["source"] = planned.source[:500]
        if not self.plan.site.is_export:
            details["source_digest"] = planned.digest
        article = set_details(article, by=self.by, **details)
        if not planned.is_published and article.status == Status.PUBLISHED:
            article = archive(article, by=self.by)
        elif planned.is_published and not is_written and article.status == Status.PUBLISHED:
            pass
        elif planned.is_published and (article.status != Status.ARCHIVED or was_gone):
            article = publish(article, by=self.by)
        elif planned.is_published and not self.plan.site.is_export:
            self.report.say(planned.source, 0, Sort.EDITED_HERE, "it was archived here and stays so")
        self.made[planned.source] = article
        return self._state(article) != before

    def _save(self, article: Article, planned: PlannedArticle) -> Article:
        return save_version(
            article,
            by=self.by,
            expected_number=article.newest_number,
            title=planned.title,
            body=planned.body,
            summary=planned.summary,
            note=f"{NOTE}{planned.source}"[:200],
        )

    def _state(self, article: Article) -> tuple[Any, ...]:
        fresh = Article.objects.select_related("video").get(pk=article.pk)
        video = getattr(fresh, "video", None)
        return (
            *(getattr(fresh, name) for name in SEEN),
            *(getattr(video, name) for name in SEEN_OF_VIDEO if video),
        )

    def _owner(self, planned: PlannedArticle) -> User | None:
        if not planned.owner:
            return None
        owner = User.objects.filter(email__iexact=planned.owner, is_staff=True, is_active=True).first()
        if owner is None:
            self.report.say(
                planned.source, 1, Sort.DEGRADED, f"there is nobody of the staff with the address {planned.owner}"
            )
        return owner

    def _beside(self, article: Article, planned: PlannedArticle) -> None:
        """Keep what goes with the text: files, the video, redirects."""
        known = set(
            ArticleFile.objects.filter(key__in=[file.key for file in planned.files]).values_list("key", flat=True)
        )
        for file in planned.files:
            if file.key in known:
                continue
            try:
                upload = SimpleUploadedFile(file.name, self.plan.site.tree.read(file.path, most=2**31))
                self.report.files += attach_imported_file(article, upload, key=file.key, source=file.path, by=self.by)
            except (FileRefused, TreeRefused, KeyError) as refused:
                self.report.say(planned.source, 0, Sort.NO_PICTURE, f"{file.path}: {refused}")
        if planned.video is not None:
            video = planned.video
            keep_video(
                article,
                by=self.by,
                url=video.url,
                file=ArticleFile.objects.filter(key=video.file.key).first() if video.file else None,
                poster=ArticleFile.objects.filter(key=video.poster.key).first() if video.poster else None,
                duration_seconds=video.duration_seconds,
                chapters=video.chapters,
                transcript=video.transcript,
            )
        if planned.redirects or article.published_at:
            others = keep_redirects(article, planned.redirects, by=self.by)
            self.report.redirects += len(planned.redirects) - len(others)
            for address in others:
                self.report.say(planned.source, 1, Sort.NOT_DONE, f"{address} leads elsewhere already")

    # --- Afterwards ---

    def _archive_vanished(self) -> None:
        sources = {planned.origin or planned.source for planned in self.plan.articles}
        for source, article in self.by_source.items():
            if source in sources or article.status == Status.ARCHIVED:
                continue
            self.report.archived += 1
            self.report.say(source, 0, Sort.DEGRADED, "the file is gone: the article was archived")
            if not self.is_dry_run:
                with transaction.atomic():
                    archive(article, by=self.by)
                    set_details(article, by=self.by, source_digest="")
        if not self.is_dry_run:
            self._archive_empty_sections()

    def _archive_empty_sections(self) -> None:
        kept = {section.pk for section in self.sections.values()}
        imported = Section.objects.exclude(source="").exclude(pk__in=kept).filter(is_archived=False)
        if self.section:
            imported = imported.filter(path__startswith=f"{self.section}/")
        for section in imported.order_by("-path"):
            below = Article.objects.filter(kind=section.kind, path__startswith=f"{section.path}/")
            if not below.exclude(status=Status.ARCHIVED).exists():
                archive_section(section, by=self.by)

    def _check_anchors(self) -> None:
        wanted = {each.target for each in self.plan.anchors}
        pks = {self.made[target].pk: target for target in wanted if target in self.made}
        ids: dict[str, set[str]] = {}
        for pk, html in Article.objects.filter(pk__in=pks).values_list("pk", "html"):
            ids[pks[pk]] = {one or two for one, two in ID.findall(html)}
        for each in self.plan.anchors:
            if each.target in ids and each.anchor not in ids[each.target]:
                self.report.say(each.file, each.line, Sort.DEAD_ANCHOR, f"{each.target} has no heading #{each.anchor}")


def _number(keys: dict[str, Any]) -> int:
    for key in ("order", "nav_order", "weight", "position", "sidebar_position"):
        value = keys.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1_000_000:
            return int(value)
    return 0
