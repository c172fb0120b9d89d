"""The desk on which the permission matrix is tried: one of everything, and a canary word in everything private."""

from dataclasses import dataclass

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actors import Actor
from accounts.signed_links import make as make_link
from content.quotas import Uploader
from events.models import Delivery, Event
from knowledge.models import Redirect, Section
from notifications.models import OutgoingMail
from portal.models import Branding
from sla.actions.apply_target import apply_target
from sla.models import Recalculation, Target
from support.actions.add_note import add_note
from support.actions.attach import attach
from support.actions.reply import reply
from support.models import Attachment, Tag, Ticket
from tests.cast import Cast
from tests.factories.support import make_ticket

CANARY_TICKET = "canary-ticket-heron"
CANARY_NOTE = "canary-note-osprey"
CANARY_FILE = "canary-file-plover"
CANARY_NOTE_FILE = "canary-notefile-curlew"


@dataclass
class Rig:
    cast: Cast
    ticket: Ticket
    file: Attachment
    note_file: Attachment
    delivery: Delivery
    mail: OutgoingMail
    link: str
    tag: Tag
    recalculation: Recalculation

    def row_of(self, label: str):
        """Return some row of a model of the console."""
        mine = {"accounts.user": self.cast.alice, "accounts.organization": self.cast.acme, "support.tag": self.tag,
                "support.queue": self.ticket.queue, "accounts.membership": self.cast.alice.membership,
                "accounts.tier": self.cast.acme.tier}  # fmt: skip
        if label == "portal.branding":
            return Branding.objects.get_or_create(pk=1)[0]
        if label == "knowledge.redirect":
            section = Section.objects.get_or_create(kind="article", slug="rig", path="rig", title="rig")[0]
            return Redirect.objects.get_or_create(old_path="/docs/rig-before/", defaults={"section": section})[0]
        return mine.get(label) or apps.get_model(label).objects.first()


def stored_file(user, name: str, content: str) -> Attachment:
    return attach(SimpleUploadedFile(name, content.encode()), uploader=Uploader(user, "", ""))


def build(cast: Cast) -> Rig:
    ticket = make_ticket(cast.alice, subject=f"Subject {CANARY_TICKET}", body=f"Body {CANARY_TICKET}")
    file = stored_file(cast.alice, f"{CANARY_FILE}.txt", CANARY_FILE)
    reply(ticket, by=Actor.person(cast.alice), body="With a file", attachments=[file])
    note_file = stored_file(cast.gwen, f"{CANARY_NOTE_FILE}.txt", CANARY_NOTE_FILE)
    add_note(ticket, by=Actor.person(cast.gwen), body=CANARY_NOTE, attachments=[note_file])
    event = Event.objects.filter(subject_type="ticket").first()
    delivery, _ = Delivery.objects.get_or_create(
        event=event, reaction="tests.nothing", defaults={"state": "failed", "last_error": CANARY_NOTE}
    )
    mail = OutgoingMail.objects.create(
        cause="test", ticket_number=ticket.pk, recipient=cast.alice, to=cast.alice.email, subject=CANARY_TICKET,
        text=CANARY_TICKET, message_id="<rig@desk.example>", state="failed", last_error="550 no",
    )  # fmt: skip
    ticket.refresh_from_db()
    return Rig(
        cast,
        ticket,
        file,
        note_file,
        delivery,
        mail,
        make_link(cast.alice, ticket.pk),
        Tag.objects.create(name="vip"),
        apply_target(Target.objects.first(), by=cast.ada),
    )
