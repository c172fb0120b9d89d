"""Who writes to the desk and who answers: people, organisations and what their tier promises."""

from collections.abc import Iterator
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.free_mail import FREE_MAIL_DOMAINS


class Channel(models.TextChoices):
    """The ways in which a customer reaches the desk (product.md, "Customers and tiers")."""

    FORUM = "forum", _("Community forum")
    WEB = "web", _("Web")
    EMAIL = "email", _("Mail")
    CHAT = "chat", _("Chat")
    PHONE = "phone", _("Phone")
    API = "api", _("API")


def validate_channels(value: Any) -> None:
    """Raise ValidationError unless the value is a list of channel names."""
    if not isinstance(value, list) or not set(value) <= set(Channel.values):
        raise ValidationError(
            _("Use a list of these channels: %(channels)s."), params={"channels": ", ".join(Channel.values)}
        )


def validate_time_zone(value: str) -> None:
    """Raise ValidationError for a name that is no IANA time zone."""
    if value not in available_timezones():
        raise ValidationError(
            _("“%(value)s” is no time zone. Use a name such as Europe/Berlin."), params={"value": value}
        )


class Tier(models.Model):
    """A plan that organisations pay for, with the channels it includes. What it promises are SLA targets."""

    key = models.SlugField(_("key"), unique=True, help_text=_("A short name for filters and programs."))
    name = models.CharField(_("name"), max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Lower comes first."))
    monthly_price = models.DecimalField(
        _("price a month"), max_digits=10, decimal_places=2, default=0, help_text=_("In US dollars.")
    )
    channels = models.JSONField(
        _("channels"),
        default=list,
        validators=[validate_channels],
        help_text=_("The ways in which customers of this tier may reach the desk."),
    )

    customers_set_priority = models.BooleanField(
        _("customers set the priority"),
        default=True,
        help_text=_("Off: what customers choose is a suggestion, and the desk decides."),
    )

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

    def includes(self, channel: str) -> bool:
        """Return whether customers of this tier may use the channel."""
        return channel in self.channels


class UserManager(BaseUserManager["User"]):
    """Finds people by address without regard to case, and makes new ones."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this address, whatever its case. Raises User.DoesNotExist."""
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without a password they can sign in by a mailed code only."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an email address: a customer, or with `is_staff` somebody who works at the desk."""

    email = models.EmailField(_("email address"), unique=True, max_length=254)
    display_name = models.CharField(_("name"), max_length=120, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("Times are shown in this zone, such as Europe/Berlin."),
    )
    locale = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: as the browser asks."))
    is_staff = models.BooleanField(_("works at the desk"), default=False, help_text=_("May enter the console."))
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Somebody inactive can neither sign in nor answer by mail.")
    )
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now)
    session_epoch = models.PositiveIntegerField(
        _("session epoch"),
        default=0,
        editable=False,
        help_text=_("Grows when every session of this person must end."),
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_without_case")]

    def __str__(self) -> str:
        return self.get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the address in lower case: one address is one person."""
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Put the address into lower case before it is compared."""
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        """Return the name to show: the person's own, or the part of the address before the @."""
        return self.display_name or self.email.split("@")[0]

    def get_short_name(self) -> str:
        """Return the first word of the name."""
        return self.get_full_name().split()[0]

    def get_session_auth_hash(self) -> str:
        """Return what a session must know to stay alive: it changes with password, role and epoch (SEC-20)."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under earlier secret keys, so that a new key signs nobody out."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | None) -> str:
        state = f"{self.password}|{self.session_epoch}|{self.is_staff}|{self.is_superuser}|{self.is_active}"
        return salted_hmac("accounts.models.User.session", state, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        """Return one or two letters for the avatar."""
        parts = self.get_full_name().replace(".", " ").replace("_", " ").split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper() or "?"


class Organization(models.Model):
    """The account that pays: a company with a tier, its people and the mail domains they write from."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    tier = models.ForeignKey(
        Tier,
        verbose_name=_("tier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organizations",
    )
    renewal_date = models.DateField(_("renewal date"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True, help_text=_("For the desk only; customers never see them."))
    named_agent = models.ForeignKey(
        User,
        verbose_name=_("named agent"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="named_for",
        limit_choices_to={"is_staff": True},
        help_text=_("The agent whom this customer knows; new tickets are assigned to them."),
    )
    shares_tickets = models.BooleanField(
        _("members see all tickets"),
        default=False,
        help_text=_("Off: members see their own tickets only. The organisation's admins always see all."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MailDomain(models.Model):
    """A mail domain that is an organisation's own: whoever proves an address in it becomes a member."""

    organization = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="mail_domains"
    )
    domain = models.CharField(_("domain"), max_length=253, unique=True, help_text=_("Such as example.com."))

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the domain in lower case."""
        self.domain = self.domain.strip().lower().removeprefix("@")
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raise ValidationError for a domain that belongs to everybody."""
        self.domain = self.domain.strip().lower().removeprefix("@")
        if self.domain in FREE_MAIL_DOMAINS:
            raise ValidationError(
                {
                    "domain": _("%(domain)s gives addresses to anyone, so it cannot stand for one organisation.")
                    % {"domain": self.domain}
                }
            )
        if "@" in self.domain or "." not in self.domain or " " in self.domain:
            raise ValidationError({"domain": _("Write a domain such as example.com.")})


class Membership(models.Model):
    """A person's place in an organisation; a person has at most one."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        ADMIN = "admin", _("Admin")

    user = models.OneToOneField(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="membership")
    organization = models.ForeignKey(
        Organization, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=Role,
        default=Role.MEMBER,
        help_text=_("Admins see all tickets of the organisation and manage its people."),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["user__email"]

    def __str__(self) -> str:
        return f"{self.user} – {self.organization}"

    @property
    def sees_all_tickets(self) -> bool:
        """Return whether this member may read what colleagues asked."""
        return self.role == self.Role.ADMIN or self.organization.shares_tickets


class Attempt(models.Model):
    """One try at something that may be guessed or flooded; `accounts.throttle` counts them.

    `key` is a keyed hash of what was tried by or on whom, so the table holds no address. Rows go after a day.
    """

    key = models.CharField(_("key"), max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["key", "at"], name="attempt_recent")]

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at}"
