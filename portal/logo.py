"""An uploaded logo becomes a small PNG of our own making: nothing of the sent file is kept."""

import io

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

LARGEST_BYTES = 2 * 1024 * 1024
LARGEST_SIDE = 4000
KEPT_SIDE = 512
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


class UnusableLogo(Exception):
    """The file cannot be a logo; `str()` says why."""


def re_encode(upload: "File[bytes]") -> "ContentFile[bytes]":
    """Return the picture as PNG, at most 512 pixels wide and high. Raises UnusableLogo.

    The size is read from the header and refused before anything is decoded (SEC-28).
    """
    if upload.size > LARGEST_BYTES:
        raise UnusableLogo(_("This file is larger than 2 MB."))
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if max(picture.size) > LARGEST_SIDE:
                raise UnusableLogo(_("This picture is larger than %(side)s pixels a side.") % {"side": LARGEST_SIDE})
            small = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise UnusableLogo(_("This is not a picture that we can read. Use PNG, JPEG, GIF or WebP.")) from None
    small.thumbnail((KEPT_SIDE, KEPT_SIDE))
    encoded = io.BytesIO()
    small.save(encoded, "PNG", optimize=True)
    return ContentFile(encoded.getvalue(), name="logo.png")
