"""Who may see and do what with knowledge. Every list, page, search and action starts here.

An article is seen by its audience when it is published and no section above it is archived. Staff with
`write_articles` see all of them, in every state. The object check is the list filter, so the two cannot disagree.
"""

from django.db.models import Q, QuerySet

from accounts.actors import Actor, ActorKind
from knowledge.models import Article, ArticleFile, Audience, Section, Status

EVERYONE, SIGNED_IN, STAFF, WRITERS = "everyone", "signed-in", "staff", "writers"


def can_write(actor: Actor) -> bool:
    """Return whether this person may write articles and send them to review."""
    return actor.is_system or (
        actor.is_staff and actor.user is not None and actor.user.has_perm("knowledge.write_articles")
    )


def can_publish(actor: Actor) -> bool:
    """Return whether this person may publish, move and archive."""
    return actor.is_system or (
        actor.is_staff and actor.user is not None and actor.user.has_perm("knowledge.publish_articles")
    )


def published_for(actor: Actor) -> QuerySet[Article]:
    """Return the published articles whose audience this reader belongs to: what the portal and search show."""
    return Article.objects.filter(_audience(actor), status=Status.PUBLISHED).exclude(section__is_archived=True)


def visible_articles(actor: Actor) -> QuerySet[Article]:
    """Return every article that this actor may read: writers all of them, readers the published ones of theirs."""
    return Article.objects.all() if can_write(actor) else published_for(actor)


def visible_sections(actor: Actor) -> QuerySet[Section]:
    """Return the sections that readers meet, whether or not something in them is for this reader.

    A list shows those in which `published_for` finds something (`knowledge.queries`).
    """
    return Section.objects.all() if can_write(actor) else Section.objects.filter(is_archived=False)


def visible_files(actor: Actor) -> QuerySet[ArticleFile]:
    """Return the files of articles that this actor may read; writers see those of articles not begun yet as well."""
    if can_write(actor):
        return ArticleFile.objects.all()
    return ArticleFile.objects.filter(article__in=published_for(actor))


def audience_tokens(article: Article) -> frozenset[str]:
    """Return for whom the index keeps an article; whoever holds one of these finds it. Unpublished: nobody."""
    if article.status != Status.PUBLISHED or (article.section is not None and article.section.is_archived):
        return frozenset()
    match article.audience:
        case Audience.EVERYONE:
            return frozenset({EVERYONE})
        case Audience.SIGNED_IN:
            return frozenset({SIGNED_IN})
        case Audience.TIERS:
            return frozenset({WRITERS, *(f"tier:{pk}" for pk in article.tiers.values_list("pk", flat=True))})
        case _:
            return frozenset({STAFF})


def reader_tokens(actor: Actor) -> frozenset[str]:
    """Return what this reader holds: the counterpart of `audience_tokens`."""
    tokens = {EVERYONE}
    if actor.kind == ActorKind.PERSON and actor.user is not None:
        tokens.add(SIGNED_IN)
        membership = actor.membership
        if membership and membership.organization.tier_id:
            tokens.add(f"tier:{membership.organization.tier_id}")
        if actor.is_staff:
            tokens.add(STAFF)
        if can_write(actor):
            tokens.add(WRITERS)
    return frozenset(tokens)


def _audience(actor: Actor) -> Q:
    tokens = reader_tokens(actor)
    allowed = Q(audience=Audience.EVERYONE)
    if SIGNED_IN in tokens:
        allowed |= Q(audience=Audience.SIGNED_IN)
        membership = actor.membership
        if membership and membership.organization.tier_id:
            # Ids first: joining the plans would double an article that is for two of them.
            of_tier = Article.tiers.through.objects.filter(tier=membership.organization.tier_id)
            allowed |= Q(audience=Audience.TIERS, pk__in=of_tier.values("article"))
    if STAFF in tokens:
        allowed |= Q(audience=Audience.STAFF)
    if WRITERS in tokens:
        allowed |= Q(audience=Audience.TIERS)
    return allowed
