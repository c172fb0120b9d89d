"""Sending on whoever asks for the addresses that an imported page had where it came from."""

from collections.abc import Iterable

from django.db import transaction

from accounts.actors import Actor
from knowledge import changing
from knowledge.addresses import normal_address
from knowledge.models import Article, Redirect
from knowledge.models.section import LONGEST_PATH


def keep_redirects(article: Article, addresses: Iterable[str], *, by: Actor) -> list[str]:
    """Send these old addresses on to an article, and no longer those that an earlier import named for it.

    Return the addresses that lead elsewhere already and stay so. Raises NotAllowed.
    """
    with transaction.atomic():
        changing.require_publisher(by)
        wanted = [address for each in addresses if len(address := normal_address(each)) <= LONGEST_PATH]
        known = {row.old_path: row for row in Redirect.objects.filter(old_path__in=wanted)}
        Redirect.objects.filter(article=article, is_imported=True).exclude(old_path__in=wanted).delete()
        Redirect.objects.bulk_create(
            (
                Redirect(old_path=address, article=article, is_imported=True)
                for address in dict.fromkeys(wanted)
                if address not in known
            ),
            ignore_conflicts=True,
        )
    return [address for address, row in known.items() if row.article_id != article.pk]
