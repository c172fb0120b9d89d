"""How the desk presents itself."""

import uuid
from typing import Any

from django.core.cache import cache
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# Under this key processes keep what pages show of the branding (portal/branding.py).
BRANDING_CACHE_KEY = "portal:branding:2"

validate_phone_number = RegexValidator(
    r"^\+?[0-9][0-9 ()/.-]{2,38}$", _("Write a phone number as in +49 30 1234567: digits, blanks and a leading plus.")
)


def logo_path(branding: "Branding", name: str) -> str:
    """Return a new random path: what a browser kept of an old logo is never shown as the new one."""
    return f"branding/{uuid.uuid4().hex}.png"


class Branding(models.Model):
    """The desk's name, colour, logo and footer: a single row, changed without a deployment."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(
        _("name"), max_length=60, default="Tierdesk", help_text=_("Stands at the top of every page and mail.")
    )
    accent_hue = models.PositiveSmallIntegerField(
        _("accent colour"),
        default=255,
        validators=[MinValueValidator(0), MaxValueValidator(360)],
        help_text=_(
            "An angle on the colour wheel: 25 red, 65 orange, 110 olive, 155 green, 200 teal, 255 blue, "
            "300 purple, 350 pink. Lightness stays ours, so that text is readable with every hue."
        ),
    )
    logo = models.FileField(
        _("logo"),
        upload_to=logo_path,
        blank=True,
        help_text=_("PNG, JPEG, GIF or WebP, at most 2 MB; shown 28 pixels high. Without one, a coloured mark."),
    )
    footer = models.TextField(
        _("footer"),
        max_length=1000,
        blank=True,
        help_text=_("Markdown, such as links to your imprint and privacy notice."),
    )
    phone_number = models.CharField(
        _("phone number"),
        max_length=40,
        blank=True,
        validators=[validate_phone_number],
        help_text=_(
            "Shown to customers whose tier includes calls, while the business hours below last. Empty: no calls."
        ),
    )
    business_calendar = models.ForeignKey(
        "sla.Calendar",
        verbose_name=_("business calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("When somebody answers the phone. Empty: always."),
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("branding")
        verbose_name_plural = _("branding")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="branding_is_one_row")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and let every page show it: at once with a shared cache, else within a minute."""
        super().save(*args, **kwargs)
        cache.delete(BRANDING_CACHE_KEY)
