"""The HTML of the queue's rows, put together by `format_html`, which escapes every value.

Twenty-five rows are most of the page. Through the template language they cost about three times as much, and the queue
is what agents wait for most; so this one piece of HTML stands in Python.
"""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.rows import Row

ROW = (
    '<div class="row{}">{}<span class="due {}"{}>{}</span><div><a class="subject" href="{}{}/{}">{}{}</a>'
    '<div class="line">#{}{}{} · {}</div></div><div><div class="who">{}</div><div class="line">{}{}</div></div>'
    '<span class="prio{}">{}</span>{}</div>\n'
)
PICK = '<label class="pick"><input type="checkbox" name="ticket" value="{}" aria-label="{} #{}"></label>'
TIME = '{}<time datetime="{}" title="{}" data-due-text>{}</time>'
HIDDEN = '<span class="visually-hidden">{}</span>'
AVATAR = (
    '<span class="avatar{}" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>'
)


def html_of(rows: Iterable[Row], suffix: str = "", *, with_pick: bool = True) -> list[SafeString]:
    """Return each row as HTML; `suffix` is what links carry to find the way back to the view."""
    base = reverse("console:ticket", args=[0]).removesuffix("0/")
    choose, is_looking = _("Choose"), _("is looking")
    before = {"soon": format_html(HIDDEN, _("due soon:")), "ok": format_html(HIDDEN, _("due in"))}
    unread = format_html(HIDDEN, f" ({_('unread')})")
    nobody = _("Nobody")
    nobody_avatar = format_html(AVATAR, " none", nobody, "–", nobody)
    return [
        format_html(
            ROW,
            " is-unread" if with_pick and row.is_unread else "",
            format_html(PICK, row.picked, choose, row.number) if with_pick else "",
            row.due_kind,
            format_html(' data-due="{}"', row.due_iso) if row.due_iso else "",
            format_html(TIME, before.get(row.due_kind, ""), row.due_iso, row.due_title, row.due_text)
            if row.due_iso
            else row.due_text,
            base,
            row.number,
            suffix,
            row.subject,
            unread if with_pick and row.is_unread else "",
            row.number,
            format_html(' · <b class="looking">{} {}</b>', row.looking, is_looking) if row.looking else "",
            format_html_join("", ' <span class="tag">{}</span>', ((tag,) for tag in row.tags)) if row.tags else "",
            row.line,
            row.requester,
            row.organization,
            format_html(' <span class="tier">{}</span>', row.tier) if row.tier else "",
            row.priority_class,
            row.priority_label,
            format_html(AVATAR, "", row.assignee, row.initials, row.assignee) if row.assignee else nobody_avatar,
        )
        for row in rows
    ]
