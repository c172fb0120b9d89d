"""Writing down what somebody opened of what they found."""

from search.engine import Key
from search.models import SearchLog


def record_click(log_pk: int, reader: str, key: Key) -> bool:
    """Note on a search what its reader opened first; return whether it was noted.

    Nothing is noted on another reader's search, nor on one that has its click already. Whoever calls has asked
    whether the reader may see the thing.
    """
    if not reader:
        return False
    return bool(
        SearchLog.objects.filter(pk=log_pk, reader=reader, clicked_key="").update(clicked_key=f"{key.kind}:{key.pk}")
    )
