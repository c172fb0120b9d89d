"""The conversation of a ticket in its workspace."""

from collections.abc import Iterable

from django import template
from django.template import RequestContext
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from console import entry_html
from console.workspace import Entry

register = template.Library()


@register.simple_tag(takes_context=True)
def entries(context: RequestContext, shown: Iterable[Entry]) -> SafeString:
    """Write what was said and what happened; what the desk itself wrote bears its name."""
    html = entry_html.html_of(shown, context["desk"]["name"])
    return format_html_join("", "{}", ((entry,) for entry in html))
