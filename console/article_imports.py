"""What the pages for imports ask."""

import uuid

from django.db.models import QuerySet

from knowledge.models import ArticleImport, Kind, Section


def section_paths() -> list[str]:
    """Return the paths of the sections of articles, for choosing one."""
    return list(
        Section.objects.filter(kind=Kind.ARTICLE, is_archived=False)
        .order_by("path")
        .values_list("path", flat=True)[:500]
    )


def imports() -> QuerySet[ArticleImport]:
    """Return the imports, the newest first, without their reports."""
    return ArticleImport.objects.select_related("uploaded_by").defer("report")


def import_for(key: uuid.UUID) -> ArticleImport | None:
    """Return an import with its report."""
    return ArticleImport.objects.select_related("uploaded_by").filter(pk=key).first()
