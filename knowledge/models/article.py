"""Articles of every kind, their versions and files, and the addresses that they had before."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from content.models import StoredFile
from knowledge.models.section import LONGEST_PATH, Kind, Section


class Audience(models.TextChoices):
    """Who may read something. Staff who write knowledge read all of it."""

    EVERYONE = "everyone", _("Everyone")
    SIGNED_IN = "signed_in", _("Whoever is signed in")
    TIERS = "tiers", _("Customers of chosen plans")
    STAFF = "staff", _("Staff only")


class Status(models.TextChoices):
    """Where in its life an article is. Readers see published ones only."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class Article(models.Model):
    """Something to look up: an article, a question with its answer, or a video with its transcript.

    `title`, `summary`, `body` and what is rendered from them (`html`, `text`, `headings`) are the version that is
    shown: `shown_number` of a published article, else the newest. A published article may have newer versions that
    readers do not see yet (`newest_number > shown_number`); `change_status` says how far those are.
    What is written here is written by `knowledge.actions` alone. Instants are UTC.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ARTICLE)
    section = models.ForeignKey(
        Section, verbose_name=_("section"), null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    slug = models.SlugField(_("address part"), max_length=120)
    path = models.CharField(_("path"), max_length=LONGEST_PATH, editable=False)
    order = models.IntegerField(_("order"), default=0, help_text=_("Lower comes first; the same: by title."))

    title = models.CharField(_("title"), max_length=250)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    html = models.TextField(blank=True, editable=False)
    text = models.TextField(blank=True, editable=False)
    headings = models.JSONField(
        default=list, blank=True, editable=False, help_text=_("Level (2 to 4), anchor and text of each heading.")
    )
    renderer = models.PositiveSmallIntegerField(
        _("rendered by version"), default=0, editable=False, help_text=_("An older one is rendered again.")
    )
    tags = models.JSONField(_("tags"), default=list, blank=True, help_text=_("Words by which it is found as well."))

    language = models.CharField(_("language"), max_length=10, default="en")
    translation_of = models.ForeignKey(
        "self",
        verbose_name=_("translation of"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="translations",
    )
    translated_number = models.PositiveIntegerField(
        _("translated version"), null=True, editable=False, help_text=_("The version of the original it was made from.")
    )

    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.EVERYONE)
    tiers = models.ManyToManyField("accounts.Tier", verbose_name=_("plans"), blank=True, related_name="+")
    is_listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Off: found by its address and by search, in no list of its section.")
    )

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    change_status = models.CharField(
        _("status of the change"),
        max_length=10,
        blank=True,
        choices=[("", _("None")), (Status.DRAFT, _("Draft")), (Status.IN_REVIEW, _("In review"))],
    )
    newest_number = models.PositiveIntegerField(_("newest version"), default=0, editable=False)
    shown_number = models.PositiveIntegerField(_("shown version"), null=True, editable=False)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    published_at = models.DateTimeField(_("first published at"), null=True, editable=False)
    changed_at = models.DateTimeField(
        _("changed at"), null=True, editable=False, help_text=_("When readers last got another text.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    review_by = models.DateField(
        _("look at it again by"), null=True, blank=True, help_text=_("The owner is reminded on that day.")
    )
    reminded_at = models.DateTimeField(null=True, editable=False)

    source = models.CharField(_("imported file"), max_length=LONGEST_PATH, blank=True, editable=False, db_index=True)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)
    helpful_count = models.PositiveIntegerField(default=0, editable=False)
    unhelpful_count = models.PositiveIntegerField(default=0, editable=False)
    review_note = models.CharField(
        _("what the review asks for"),
        max_length=1000,
        blank=True,
        help_text=_("Told to who wrote it when it came back."),
    )

    # No column: the snippets that a rendering just met, until `knowledge.changing.keep_uses` wrote them down.
    used_snippets: "set[str] | None" = None

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["order", "title", "pk"]
        permissions = [
            ("write_articles", _("Can write articles and send them to review")),
            ("publish_articles", _("Can publish, move and archive articles")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "path"], name="article_path_once"),
            models.UniqueConstraint(
                fields=["translation_of", "language"],
                condition=Q(translation_of__isnull=False),
                name="article_translation_once",
            ),
        ]
        indexes = [
            models.Index(fields=["section", "status", "order"], name="article_of_section"),
            models.Index(fields=["status", "kind", "-changed_at"], name="article_newest"),
            models.Index(fields=["publish_at"], condition=Q(publish_at__isnull=False), name="article_scheduled"),
            models.Index(fields=["review_by"], condition=Q(review_by__isnull=False), name="article_review_by"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return where readers find it."""
        match self.kind:
            case Kind.FAQ:
                return reverse("knowledge:question", args=[self.path])
            case Kind.VIDEO:
                return reverse("knowledge:video", args=[self.path])
        return reverse("knowledge:page", args=[self.path])

    @property
    def is_published(self) -> bool:
        """Return whether readers of its audience see it."""
        return self.status == Status.PUBLISHED

    @property
    def has_unpublished_change(self) -> bool:
        """Return whether somebody wrote a newer version than readers see."""
        return self.shown_number is not None and self.newest_number > self.shown_number


class ArticleVersion(models.Model):
    """An article as somebody saved it. Versions are never changed; restoring one writes it again as the newest."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=250)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("saved at"))

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Video(models.Model):
    """What an article of the kind video shows: a file of ours, or an address at a provider.

    `chapters` are {"at_seconds", "title"}, `transcript` are {"start_seconds", "end_seconds", "text"}, both in order.
    """

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="video")
    file = models.ForeignKey(
        "ArticleFile", verbose_name=_("file"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    url = models.URLField(_("address at a provider"), blank=True)
    poster = models.ForeignKey(
        "ArticleFile",
        verbose_name=_("still picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    duration_seconds = models.PositiveIntegerField(_("length"), null=True, blank=True, help_text=_("In seconds."))
    chapters = models.JSONField(_("chapters"), default=list, blank=True)
    transcript = models.JSONField(_("transcript"), default=list, blank=True)

    def __str__(self) -> str:
        return str(self.article)


class ArticleFile(StoredFile):
    """A picture or file that articles show. Whoever may read the article may open it; without one, its uploader."""

    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE, related_name="files")
    source = models.CharField(_("imported file"), max_length=LONGEST_PATH, blank=True)


class Redirect(models.Model):
    """An address that something had before; whoever asks for it is sent on, for good (301)."""

    old_path = models.CharField(
        _("old address"), max_length=LONGEST_PATH, unique=True, help_text=_("From the root on, such as /docs/old/.")
    )
    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.CASCADE, related_name="redirects")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.CASCADE, related_name="redirects")
    is_imported = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["old_path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, section__isnull=True)
                | Q(article__isnull=True, section__isnull=False),
                name="redirect_to_one",
            )
        ]

    def __str__(self) -> str:
        return self.old_path
