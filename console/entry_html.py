"""The HTML of a conversation in the workspace, put together by `format_html`, which escapes every value.

As the queue's rows (`console.row_html`): a long conversation is most of its page, and so costs a third of what it would
through the template language.
"""

from collections.abc import Iterable
from functools import cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Channel
from console.workspace import Entry
from content.markdown import trusted
from support.models import Message

MESSAGE = (
    '<article class="msg{}" id="message-{}">{}<div class="box"><header><b>{}</b><small>{}'
    '<time datetime="{}" title="{}">{}</time></small></header><div class="prose">{}</div>{}{}</div></article>\n'
)
TO_ARTICLE = '<p class="to-article"><a href="{}">{}</a></p>'
HAPPENING = '<p class="happen"><span>{} · <time datetime="{}">{}</time></span></p>\n'
AVATAR = '<span class="avatar" title="{}"><span aria-hidden="true">{}</span></span>'
NOBODY = (
    '<span class="avatar none" title="{0}"><span aria-hidden="true">–</span>'
    '<span class="visually-hidden">{0}</span></span>'
)


def html_of(entries: Iterable[Entry], desk_name: str) -> list[SafeString]:
    """Return each entry as HTML; what the desk itself wrote bears its name."""
    channels = {str(value): str(label) for value, label in Channel.choices}
    return [
        _message(entry, entry.message, desk_name, channels)
        if entry.message
        else format_html(HAPPENING, entry.words, timezone.localtime(entry.at).isoformat(), entry.when)
        for entry in entries
    ]


def _message(entry: Entry, message: Message, desk_name: str, channels: dict[str, str]) -> SafeString:
    name = message.author.get_full_name() if message.author else desk_name
    local = timezone.localtime(entry.at)
    where = ""
    if not message.is_public:
        where = f"{_('note')}, "
    elif message.channel != Channel.WEB:
        where = f"{channels.get(message.channel, message.channel)}, "
    return format_html(
        MESSAGE,
        "" if message.is_public else " note",
        message.pk,
        format_html(AVATAR, name, message.author.initials) if message.author else format_html(NOBODY, _("Nobody")),
        name,
        where,
        local.isoformat(),
        date_format(local, "DATETIME_FORMAT"),
        entry.when,
        trusted(message.html),
        render_to_string("components/file_list.html", {"files": entry.files}) if entry.files else "",
        format_html(TO_ARTICLE, _article_url(message), _("Make an article of this"))
        if message.is_public and message.is_staff_reply
        else "",
    )


def _article_url(message: Message) -> str:
    """Return where an answer becomes an article. Looked up once: a conversation has many."""
    return _article_pattern().format(ticket=message.ticket_id, message=message.pk)


@cache
def _article_pattern() -> str:
    url = reverse("console:reply_article", args=[0, 0])
    return url.replace("/0/", "/{ticket}/", 1).replace("/0/", "/{message}/", 1)
