"""Writing an article: nothing typed is lost, and nobody's words are written over unseen."""

import json
import uuid
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from console import knowledge
from console.views.knowledge.frame import article_or_404, framed, writer
from content.articles import LONGEST_ARTICLE
from content.errors import FileRefused
from content.markdown import trusted
from content.quotas import uploader_of
from knowledge.actions.ask_for_review import ask_for_review
from knowledge.actions.attach_file import adopt_files, attach_file
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_article_draft import discard_article_draft, keep_article_draft
from knowledge.actions.move import move
from knowledge.actions.publish import publish
from knowledge.actions.save_version import save_version
from knowledge.actions.set_audience import set_audience
from knowledge.actions.set_details import set_details
from knowledge.differences import compare
from knowledge.errors import Invalid, NotAllowed, Refused, Stale
from knowledge.forms import ArticleForm, ScheduleForm, VideoForm, aside_of
from knowledge.models import Article, ArticleFile, Kind, Status
from knowledge.permissions import can_publish
from knowledge.rendering import file_address, rendered
from knowledge.transcripts import written_chapters, written_time
from support.due import past_words


@require_http_methods(["GET", "HEAD", "POST"])
def new_article(request: HttpRequest) -> HttpResponse:
    """Begin an article, question or video: of nothing, of a template, or as a translation."""
    actor = writer(request)
    original = _original(actor, request)
    if request.method == "POST":
        form = ArticleForm(request.POST, kind=request.POST.get("kind", ""))
        if form.is_valid():
            try:
                article = _create(request, actor, form, original)
            except Refused as refused:
                _explain(form, refused)
            else:
                return redirect("console:article", pk=article.pk)
        return _page(request, actor, None, form, original=original, status=422)
    draft = None if original or "template" in request.GET else knowledge.draft_of(actor, None)
    initial = _beginning(request, actor, original)
    if draft:
        initial = {**initial, **draft.fields}
    return _page(
        request, actor, None, ArticleForm(initial=initial, kind=str(initial["kind"])), original=original, draft=draft
    )


def _beginning(request: HttpRequest, actor: Actor, original: Article | None) -> dict[str, Any]:
    if original is not None:
        copied = ("title", "summary", "body", "kind", "audience", "is_listed", "order")
        return {
            **{name: getattr(original, name) for name in copied},
            "section": str(original.section_id or ""),
            "tiers": list(original.tiers.all()),
            "tags": ", ".join(original.tags),
            "language": request.GET.get("language", "")[:10],
            "owner": actor.user,
            "translation_of": original.pk,
        }
    kind = request.GET.get("kind", "")
    initial = {
        "kind": kind if kind in Kind.values else Kind.ARTICLE,
        "owner": actor.user,
        "title": " ".join(request.GET.get("title", "").split())[:250],
        "section": request.GET.get("section", "")[:19],
    }
    wanted = request.GET.get("template", "")
    is_number = wanted.isdecimal() and len(wanted) < 19
    template = knowledge.templates_for().filter(pk=int(wanted)).first() if is_number else None
    return {**initial, "kind": template.kind, "body": template.body} if template else initial


