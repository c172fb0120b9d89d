"""SEC-01, SEC-02, SEC-15, SEC-26 for the two doors through which all text passes: `render` and `clean`."""

import html as html_entities
import json
import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from content.markdown import LONGEST_SOURCE, render
from content.sanitise import clean

PAYLOADS = [
    json.loads(line) for line in (Path(settings.BASE_DIR) / "tests/data/xss/payloads.jsonl").read_text().splitlines()
]
FORBIDDEN = (
    "script, style, form, base, meta, link, iframe, object, embed, svg, math, input, button, template, video, audio"
)


def test_sec_01_and_02_nothing_hostile_is_left_in_a_real_browser(chromium):
    from playwright.sync_api import sync_playwright

    assert len(PAYLOADS) >= 120
    texts = [row.get("input", row.get("markdown", "")) for row in PAYLOADS]
    pieces = [piece for text in texts for piece in (render(text).html, clean(text))]
    page_html = "<!doctype html><meta charset=utf-8><title>x</title>" + "".join(
        f"<section>{piece}</section>" for piece in pieces
    )
    ran: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        page.on("popup", lambda popup: ran.append("popup"))

        def answer(route):
            if route.request.url == "http://desk.example/":
                route.fulfill(body=page_html, content_type="text/html; charset=utf-8")
            else:
                asked.append(route.request.url)
                route.abort()

        page.route("**/*", answer)
        page.add_init_script(
            "window.ran=[];for(const n of ['alert','prompt','confirm','print'])window[n]=(...a)=>{window.ran.push(n)};"
        )
        page.goto("http://desk.example/")
        left = page.evaluate(
            """(forbidden) => {
              const bad = [];
              for (const e of document.body.querySelectorAll(forbidden)) bad.push(e.outerHTML.slice(0, 120));
              for (const e of document.body.querySelectorAll('*')) {
                for (const a of e.attributes) {
                  if (a.name.startsWith('on') || ['style','srcdoc','formaction','ping','srcset','background','id','name'].includes(a.name))
                    bad.push(e.outerHTML.slice(0, 120));
                }
                if (e.tagName === 'A' && e.hasAttribute('href')) {
                  if (!['http:', 'https:', 'mailto:'].includes(e.protocol)) bad.push(e.outerHTML.slice(0, 120));
                  if (!e.relList.contains('nofollow') || !e.relList.contains('noopener')) bad.push(e.outerHTML.slice(0, 120));
                }
              }
              for (const kind of ['mouseover', 'mouseenter', 'focus', 'click', 'load', 'error', 'toggle'])
                for (const e of document.body.querySelectorAll('*')) {
                  e.dispatchEvent(new Event(kind, {bubbles: false, cancelable: true}));
                }
              return bad;
            }""",
            FORBIDDEN,
        )
        page.wait_for_timeout(500)
        ran += page.evaluate("window.ran")
        address = page.url
        browser.close()
    assert left == []
    assert ran == [] and address == "http://desk.example/"
    assert [url for url in asked if not url.startswith("http://desk.example/")] == []


test_sec_01_and_02_nothing_hostile_is_left_in_a_real_browser = pytest.mark.browser(
    test_sec_01_and_02_nothing_hostile_is_left_in_a_real_browser
)

SCHEMES = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "&#106;avascript:alert(1)", "&#x6A;avascript&colon;alert(1)", "javascript&Tab;:alert(1)", "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "file:///etc/passwd", "view-source:javascript:1",
    "jar:https://x/!/", "feed:javascript:1", "blob:https://x/1",
]  # fmt: skip


@pytest.mark.parametrize("address", SCHEMES)
def test_sec_02_only_harmless_schemes_survive_every_way_to_write_a_link(address):
    source = "\n\n".join(
        [f"[a]({address})", f"[a](<{address}>)", f"[b]\n\n[b]: {address} '\"onclick=x'", f"<{address}>",
         f"![i]({address})", f'<a href="{address}">c</a>', f"``` {address}\ncode\n```", address]
    )  # fmt: skip
    for html in (render(source).html, clean(f'<a href="{address}">x</a><img src="{address}">')):
        for found in re.findall(r'<\w[^<>]*\s(?:href|src)="([^"]*)"', html):
            # Browsers drop these three, and no others, inside of a scheme.
            address_read = re.sub(r"[\t\n\r]", "", html_entities.unescape(found)).strip("\x00\x01 ").lower()
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", address_read)
            assert scheme is None or scheme[1] in {"http", "https", "mailto"}, (found, html)


def test_sec_02_raw_html_in_markdown_is_shown_and_not_interpreted():
    html = render('Hello <b onclick="x()">you</b> <script>alert(1)</script>').html
    assert "<script" not in html and "<b" not in html and "&lt;script&gt;" in html


def test_sec_15_pictures_from_elsewhere_are_never_loaded():
    for address in ("https://spy.example/p.gif", "//spy.example/p.gif", "/\\spy.example/p.gif", "/files/../../x",
                    "/files/..//x", "/files/a?b=//spy", "http:/files/x", "/files\\..\\x"):  # fmt: skip
        for html in (render(f"![p]({address})").html, clean(f'<img src="{address}" srcset="{address}">')):
            found = re.findall(r'src(?:set)?="([^"]*)"', html)
            assert all(re.fullmatch(r"/files/[0-9a-f-]{36}/[^/\\]*", src) for src in found), html


