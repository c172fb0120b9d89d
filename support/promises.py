"""What a new ticket would be promised, before it is filed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Channel, Tier
from sla import timers
from sla.time_words import clock_words, duration
from support.due import Due, kind_of, promise_sentence
from support.models import Priority
from support.permissions import sets_priority


@dataclass(frozen=True)
class Offer:
    """The promise for one priority: a sentence, the plan and priority it rests on, and when it would fall due."""

    priority: int
    label: str
    sentence: str
    because: str
    due: Due | None
    short: str


def tier_of(actor: Actor) -> Tier | None:
    """Return the tier whose promises this person has."""
    membership = actor.membership
    return membership.organization.tier if membership else None


def offer(actor: Actor, priority: int, now: datetime) -> Offer:
    """Return what this person would be promised for a web ticket filed now.

    Where the tier leaves the priority to the desk, the promise is that of the normal one, whatever is suggested.
    """
    tier = tier_of(actor)
    counted = priority if sets_priority(actor) else Priority.NORMAL
    label = str(Priority(priority).label)
    promise = timers.promise_for(tier.pk if tier else None, Channel.WEB, counted, now)
    if promise is None:
        return Offer(priority, label, _("We reply as soon as we can."), _because(tier, counted, actor), None, "")
    if actor.user is None:
        # Whose clock would it be? We do not know a stranger's zone, so the time itself is not named.
        sentence = _("We'll reply within %(span)s.") % {"span": within(promise.seconds)}
    else:
        sentence = promise_sentence(promise.due_at, now)
    return Offer(
        priority,
        label,
        sentence,
        _because(tier, counted, actor),
        Due(kind_of(promise.due_at, now), duration(promise.due_at - now, in_full=True), promise.due_at),
        _("reply by %(time)s") % {"time": clock_words(promise.due_at, now)},
    )


def offers(actor: Actor, now: datetime) -> list[Offer]:
    """Return the promise for each priority, lowest first."""
    return [offer(actor, priority, now) for priority in Priority.values]


@dataclass(frozen=True)
class TierPromise:
    """A tier and how soon it is answered on the web."""

    tier: Tier
    first_reply: str
    urgent: str


def tier_promises(tiers: "list[Tier]", now: datetime) -> list[TierPromise]:
    """Return what each tier promises for a first reply, at normal and at the highest priority."""
    return [
        TierPromise(tier, _within(tier, Priority.NORMAL, now), _within(tier, Priority.URGENT, now))
        for tier in tiers
        if tier.includes(Channel.WEB)
    ]


def _within(tier: Tier, priority: int, now: datetime) -> str:
    promise = timers.promise_for(tier.pk, Channel.WEB, priority, now)
    return within(promise.seconds) if promise else ""


def within(seconds: int) -> str:
    """Return the length of a promise as contracts say it: "48 h" rather than "2 d"."""
    hours, rest = divmod(seconds, 3600)
    if not rest and hours <= 72:
        return _("%(hours)s h") % {"hours": hours}
    return duration(timedelta(seconds=seconds), in_full=True)


def _because(tier: Tier | None, priority: int, actor: Actor) -> str:
    """Return what a promise rests on: "Enterprise, high priority"."""
    label = str(Priority(priority).label).lower()
    if tier is None:
        return ""
    if not sets_priority(actor):
        return tier.name
    return _("%(tier)s, %(priority)s priority") % {"tier": tier.name, "priority": label}
