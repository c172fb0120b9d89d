"""Pictures, made anew: what we show was written by us, without place, camera or anything else hidden in it."""

import io
import warnings
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from content.errors import FileRefused

# Types of pictures that browsers show without running anything, and what Pillow calls them.
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
MOST_PIXELS = 40_000_000
THUMBNAIL_PIXELS = 480


@dataclass(frozen=True)
class Picture:
    """A picture as we wrote it, and a small one (WebP) for lists. Width and height are in pixels."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int


def remake(source: IO[bytes], content_type: str) -> Picture | None:
    """Return the picture re-encoded, turned the way it was taken, without metadata.

    None for what cannot be made anew without loss: broken pictures and moving ones. They stay plain files.
    Raises FileRefused for more than 40 million pixels, told from the header before anything is decoded (SEC-28).
    """
    source.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source, formats=[FORMATS[content_type]]) as opened:
                width, height = opened.size
                if width * height > MOST_PIXELS:
                    raise _too_many_pixels(width * height)
                if getattr(opened, "is_animated", False):
                    return None
                return _written(opened, FORMATS[content_type])
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(None) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError):
        # Pillow has no one error for a broken picture.
        return None
    finally:
        source.seek(0)


def _written(opened: Image.Image, kind: str) -> Picture:
    image = ImageOps.exif_transpose(opened)
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    if kind == "JPEG" and image.mode not in {"RGB", "L"}:
        image = image.convert("RGB")
    content, small = io.BytesIO(), io.BytesIO()
    options = {"JPEG": {"quality": 90}, "WEBP": {"quality": 90}}.get(kind, {})
    image.save(content, kind, **options)
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    thumbnail = image.convert("RGBA" if has_alpha else "RGB")
    thumbnail.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    thumbnail.info = {}
    thumbnail.save(small, "WEBP", quality=80)
    return Picture(content.getvalue(), small.getvalue(), *image.size)


def _too_many_pixels(count: int | None) -> FileRefused:
    if count is None:
        return FileRefused(_("This picture has too many pixels to be opened safely. Make it smaller."), 422)
    return FileRefused(
        _("This picture has %(count)s million pixels; at most %(limit)s million fit. Make it smaller.")
        % {"count": round(count / 1_000_000), "limit": MOST_PIXELS // 1_000_000},
        422,
    )