N = 100_000
HOSTILE = {
    "open brackets": "[" * N,
    "nested brackets": "[" * (N // 2) + "]" * (N // 2),
    "links in links": "[a](" * (N // 4),
    "pictures": "![" * (N // 2),
    "stars": "*" * N,
    "stars and letters": "*a " * (N // 3),
    "emphasis pairs": "*a **b " * (N // 7),
    "underscores": "_" * N,
    "underscores and letters": "_a__b" * (N // 5),
    "backticks": "`" * N,
    "growing backticks": "".join("`" * n + " " for n in range(1, 440)),
    "single backticks": "`a" * (N // 2),
    "tildes": "~~a" * (N // 3),
    "quotes": ">" * N,
    "quotes in lines": "> " * 300 + "\n" + ("> " * 100 + "x\n") * 400,
    "lists": "".join(" " * (4 * (n % 60)) + "- a\n" for n in range(1000)),
    "deep lists": "".join(" " * (4 * n) + "- a\n" for n in range(220)),
    "table": ("|a" * 50 + "|\n" + "|-" * 50 + "|\n") + ("|a" * 50 + "|\n") * 900,
    "table of pipes": "|" * (N // 2) + "\n" + "|-" * (N // 4),
    "escapes": "\\" * N,
    "angles": "<" * N,
    "autolinks": "<http://a" * (N // 9),
    "addresses": "http://a.b/" * (N // 11),
    "brackets in addresses": "http://a.b/" + "(" * (N - 11),
    "mails": "a@" * (N // 2),
    "mail dots": "a@" + "b." * (N // 2),
    "mail names": "a." * (N // 2) + "@",
    "www": "www." * (N // 4),
    "entities": "&" * N,
    "long entity": "&#" + "1" * N,
    "footnotes": "[^a]" * (N // 4),
    "footnote definitions": "".join(f"[^{n}]: x\n" for n in range(N // 12)),
    "references": "".join(f"[{n}]: http://a\n" for n in range(N // 16)),
    "fences": "```\n" * (N // 4),
    "fence letters": "``` " + "a " * (N // 2),
    "fence options": "``` {" + ".a " * (N // 3),
    "nested fences": "".join("> " * n + "```\n" for n in range(300)),
    "headings": "#" * N,
    "rules": "- " * (N // 2) + "x",
    "underlines": "a\n" + "=" * (N - 3) + "x",
    "spaces": "a" + " " * (N - 2) + "b",
    "line ends": "\n" * N,
    "spaces before ends": (" " * 99 + "\n") * (N // 100),
    "comments": "<!--" * (N // 4),
    "tags": "<a " * (N // 3),
    "stash": "\x02wzxhzdk:0\x03" * (N // 14),
    "code of a language": "```python\n" + "(" * (N - 20) + "\n```",
    "code with quotes": "```javascript\n" + '"\\' * ((N - 30) // 2) + "\n```",
    "code of php": "```php\n<?php " + "/*" * ((N - 30) // 2) + "\n```",
    "code of html": "```html\n" + "<a b=" * ((N - 30) // 5) + "\n```",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_sec_26_hostile_markdown_costs_at_most_a_second(name):
    source = HOSTILE[name][:LONGEST_SOURCE]
    started = time.process_time()
    render(source)
    assert time.process_time() - started <= 1


@pytest.mark.parametrize("around", ["%s", "> %s", "- list\n\n    %s", "1.\t%s"])
def test_sec_26_code_is_coloured_up_to_a_length_and_then_shown_plainly(around):
    def block(lines):
        indent = around.split("%s")[0].split("\n")[-1]
        indent = indent if indent.startswith(">") else " " * len(indent.expandtabs(4))
        return around % f"\n{indent}".join(["```python", *["print(1)"] * lines, "```"])

    assert 'class="nb"' in render(block(100)).html or around == "1.\t%s"
    long = render(block(2500))
    assert 'class="nb"' not in long.html and long.text.count("print(1)") == 2500


@pytest.mark.parametrize(
    "piece", ["<div>", "<b><i>", "<a href=x>", "<table><tr><td>", "<svg><math>", "<", "&lt;", "<!--", "<p a='"]
)
def test_sec_26_hostile_html_costs_at_most_a_second(piece):
    source = (piece * (N // len(piece) + 1))[:N]
    started = time.process_time()
    clean(source)
    assert time.process_time() - started <= 1


def test_nothing_of_one_message_is_left_for_the_next():
    noted = "Text[^1] and [a link][here].\n\n[^1]: A footnote.\n[here]: https://example.com\n"
    bare = "Text[^1] and [a link][here].\n"
    first, other = render(noted).html, render(bare).html
    assert "footnote" in first and "footnote" not in other and "href" not in other
    assert (render(noted).html, render(bare).html) == (first, other)
