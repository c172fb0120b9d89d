"""Letting go of what people looked for."""

from datetime import datetime

from search.models import SearchLog

BATCH = 5_000


def forget_reader(reader: str) -> int:
    """Delete the searches of one reader (a hash of accounts.readers); return how many there were."""
    return SearchLog.objects.filter(reader=reader).delete()[0] if reader else 0


def forget_before(before: datetime) -> int:
    """Delete the searches made before an instant (UTC), at most BATCH at a time; return how many."""
    old = SearchLog.objects.filter(created_at__lt=before).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return SearchLog.objects.filter(pk__in=list(old)).delete()[0]
