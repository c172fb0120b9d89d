"""Saying whether an article helped: once for each reader and version, changed by saying it again."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge.errors import Invalid
from knowledge.models import Article, Feedback

LONGEST_COMMENT = 2000


def give_feedback(
    article: Article, *, by: Actor, reader: str, was_helpful: bool, reason: str = "", comment: str = ""
) -> Feedback:
    """Keep what a reader says of the version that is shown. `reader` is from `accounts.readers.reader_of`.

    The article's counts follow. A changed word is to be looked at again. Raises Invalid naming the field.
    """
    comment = comment.replace("\x00", "").strip()
    if len(comment) > LONGEST_COMMENT:
        raise Invalid("comment", _("Keep it under %(count)s characters.") % {"count": LONGEST_COMMENT})
    if reason and reason not in Feedback.Reason.values:
        raise Invalid("reason", _("Choose one of the reasons."))
    if was_helpful:
        reason = ""
    with transaction.atomic():
        locked = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        number = locked.shown_number or locked.newest_number
        told, is_new = Feedback.objects.get_or_create(
            article=locked,
            version_number=number,
            reader=reader,
            defaults={"user": by.user, "was_helpful": was_helpful, "reason": reason, "comment": comment},
        )
        before = None if is_new else told.was_helpful
        if not is_new:
            told.was_helpful, told.handled_at, told.handled_by = was_helpful, None, None
            told.reason, told.comment = reason, comment or told.comment
            told.save()
        if before != was_helpful:
            locked.helpful_count += was_helpful - (before is True)
            locked.unhelpful_count += (not was_helpful) - (before is False)
            locked.save(update_fields=["helpful_count", "unhelpful_count"])
        return told
