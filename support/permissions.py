"""Who may see and do what with tickets. Every list, page and action starts here.

Staff see the queues they belong to, and what they asked themselves; leads and administrators see all.
Customers see their own tickets, those they follow, and those of their organisation if it shares them or they
are its admin. The holder of a signed link sees the tickets of that link. The object check is the list filter,
so the two cannot disagree.
"""

import uuid
from collections.abc import Iterable
from contextlib import suppress

from django.db.models import Q, QuerySet

from accounts.actors import Actor, ActorKind
from accounts.models import User
from support.models import Attachment, Draft, Message, Queue, Ticket


def is_agent(actor: Actor) -> bool:
    """Return whether this is somebody of the staff who works tickets."""
    return actor.is_staff and actor.user is not None and actor.user.has_perm("support.work_tickets")


def sees_all_queues(actor: Actor) -> bool:
    """Return whether no queue is closed to this actor."""
    return actor.is_system or (
        is_agent(actor) and actor.user is not None and actor.user.has_perm("support.see_all_queues")
    )


def visible_queues(actor: Actor) -> QuerySet[Queue]:
    """Return the queues whose tickets this actor may work."""
    if sees_all_queues(actor):
        return Queue.objects.all()
    if is_agent(actor):
        return Queue.objects.filter(members=actor.user)
    return Queue.objects.none()


def worked_tickets(actor: Actor) -> QuerySet[Ticket]:
    """Return every ticket that this actor works from the desk's side: what the console shows."""
    if sees_all_queues(actor):
        return Ticket.objects.all()
    if not is_agent(actor) or actor.user is None:
        return Ticket.objects.none()
    # Ids first: a short list of queues lets the queue's index do the ordering.
    return Ticket.objects.filter(queue__in=queue_ids(actor.user))


def visible_tickets(actor: Actor) -> QuerySet[Ticket]:
    """Return every ticket that this actor may read, from either side."""
    if sees_all_queues(actor):
        return Ticket.objects.all()
    if actor.kind == ActorKind.GUEST:
        return Ticket.objects.filter(pk__in=actor.tickets, requester=actor.user)
    if actor.user is None:
        return Ticket.objects.none()
    # A ticket filed under an unproven address stays unread until the address is proven by a signed link,
    # and so does what was filed while the address was not proven (SEC-11).
    if is_agent(actor):
        # What they asked themselves they read as any customer, whichever queue it went to.
        asked = Q(requester=actor.user, is_requester_proven=True)
        return Ticket.objects.filter(Q(queue__in=queue_ids(actor.user)) | asked)
    own = Q(requester=actor.user) | Q(pk__in=actor.user.followings.values("ticket"))
    membership = actor.membership
    if membership and membership.sees_all_tickets:
        own |= Q(organization=membership.organization_id)
    return Ticket.objects.filter(own, is_requester_proven=True)


def visible_messages(actor: Actor, ticket: Ticket) -> QuerySet[Message]:
    """Return the messages of a ticket that this actor may read: notes are for agents only."""
    messages = Message.objects.filter(ticket=ticket)
    return messages if works_on(actor, ticket) else messages.filter(is_public=True)


def works_on(actor: Actor, ticket: Ticket) -> bool:
    """Return whether this actor works the ticket from the desk's side: the rule of `worked_tickets` for one row.

    Staff who are themselves the requester still work it: what they write is then a customer's word
    (sla.md, section 3), which `support.actions.reply` decides.
    """
    if sees_all_queues(actor):
        return True
    return is_agent(actor) and actor.user is not None and ticket.queue_id in queue_ids(actor.user)


def queue_ids(user: User) -> set[int]:
    """Return the ids of the queues that an agent belongs to, asked once for each user object."""
    known: set[int] | None = getattr(user, "_queue_ids", None)
    if known is None:
        known = set(user.queues.values_list("pk", flat=True))
        user._queue_ids = known  # type: ignore[attr-defined]
    return known


def takes_part(actor: Actor, ticket: Ticket) -> bool:
    """Return whether this actor may read the ticket as a customer."""
    return visible_tickets(actor).filter(pk=ticket.pk).exists()


