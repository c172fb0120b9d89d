"""Sanitised HTML of a message, fitted for a mail: pictures become links, and every link is absolute."""

import re
from html import escape, unescape

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from content.markdown import trusted
from content.sanitise import clean

# The sanitiser writes attributes in double quotes and escapes quotes inside, so a tag can be found this way.
PICTURE = re.compile(r"<img((?:\s+[a-z]+=\"[^\"]*\")*)\s*/?>")
ATTRIBUTE = re.compile(r"([a-z]+)=\"([^\"]*)\"")
OWN_LINK = re.compile(r"(<a\b[^>]*?\bhref=\")(/[^\"]*\")")


def for_mail(html: str) -> SafeString:
    """Return HTML that loads nothing and whose links work from a mail program.

    A picture of ours needs the reader's session, and one from elsewhere would tell who reads and when
    (SEC-15). Passes through the sanitiser again, whatever it was given.
    """
    html = PICTURE.sub(_as_link, clean(html))
    html = OWN_LINK.sub(lambda found: f"{found[1]}{settings.BASE_URL}{found[2]}", html)
    return trusted(clean(html))


def _as_link(found: re.Match[str]) -> str:
    attributes = {key: unescape(value) for key, value in ATTRIBUTE.findall(found[1])}
    label = attributes.get("alt") or _("Picture")
    source = attributes.get("src", "")
    if not source:
        return escape(label)
    return f'<a href="{escape(source)}">{escape(label)}</a>'
