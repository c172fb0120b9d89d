"""Taking a section from the readers, with all that stands in it."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from knowledge import changing
from knowledge.actions.keep_section import below, tell_articles
from knowledge.models import Section


def archive_section(section: Section, *, by: Actor, at: datetime | None = None) -> Section:
    """Hide a section and those below it, with their articles; `keep_section` brings each back. Raises NotAllowed."""
    with transaction.atomic():
        changing.require_publisher(by)
        instant = changing.now(at)
        section = Section.objects.select_for_update(of=("self",)).get(pk=section.pk)
        if section.is_archived:
            return section
        inner, _articles = below(section, section.path)
        Section.objects.filter(pk__in=[section.pk, *(each.pk for each in inner)]).update(is_archived=True)
        section.is_archived = True
        tell_articles(section, by=by, at=instant)
    return section