def can_reply(actor: Actor, ticket: Ticket) -> bool:
    """Return whether this actor may write a public message."""
    return works_on(actor, ticket) or takes_part(actor, ticket)


def can_solve(actor: Actor, ticket: Ticket) -> bool:
    """Return whether this actor may say that it is done: agents, and the customer's side."""
    return can_reply(actor, ticket)


def can_add_colleague(actor: Actor, ticket: Ticket) -> bool:
    """Return whether a customer may add followers: the requester, or an admin of the organisation."""
    if works_on(actor, ticket):
        return True
    # Both may read the ticket (see visible_tickets), so no query has to ask whether they take part.
    if actor.kind != ActorKind.PERSON or actor.user is None or not ticket.is_requester_proven:
        return False
    if is_agent(actor):
        return ticket.requester_id == actor.user.pk
    membership = actor.membership
    return ticket.requester_id == actor.user.pk or bool(
        membership and membership.role == membership.Role.ADMIN and membership.organization_id == ticket.organization_id
    )


def can_file(actor: Actor, channel: str) -> bool:
    """Return whether this person's tier includes the channel; without a tier every channel is open."""
    membership = actor.membership
    tier = membership.organization.tier if membership else None
    return tier is None or tier.includes(channel)


def sets_priority(actor: Actor) -> bool:
    """Return whether the priority that this person chooses holds; else it is a suggestion."""
    membership = actor.membership
    tier = membership.organization.tier if membership else None
    return tier is not None and tier.customers_set_priority


def assignable_people(ticket: Ticket) -> QuerySet[User]:
    """Return who may be given a ticket: members of its queue, and those who see all queues."""
    see_all = Q(groups__permissions__codename="see_all_queues") | Q(is_superuser=True)
    return (
        User.objects.filter(is_active=True, is_staff=True)
        .filter(Q(queues=ticket.queue_id) | see_all)
        .distinct()
        .order_by("display_name", "email")
    )


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """Return the files this actor may read: those of messages they may read."""
    may_read = Q(message__ticket__in=visible_tickets(actor), message__is_public=True)
    if is_agent(actor) or actor.is_system:
        may_read |= Q(message__ticket__in=worked_tickets(actor))
    return Attachment.objects.filter(may_read)


def may_follow(person: User, ticket: Ticket, *, added_by: Actor) -> bool:
    """Return whether this person may be added: an agent who works the ticket, or a colleague of the organisation.

    Agents may add any customer whose organisation the ticket belongs to; nobody else's eyes belong on it.
    """
    if works_on(Actor.person(person), ticket):
        return works_on(added_by, ticket)
    membership = getattr(person, "membership", None)
    return bool(membership and ticket.organization_id and membership.organization_id == ticket.organization_id)


def kept_draft(actor: Actor, kind: str, ticket: Ticket | None = None) -> Draft | None:
    """Return what this person typed in this place and has not sent. The holder of a link has no drafts."""
    if actor.kind != ActorKind.PERSON or actor.user is None:
        return None
    return Draft.objects.filter(user=actor.user, kind=kind, ticket=ticket).first()


def drafted_files(actor: Actor, ticket: Ticket) -> QuerySet[Attachment]:
    """Return the files that this person's draft on a ticket, reply or note, waits with."""
    if actor.kind != ActorKind.PERSON:
        return Attachment.objects.none()
    return Attachment.objects.filter(draft__user=actor.user, draft__ticket=ticket, message=None)


def unsent_files(actor: Actor, mark: str, keys: Iterable[str]) -> QuerySet[Attachment]:
    """Return those of the uploads that are this person's, or were made in this browser session, and are not sent yet.

    `mark` is the session's (content.quotas.mark_of). What a stranger or the holder of a link uploaded belongs to the
    session alone, and stays theirs when they sign in (SEC-21); once it is in a draft of theirs, in every session.
    """
    wanted = []
    for key in keys:
        with suppress(ValueError):
            wanted.append(uuid.UUID(key))
    files = Attachment.objects.filter(pk__in=wanted, message=None)
    own = Q(uploaded_by=None, upload_session=mark) if mark else Q(pk__in=[])
    if actor.kind == ActorKind.PERSON:
        own |= Q(uploaded_by=actor.user) | Q(draft__user=actor.user)
    return files.filter(own)
