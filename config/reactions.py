"""What follows from what: the one table, read like a URLconf. Each reaction is idempotent and runs after commit."""

from collections.abc import Callable

from accounts.event_names import AccountEvent
from events.models import Event
from knowledge import deflection_reactions, writing_reactions
from knowledge import reactions as knowledge
from knowledge.event_names import ArticleEvent, SnippetEvent
from search.event_names import SearchEvent
from sla.event_names import RecalculationEvent, TimerEvent
from support import reactions as support
from support.event_names import TicketEvent

REACTIONS: dict[str, list[Callable[[Event], None]]] = {
    TicketEvent.OPENED: [support.tell_people, support.index, deflection_reactions.tie_to_offer],
    TicketEvent.REPLIED: [support.tell_people, support.index, writing_reactions.record_answering_articles],
    TicketEvent.NOTED: [support.tell_people, support.index],
    TicketEvent.ASSIGNED: [support.tell_people],
    TicketEvent.MOVED: [support.index],
    TicketEvent.PRIORITY_SET: [],
    TicketEvent.STATUS_SET: [],
    TicketEvent.SOLVED: [support.tell_people],
    TicketEvent.REOPENED: [support.tell_people],
    TicketEvent.CLOSED: [],
    TicketEvent.TAGGED: [support.index],
    TicketEvent.FOLLOWED: [support.tell_people],
    TicketEvent.UNFOLLOWED: [],
    TicketEvent.FOLLOW_UP_STARTED: [],
    TicketEvent.REQUESTER_PROVEN: [],
    TicketEvent.RETIERED: [],
    TicketEvent.SPAM_MARKED: [support.index],
    TicketEvent.SPAM_UNMARKED: [support.index],
    TicketEvent.CAUGHT_UP: [],
    TicketEvent.IMPORTED: [support.index],
    AccountEvent.TIER_CHANGED: [support.retarget_tickets],
    AccountEvent.JOINED: [],
    AccountEvent.ADDRESS_PROVEN: [support.attach_proven_requester],
    AccountEvent.CREATED_BY_MESSAGE: [],
    AccountEvent.ROLE_SET: [],
    AccountEvent.LEFT: [],
    AccountEvent.SHARING_SET: [],
    AccountEvent.ERASED: [deflection_reactions.forget_searches_of_person],
    TimerEvent.STEP_REACHED: [support.tell_people],
    TimerEvent.BREACH_CORRECTED: [support.tell_people],
    TimerEvent.RECALCULATED: [],
    RecalculationEvent.ASKED: [support.recalculate_timers],
    RecalculationEvent.CANCELLED: [],
    **{name: [knowledge.index] for name in ArticleEvent},
    ArticleEvent.REVIEW_DUE: [writing_reactions.tell_owner_of_review],
    SnippetEvent.SAVED: [writing_reactions.render_articles_of_snippet],
    **{name: [] for name in SearchEvent},
}
