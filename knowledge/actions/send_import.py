"""Sending an archive of Markdown to be imported, and importing what was sent."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from content import files
from content.errors import FileRefused
from content.quotas import Uploader
from events import dispatch
from knowledge import changing
from knowledge.models import ArticleImport

TASK = "knowledge.tasks.run_article_imports"
# A worker that says nothing for so long is dead; another begins again.
LEASE = timedelta(minutes=10)
KEPT_FINDINGS = 2000
KEPT_IMPORTS = 50


def send_import(
    upload: UploadedFile,
    *,
    uploader: Uploader,
    by: Actor,
    section: str = "",
    audience: str,
    is_sync: bool = False,
    is_dry_run: bool = False,
) -> ArticleImport:
    """Keep an archive for a worker, which begins within seconds. Raises NotAllowed, content.errors.FileRefused."""
    changing.require_publisher(by)
    row = files.put(upload, model=ArticleImport, uploader=uploader)
    if row.content_type != "application/zip":
        files.remove(row.path)
        raise FileRefused(_("This is no zip file. Pack the folder as a zip and send that."), 422)
    row.section, row.audience = section.strip("/"), audience
    row.is_sync, row.is_dry_run = is_sync, is_dry_run
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            transaction.on_commit(lambda: dispatch.ask(TASK))
    except BaseException:
        files.remove(row.path)
        raise
    return row


def claim_import(now: datetime | None = None) -> ArticleImport | None:
    """Return the archive that waits longest, claimed for this worker; None when there is none."""
    instant = now or timezone.now()
    free = Q(progress=ArticleImport.Progress.WAITING) | Q(
        progress=ArticleImport.Progress.RUNNING, claimed_at__lt=instant - LEASE
    )
    ready = ArticleImport.objects.filter(free, state=ArticleImport.State.CLEAN)
    for pk in ready.order_by("created_at").values_list("pk", flat=True)[:5]:
        claimed = ready.filter(pk=pk).update(progress=ArticleImport.Progress.RUNNING, claimed_at=instant)
        if claimed:
            return ArticleImport.objects.select_related("uploaded_by").get(pk=pk)
    return None


def tell_progress(row: ArticleImport, done: int, total: int) -> None:
    """Note how far an import is; the claim is good for another while."""
    ArticleImport.objects.filter(pk=row.pk).update(done_count=done, total_count=total, claimed_at=timezone.now())


def finish_import(row: ArticleImport, *, report: dict[str, object] | None = None, refusal: str = "") -> None:
    """Write down how an import ended, and delete its archive. Older imports than the last fifty go."""
    path = row.path
    row.progress = ArticleImport.Progress.REFUSED if refusal else ArticleImport.Progress.DONE
    row.report, row.refusal, row.finished_at = report or {}, refusal[:500], timezone.now()
    row.path = ""
    row.save(update_fields=["progress", "report", "refusal", "finished_at", "path"])
    files.remove(path)
    old = ArticleImport.objects.exclude(finished_at=None).order_by("-created_at").values_list("pk", flat=True)
    ArticleImport.objects.filter(pk__in=list(old[KEPT_IMPORTS : KEPT_IMPORTS + 100])).delete()
