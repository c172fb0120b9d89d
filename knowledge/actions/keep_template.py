"""Beginnings of new articles."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.errors import Invalid
from knowledge.models import ArticleTemplate, Kind


def keep_template(
    template: ArticleTemplate | None, *, by: Actor, name: str, body: str, kind: str = Kind.ARTICLE
) -> ArticleTemplate:
    """Make a template, or set all of an existing one. Raises NotAllowed, Invalid."""
    changing.require_publisher(by)
    template = template or ArticleTemplate()
    if kind not in Kind.values:
        raise Invalid("kind", _("Choose an article, a question or a video."))
    template.name = changing.one_line("name", name, 100, is_required=True)
    template.kind, template.body = kind, changing.body_of(body)
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise Invalid("name", _("There is a template of this name already.")) from None
    return template


def delete_template(template: ArticleTemplate, *, by: Actor) -> None:
    """Delete a template; what was begun with it stays. Raises NotAllowed."""
    changing.require_publisher(by)
    template.delete()
