"""Telling an article's owner that it waits for their eyes."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.models import Event
from knowledge.models import Article, Status
from knowledge.permissions import can_write
from notifications.compose import Letter, as_reader, compose
from notifications.models import Alert

KIND = "article_review"


def tell_owner(event: Event) -> bool:
    """Write a notice in the console and a mail to the owner, once for an event. Return whether there was one to tell.

    Told is who owns it now, and still writes articles; if the day was put off meanwhile, nobody.
    """
    article = Article.objects.select_related("owner").filter(pk=event.subject_id).first()
    if article is None or article.owner is None or article.status == Status.ARCHIVED:
        return False
    owner, day = article.owner, article.review_by
    if day is None or day.isoformat() != event.data.get("review_by"):
        return False
    if not owner.is_active or not can_write(Actor.person(owner)):
        return False
    with transaction.atomic(), as_reader(owner):
        Alert.objects.get_or_create(event=event, recipient=owner, defaults={"kind": KIND, "ticket": None})
        compose(
            Letter(
                cause=f"{event.name}:{event.pk}:{owner.pk}",
                kind=KIND,
                recipient=owner,
                ticket_number=None,
                template=KIND,
                subject=_("Look at “%(title)s” again") % {"title": article.title[:150]},
                context={
                    "desk_name": str(import_string(settings.DESK_LOOK)().name),
                    "title": article.title,
                    "day": date_format(day, "DATE_FORMAT"),
                    "url": settings.BASE_URL + reverse("console:article", args=[article.pk]),
                },
                message_id_part=f"event.{event.pk}",
            )
        )
    return True
