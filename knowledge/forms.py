"""What those who write knowledge type. Shape is checked here; what it means, in the actions."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import global_settings, settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier, User
from content.articles import LONGEST_ARTICLE
from knowledge.models import Article, Audience, Kind, Section
from sla import clock
from support.forms import MarkdownField, TypedText


def languages() -> list[tuple[str, Any]]:
    """Return the languages an article can be in: the desk's own first."""
    own = dict(settings.LANGUAGES)
    others = sorted((code, name) for code, name in global_settings.LANGUAGES if code not in own and len(code) <= 10)
    return [*own.items(), *((code, f"{name} ({code})") for code, name in others)]


def section_choices(kind: str, *, but: Section | None = None) -> list[tuple[str, str]]:
    """Return the sections of a kind as a tree of names, without one and what stands below it."""
    rows = Section.objects.filter(kind=kind).order_by("path")
    by_parent: dict[int | None, list[Section]] = {}
    for row in rows:
        by_parent.setdefault(row.parent_id, []).append(row)
    found: list[tuple[str, str]] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in sorted(by_parent.get(parent, []), key=lambda each: (each.order, each.title, each.pk)):
            if but is not None and row.pk == but.pk:
                continue
            name = f"{'– ' * depth}{row.icon + ' ' if row.icon else ''}{row.title}"
            found.append((str(row.pk), name + (f" ({_('archived')})" if row.is_archived else "")))
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


class SectionField(forms.ChoiceField):
    """A section of the tree, or none."""

    def to_python(self, value: Any) -> Any:
        """Return the id as text."""
        return str(value or "")


class FutureTimeField(forms.Field):
    """An instant to come, typed in the reader's own zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """Return the instant, UTC."""
        if not value:
            return None
        try:
            typed = datetime.fromisoformat(str(value).strip())
            return clock.local_to_instant(timezone.get_current_timezone_name(), typed)
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("Write date and time as in 2026-03-04 14:30."), code="invalid") from None


class ArticleField(MarkdownField):
    """The text of an article: longer than a message may be."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [each for each in self.validators if not hasattr(each, "limit_value")]
        self.max_length = LONGEST_ARTICLE


