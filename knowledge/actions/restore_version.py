"""Going back to how an article was."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.actions.save_version import save_version
from knowledge.errors import Invalid
from knowledge.models import Article, ArticleVersion


def restore_version(
    article: Article, number: int, *, by: Actor, expected_number: int, at: datetime | None = None
) -> Article:
    """Save an older version's words again as the newest; what came between stays. Raises what `save_version` does."""
    changing.require_writer(by)
    version = ArticleVersion.objects.filter(article=article, number=number).first()
    if version is None:
        raise Invalid("number", _("There is no version %(number)s.") % {"number": number})
    return save_version(
        article,
        by=by,
        expected_number=expected_number,
        title=version.title,
        summary=version.summary,
        body=version.body,
        note=_("Version %(number)s again") % {"number": number},
        at=at,
    )
