"""Remembering what an import made of a section, so that the next one knows what changed since."""

from accounts.actors import Actor
from knowledge import changing
from knowledge.models import Section


def mark_section(section: Section, *, digest: str, by: Actor) -> None:
    """Keep the digest of what the imported folder says. Raises NotAllowed."""
    changing.require_publisher(by)
    Section.objects.filter(pk=section.pk).update(source_digest=digest)
    section.source_digest = digest
