"""All that the desk keeps about one person, for that person (GDPR, articles 15 and 20)."""

from typing import Any

from accounts.actors import Actor
from accounts.models import User
from accounts.readers import reader_of_actor
from notifications.models import Preference
from portal.account_forms import MailForm
from search.gaps import searches_of_reader
from support.models import Attachment, Message
from support.permissions import visible_messages, visible_tickets


def own_data(user: User) -> dict[str, Any]:
    """Return profile, mail preferences, and the tickets the person filed with what was said in them.

    Only what they may read on the web themselves: internal notes are the desk's, and so are colleagues' tickets.
    Instants are UTC in ISO 8601.
    """
    actor = Actor.person(user)
    membership = actor.membership
    preference = Preference.of(user)
    tickets = visible_tickets(actor).filter(requester=user).order_by("number")
    return {
        "profile": {
            "email": user.email,
            "name": user.display_name,
            "time_zone": user.time_zone,
            "language": user.locale,
            "joined_at": user.date_joined.isoformat(),
            "organisation": membership.organization.name if membership else None,
            "role": membership.role if membership else None,
        },
        "mail": {
            "own_tickets": preference.own_tickets,
            "followed_tickets": preference.followed_tickets,
            **({name: getattr(preference, name) for name in MailForm.FOR_STAFF} if user.is_staff else {}),
        },
        "searches": [{"text": text, "at": at.isoformat()} for text, at in searches_of_reader(reader_of_actor(actor))],
        "tickets": [
            {
                "number": ticket.number,
                "subject": ticket.subject,
                "status": ticket.status,
                "channel": ticket.channel,
                "created_at": ticket.created_at.isoformat(),
                "messages": [
                    {
                        "author": "you" if message.author_id == user.pk else str(message.author),
                        "sent_at": message.created_at.isoformat(),
                        "text": message.source,
                        "files": [file.name for file in files_of(message)],
                    }
                    for message in visible_messages(actor, ticket)
                    .filter(is_public=True)
                    .select_related("author")
                    .prefetch_related("attachments")
                    .order_by("pk")
                ],
            }
            for ticket in tickets.iterator(chunk_size=200)
        ],
    }


def files_of(message: Message) -> list[Attachment]:
    """Return the files of a message; they are downloaded from the ticket's page."""
    return list(message.attachments.all())