def _original(actor: Actor, request: HttpRequest) -> Article | None:
    wanted = request.POST.get("translation_of", "") or request.GET.get("translation_of", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return None
    original = knowledge.article_for(actor, int(wanted))
    if original is None or original.translation_of_id is not None:
        raise Http404
    return original


def _create(request: HttpRequest, actor: Actor, form: ArticleForm, original: Article | None) -> Article:
    data = form.cleaned_data
    with transaction.atomic():
        article = create_article(
            by=actor,
            translation_of=original,
            **{name: data[name] for name in ("kind", "title", "summary", "body", "note", "section", "slug")},
            **{name: data[name] for name in ("language", "audience", "tiers", "tags", "owner", "order", "is_listed")},
        )
        if data["review_by"]:
            set_details(article, by=actor, review_by=data["review_by"])
        adopt_files(article, by=actor)
        article = _then(request, actor, article)
        discard_article_draft(None, by=actor)
    messages.success(request, _("Saved. %(next)s") % {"next": _said(article)})
    return article


@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the editor, or save what was written in it as the next version."""
    actor, found = article_or_404(request, pk)
    if request.method == "POST":
        return _save(request, actor, found)
    draft = knowledge.draft_of(actor, found)
    initial = _fields(found)
    if draft:
        initial = {**initial, **draft.fields, "base": _base(draft.fields.get("base"))}
    form = ArticleForm(initial=initial, article=found, may_place=_may_place(actor, found))
    return _page(request, actor, found, form, draft=draft)


def _fields(article: Article) -> dict[str, Any]:
    newest = knowledge.version_of(article, article.newest_number)
    assert newest is not None
    return {
        "title": newest.title,
        "summary": newest.summary,
        "body": newest.body,
        "number": newest.number,
        "base": aside_of(article),
        "section": str(article.section_id or ""),
        "tiers": list(article.tiers.all()) if article.audience == "tiers" else [],
        "tags": ", ".join(article.tags),
        **{
            name: getattr(article, name) for name in ("slug", "audience", "language", "review_by", "order", "is_listed")
        },
        "owner": article.owner,
    }


def _base(kept: Any) -> Any:
    """Return what stood beside the text when a draft was typed; None where that is not known."""
    try:
        return json.loads(kept) if isinstance(kept, str) else None
    except ValueError:
        return None


def _may_place(actor: Actor, article: Article) -> bool:
    return article.published_at is None or can_publish(actor)


def _save(request: HttpRequest, actor: Actor, article: Article) -> HttpResponse:
    may_place = _may_place(actor, article)
    form = ArticleForm(request.POST, initial=_fields(article), article=article, may_place=may_place)
    if not form.is_valid():
        return _page(request, actor, article, form, status=422)
    data = form.cleaned_data
    try:
        with transaction.atomic():
            saved = save_version(
                article,
                by=actor,
                expected_number=data["number"] if data["number"] is not None else -1,
                **{name: data[name] for name in ("title", "summary", "body", "note")},
            )
            changed = form.changed_aside()
            if may_place and changed & {"section", "slug"}:
                place = {name: data[name] if name in changed else getattr(saved, name) for name in ("section", "slug")}
                saved = move(saved, section=place["section"], slug=place["slug"] or saved.slug, by=actor)
            if may_place and changed & {"audience", "tiers"}:
                saved = set_audience(saved, audience=data["audience"], tiers=data["tiers"], by=actor)
            names = ("tags", "owner", "review_by", "order", "is_listed", "language")
            details = {name: data[name] for name in names if name in changed}
            if data.get("is_current"):
                details["translated_number"] = knowledge.original_number(article)
            saved = set_details(saved, by=actor, **details)
            adopt_files(saved, by=actor)
            saved = _then(request, actor, saved)
            discard_article_draft(article, by=actor)
    except Stale as stale:
        return _two_editors(request, actor, article, form, stale)
    except Refused as refused:
        _explain(form, refused)
        return _page(request, actor, article, form, status=403 if isinstance(refused, NotAllowed) else 422)
    messages.success(request, _("Saved. %(next)s") % {"next": _said(saved)})
    return redirect("console:article", pk=article.pk)


def _two_editors(request: HttpRequest, actor: Actor, article: Article, form: ArticleForm, stale: Stale) -> HttpResponse:
    """Show what the other one saved beside what was typed; the next press saves on top of it, knowingly."""
    typed = form.cleaned_data
    fresh = knowledge.article_for(actor, article.pk) or article
    data = request.POST.copy()
    data["number"] = str(stale.newest.number)
    again = ArticleForm(data, initial=_fields(fresh), article=fresh, may_place=_may_place(actor, fresh))
    names = ("title", "summary", "body")
    differences = [(form[name].label, compare(getattr(stale.newest, name), typed[name])) for name in names]
    context = {"stale": stale, "differences": [(label, lines) for label, lines in differences if lines]}
    return _page(request, actor, fresh, again, status=409, **context)


def _then(request: HttpRequest, actor: Actor, article: Article) -> Article:
    """Do what the pressed button asks besides saving."""
    match request.POST.get("then", ""):
        case "publish":
            return publish(article, by=actor)
        case "review":
            return ask_for_review(article, by=actor)
    return article


def _said(article: Article) -> str:
    if article.is_published and not article.has_unpublished_change:
        return _("Readers see it.")
    if article.status == Status.IN_REVIEW or article.change_status == Status.IN_REVIEW:
        return _("It waits for its review.")
    return _("Readers do not see it yet.")


def _explain(form: ArticleForm, refused: Refused) -> None:
    field = refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None
    form.add_error(field, str(refused))


def _page(
    request: HttpRequest, actor: Actor, article: Article | None, form: ArticleForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    draft = more.pop("draft", None)
    original = more.pop("original", None) or (article.translation_of if article else None)
    now = timezone.now()
    context = {
        "article": article,
        "form": form,
        "original": original,
        "original_number": knowledge.original_number(article) if article else None,
        "is_behind": bool(
            article and original and (article.translated_number or 0) < (knowledge.original_number(article) or 0)
        ),
        "preview": trusted(rendered(str(form["body"].value() or "")).html),
        "draft_saved": past_words(draft.saved_at, now) if draft else "",
        "draft_is_old": bool(draft and article and str(draft.fields.get("number", "")) != str(article.newest_number)),
        "templates": [] if article or original else list(knowledge.templates_for()),
        "upload_url": reverse("console:article_upload") + (f"?article={article.pk}" if article else ""),
        "draft_url": reverse("console:article_draft") + (f"?article={article.pk}" if article else ""),
        **_around(actor, article),
        **more,
    }
    names: dict[str, str] = {Kind.ARTICLE: _("New article"), Kind.FAQ: _("New question"), Kind.VIDEO: _("New video")}
    if article:
        title = article.title
    elif original:
        title = _("Translation of “%(title)s”") % {"title": original.title}
    else:
        title = names.get(str(form["kind"].value()), names[Kind.ARTICLE])
    return render(request, "console/knowledge/editor.html", framed(request, title, **context), status=status)


def _around(actor: Actor, article: Article | None) -> dict[str, Any]:
    """Return what stands around the editor of an article that there is."""
    if article is None:
        return {}
    context: dict[str, Any] = {
        "translations": knowledge.translations_of(article),
        "files": [(file, file_address(file.pk, file.name)) for file in knowledge.files_of(article)],
        "schedule_form": ScheduleForm(initial={"publish_at": article.publish_at}, auto_id="schedule_%s"),
        "is_due": knowledge.is_due(article.review_by),
    }
    if article.kind == Kind.VIDEO:
        video = getattr(article, "video", None)
        context["video"] = video
        context["video_form"] = VideoForm(
            auto_id="video_%s",
            initial={
                "url": video.url,
                "duration": written_time(video.duration_seconds) if video.duration_seconds else "",
                "chapters": written_chapters(video.chapters),
            }
            if video
            else None,
        )
    return context


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Return posted Markdown as an article shows it; 413 when it is too long."""
    writer(request)
    text = request.POST.get("text", "").replace("\x00", "")
    if len(text) > LONGEST_ARTICLE:
        return HttpResponse(_("This is too long."), status=413)
    return HttpResponse(rendered(text).html or _("Nothing to show yet."))


def _wanted(request: HttpRequest, actor: Actor) -> Article | None:
    """Return the article that an address names. Raises Http404 for one that there is not."""
    pk = request.GET.get("article", "")
    if not pk:
        return None
    found = knowledge.article_for(actor, int(pk)) if pk.isdecimal() and len(pk) < 19 else None
    if found is None:
        raise Http404
    return found


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Keep what is being typed, for its writer alone."""
    actor = writer(request)
    names = {*ArticleForm.base_fields} - {"tiers", "is_current", "translation_of"}
    fields = {name: request.POST.get(name, "") for name in names if name in request.POST}
    fields["is_listed"] = "is_listed" in request.POST  # type: ignore[assignment]
    saved = keep_article_draft(_wanted(request, actor), fields, by=actor)
    return JsonResponse({"saved_at": timezone.localtime(saved.saved_at).isoformat(timespec="seconds")})


@require_POST
def draft_removal(request: HttpRequest) -> HttpResponse:
    """Forget what was typed and not saved."""
    actor = writer(request)
    found = _wanted(request, actor)
    discard_article_draft(found, by=actor)
    messages.info(request, _("What was typed and not saved is gone."))
    return redirect("console:article", pk=found.pk) if found else redirect("console:article_new")


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Keep the picture or file in `file`: 201 with its address and the Markdown that shows it, else `error`."""
    actor = writer(request)
    found = _wanted(request, actor)
    sent = request.FILES.getlist("file")
    if len(sent) != 1:
        return JsonResponse({"error": _("Send one file at a time.")}, status=400)
    try:
        file = attach_file(found, sent[0], uploader=uploader_of(request), by=actor)
    except FileRefused as refused:
        return JsonResponse({"error": str(refused)}, status=refused.status)
    return JsonResponse(
        {
            "key": str(file.pk),
            "name": file.name,
            "url": file_address(file.pk, file.name),
            "markdown": markdown_of(file),
            "state": file.state,
        },
        status=201,
    )


def markdown_of(file: ArticleFile) -> str:
    """Return the Markdown that shows a picture, or links to a file."""
    name = file.name.replace("[", "(").replace("]", ")").replace("\\", "")
    address = file_address(uuid.UUID(str(file.pk)), _quoted(file.name))
    return f"{'!' if file.is_image else ''}[{name}]({address})"


def _quoted(name: str) -> str:
    return quote(name, safe="")
