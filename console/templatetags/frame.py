"""What the console's frame needs beyond Django's own tags."""

from typing import Any

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def include_same(context: RequestContext, name: str) -> SafeString:
    """Include a template that the page shows more than once; it is rendered the first time only."""
    page: Any = context.render_context
    kept: dict[str, SafeString] = page.setdefault("include_same", {})
    if name not in kept:
        assert context.template is not None
        with context.push():
            kept[name] = context.template.engine.get_template(name).render(context)
    return kept[name]