class ArticleForm(forms.Form):
    """An article, question or video, as its editor shows it. `number` is the version that was on the screen."""

    title = TypedText(
        label=gettext_lazy("Title"),
        max_length=250,
        error_messages={"required": gettext_lazy("Give it a title: a few words are enough.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    summary = TypedText(
        label=gettext_lazy("Summary"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("One sentence for lists and search."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = ArticleField(label=gettext_lazy("Text"), strip=False, widget=forms.Textarea(attrs={"rows": 22}))
    note = TypedText(
        label=gettext_lazy("What did you change?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For the list of versions."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, initial=Kind.ARTICLE)
    section = SectionField(label=gettext_lazy("Section"), required=False)
    slug = TypedText(
        label=gettext_lazy("Address part"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Empty: made of the title. Old addresses lead to the new one."),
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who may read it?"), choices=Audience.choices, initial=Audience.EVERYONE
    )
    tiers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Plans"),
        queryset=Tier.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For “customers of chosen plans”."),
    )
    tags = TypedText(
        label=gettext_lazy("Tags"),
        max_length=1900,
        required=False,
        help_text=gettext_lazy("Words by which it is found as well, with commas between them."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=languages)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"), queryset=User.objects.none(), required=False, empty_label=gettext_lazy("Nobody")
    )
    review_by = forms.DateField(
        label=gettext_lazy("Look at it again by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The owner is reminded on that day."),
    )
    order = forms.IntegerField(
        label=gettext_lazy("Order"),
        required=False,
        min_value=-9999,
        max_value=9999,
        help_text=gettext_lazy("Lower comes first; the same: by title."),
    )
    is_listed = forms.BooleanField(
        label=gettext_lazy("Stands in the lists of its section"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Off: found by its address and by search alone."),
    )
    is_current = forms.BooleanField(
        label=gettext_lazy("This translation says what the original says now"), required=False
    )
    number = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    translation_of = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    # What stood beside the text when the page was made, as `aside_of` tells it.
    base = forms.JSONField(required=False, widget=forms.HiddenInput)

    # Beside the text, in this order.
    ASIDE = (
        "kind",
        "section",
        "slug",
        "language",
        "audience",
        "tiers",
        "tags",
        "owner",
        "review_by",
        "order",
        "is_listed",
    )
    # What only those who publish change once readers see it.
    PLACE = ("section", "slug", "audience", "tiers")

    def __init__(
        self, *args: Any, article: Article | None = None, kind: str = "", may_place: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kind = article.kind if article else kind
        if kind not in Kind.values:
            kind = Kind.ARTICLE
        fields = self.fields
        fields["section"].choices = [("", _("None")), *section_choices(kind)]  # type: ignore[attr-defined]
        fields["tiers"].queryset = Tier.objects.all()  # type: ignore[attr-defined]
        fields["owner"].queryset = (  # type: ignore[attr-defined]
            User.objects.filter(is_staff=True, is_active=True).order_by("display_name", "email")
        )
        if kind == Kind.FAQ:
            fields["title"].label, fields["body"].label = _("Question"), _("Answer")
            fields["section"].label = _("Group")
        elif kind == Kind.VIDEO:
            fields["body"].label, fields["section"].label = _("Text beside the video"), _("Collection")
        if article is not None:
            del fields["kind"]
        if article is None or article.translation_of_id is None:
            del fields["is_current"]
        if not may_place:
            for name in self.PLACE:
                fields[name].disabled = True
                fields[name].help_text = _("Readers see it: only those who publish change this.")

    def changed_aside(self) -> set[str]:
        """Return what the writer changed beside the text: what they left alone may have been changed by others."""
        base = self.cleaned_data.get("base")
        told = aside_told(self.cleaned_data)
        if not isinstance(base, dict):
            return set(told)
        return {name for name, value in told.items() if base.get(name) != value}

    def aside(self) -> list[forms.BoundField]:
        """Return the fields beside the text."""
        return [self[name] for name in self.ASIDE if name in self.fields]

    def clean_section(self) -> Section | None:
        """Return the section."""
        chosen = self.cleaned_data["section"]
        return Section.objects.filter(pk=int(chosen)).first() if chosen else None

    def clean_tags(self) -> list[str]:
        """Return the tags, one a word or phrase."""
        return [tag for tag in (part.strip() for part in self.cleaned_data["tags"].split(",")) if tag]

    def clean_order(self) -> int:
        """Return the order; empty is 0."""
        return self.cleaned_data["order"] or 0


def aside_of(article: Article) -> dict[str, Any]:
    """Return what stands beside an article's text, as JSON takes it."""
    names = ("section", "slug", "audience", "tags", "owner", "review_by", "order", "is_listed", "language")
    values = {name: getattr(article, name) for name in names}
    return aside_told({**values, "tiers": article.tiers.all() if article.audience == Audience.TIERS else []})


def aside_told(values: dict[str, Any]) -> dict[str, Any]:
    """Return such values as ids, texts and numbers, so that two can be compared."""
    return {
        "section": values["section"].pk if values["section"] else None,
        "slug": values["slug"],
        "audience": values["audience"],
        "tiers": sorted(tier.pk for tier in values["tiers"]),
        "tags": [tag.lower() for tag in values["tags"]],
        "owner": values["owner"].pk if values["owner"] else None,
        "review_by": values["review_by"].isoformat() if values["review_by"] else None,
        "order": values["order"],
        "is_listed": bool(values["is_listed"]),
        "language": values["language"],
    }


class SectionForm(forms.Form):
    """A section."""

    title = TypedText(label=gettext_lazy("Title"), max_length=200)
    icon = TypedText(
        label=gettext_lazy("Icon"),
        max_length=8,
        required=False,
        help_text=gettext_lazy("One sign, such as 🔑. Empty: none."),
    )
    description = TypedText(
        label=gettext_lazy("Description"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("One sentence: what somebody finds here."),
    )
    parent = SectionField(label=gettext_lazy("Inside of"), required=False)
    slug = TypedText(
        label=gettext_lazy("Address part"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Empty: made of the title. Old addresses lead to the new one, for all below as well."),
    )
    order = forms.IntegerField(
        label=gettext_lazy("Order"),
        required=False,
        min_value=-9999,
        max_value=9999,
        help_text=gettext_lazy("Lower comes first; the same: by title."),
    )

    def __init__(self, *args: Any, kind: str, section: Section | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Nothing: at the top")), *section_choices(kind, but=section)]
        self.fields["parent"].choices = choices  # type: ignore[attr-defined]

    def clean_parent(self) -> Section | None:
        """Return the section above."""
        chosen = self.cleaned_data["parent"]
        return Section.objects.filter(pk=int(chosen)).first() if chosen else None

    def clean_order(self) -> int:
        """Return the order; empty is 0."""
        return self.cleaned_data["order"] or 0


class SnippetForm(forms.Form):
    """A text kept once and used in many articles."""

    key = TypedText(
        label=gettext_lazy("Key"),
        max_length=100,
        help_text=gettext_lazy("Letters, digits and hyphens. Articles hold it as a line [snippet:key]."),
    )
    body = ArticleField(label=gettext_lazy("Text"), strip=False, widget=forms.Textarea(attrs={"rows": 12}))

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].disabled = not is_new


class TemplateForm(forms.Form):
    """How a new article of some sort begins."""

    name = TypedText(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("For"), choices=Kind.choices)
    body = ArticleField(label=gettext_lazy("Text"), strip=False, widget=forms.Textarea(attrs={"rows": 16}))


class ScheduleForm(forms.Form):
    """When something is to be published."""

    publish_at = FutureTimeField(label=gettext_lazy("Publish at"), help_text=gettext_lazy("In your own time zone."))


class VideoForm(forms.Form):
    """The film of a video."""

    url = forms.CharField(
        label=gettext_lazy("Address at a provider"),
        required=False,
        max_length=200,
        widget=forms.URLInput,
        help_text=gettext_lazy("Or send the film as a file, below."),
    )
    film = forms.FileField(label=gettext_lazy("Film (MP4 or WebM)"), required=False)
    still = forms.FileField(label=gettext_lazy("Still picture"), required=False)
    duration = TypedText(
        label=gettext_lazy("Length"), required=False, max_length=9, help_text=gettext_lazy("Such as 4:30 or 1:02:00.")
    )
    chapters = TypedText(
        label=gettext_lazy("Chapters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One a line, such as “1:30 The second step”."),
    )
    transcript = forms.FileField(
        label=gettext_lazy("Transcript (WebVTT or SRT)"),
        required=False,
        help_text=gettext_lazy("Search finds the video by every line of it. A new file replaces the old one."),
    )
    keeps_no_transcript = forms.BooleanField(label=gettext_lazy("Take the transcript away"), required=False)


class ReplyArticleForm(forms.Form):
    """An article made of an answer to a ticket."""

    title = TypedText(
        label=gettext_lazy("Title"), max_length=250, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[choice for choice in Kind.choices if choice[0] != Kind.VIDEO]
    )
    body = ArticleField(label=gettext_lazy("Text"), strip=False, widget=forms.Textarea(attrs={"rows": 16}))
