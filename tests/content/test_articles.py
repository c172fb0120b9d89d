"""What articles become; SEC-01, SEC-02, SEC-15, SEC-16 and SEC-26 for their renderer."""

import html as html_entities
import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from content.articles import LONGEST_ARTICLE, TAKEN_IDS, parts_of, render_article
from tests.content.test_text_safety import HOSTILE, PAYLOADS, SCHEMES, N

FILE = "/knowledge/files/00000000-0000-0000-0000-000000000000/a.png"


def html_of(source, **options):
    return render_article(source, **options).html


def test_lists_are_read_as_their_writers_indented_them():
    html = html_of("Text:\n- a\n  - b\n\n    more\n- c\n1. one\n   ```sh\n   ls\n   ```\n2. two")
    assert re.sub(r"\s+", "", html).startswith("<p>Text:</p><ul><li><p>a</p><ul><li><p>b</p><p>more</p></li></ul></li>")
    assert (
        html.count("<ol>") == 1 and "<code>ls" in re.sub(r"<span[^>]*>|</span>", "", html) and html.count("<li>") == 5
    )


def test_notes_details_tabs_tasks_footnotes_and_definitions_need_no_form_control():
    html = html_of(
        '!!! warning "Careful"\n    x\n\n> [!TIP]\n> y\n\n??? question "Why?"\n    z\n\n=== "Py"\n    a\n\n=== "JS"\n    b\n\n'
        "- [x] done\n- [ ] todo\n\nnote[^1]\n\n[^1]: Foot.\n\nTerm\n:   Meaning\n"
    )
    assert '<div class="admonition warning">' in html and '<p class="admonition-title">Careful</p>' in html
    assert '<div class="admonition tip">' in html and '<details class="question">' in html
    assert html.count('<p class="tab-label">') == 2
    assert '<span class="task-mark">☑</span> done' in html
    assert 'id="fn:1"' in html and 'href="#fn:1"' in html and "<dt>Term</dt>" in html
    assert not re.search(r"<(input|label|button|form)\b", html)


def test_headings_have_the_anchors_that_other_systems_give_them_and_no_gaps_between_levels():
    rendered = render_article(
        "# Top\n\n#### Deep & far\n\n## Top\n\n## Own {#my-own}\n\n<h3 id='raw'>Raw</h3>\n\n## `GET` /users/{id}"
    )
    assert [(each["level"], each["anchor"], each["text"]) for each in rendered.headings] == [
        (2, "top", "Top"),
        (3, "deep--far", "Deep & far"),
        (3, "top-1", "Top"),
        (3, "my-own", "Own"),
        (4, "raw", "Raw"),
        (3, "get-usersid", "GET /users/{id}"),
    ]


def test_parts_go_from_heading_to_heading():
    rendered = render_article("Before.\n\n## One\n\n| a | b |\n|---|---|\n| c | d |\n\n### Two\n\n`code` & more")
    assert [(part.anchor, part.heading) for part in rendered.parts] == [("", ""), ("one", "One"), ("two", "Two")]
    assert rendered.parts[2].text == "code & more" and "c d" in rendered.parts[1].text
    assert parts_of(rendered.html) == rendered.parts
    assert rendered.text.startswith("Before.\n\nOne")


def test_snippets_stand_on_lines_of_their_own_and_never_run_in_circles():
    texts = {"a": "- one\n- two", "loop": "x\n\n[snippet:loop]"}
    rendered = render_article(
        "[snippet:a]\n\n```\n[snippet:a]\n```\n\n[snippet:loop]\n\n[snippet:none]", snippet=texts.get
    )
    assert "<li>one</li>" in rendered.html and rendered.html.count("<li>one</li>") == 1
    assert rendered.snippets == ("a", "loop", "none") and "[snippet:none]" in rendered.html


def test_links_and_pictures_are_led_and_what_may_not_be_shown_leaves_its_words():
    html = html_of(
        "[a](b.md#c) <a href='b.md#c'>d</a> ![own](x.png) ![far](https://spy.example/p.gif)",
        link=lambda href: "/docs/b/#c" if href == "b.md#c" else None,
        picture=lambda src: FILE if src == "x.png" else None,
    )
    assert html.count('href="/docs/b/#c"') == 2 and f'src="{FILE}"' in html
    assert "spy.example" not in html and ">far<" in html


@pytest.mark.parametrize(
    "text",
    ["{{ 7*7 }}", "{% include 'x' %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{constructor.constructor('x')()}}", "$a_b_c$", "%(x)s",
     "/users/{id}", "<your-key>", "{# x #}", "*{{ a * b }}*"],
)  # fmt: skip
def test_sec_16_text_that_looks_like_a_template_stays_as_it_was_typed(text):
    for source in (f"See {text} there", f"## See {text} there", f"- See {text} there", f"`{text}`"):
        assert text.strip("*") in render_article(source).text.replace("\n", " "), source


def test_sec_02_nothing_that_runs_loads_or_submits_is_left():
    texts = [row.get("input", row.get("markdown", "")) for row in PAYLOADS]
    tag = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:=\"[^\"]*\")?)*)\s*>")
    for text in texts:
        for source in (
            text,
            f"## {text}",
            f'!!! note "{text}"\n    {text}',
            f'=== "{text}"\n    {text}',
            f"| a |\n|---|\n| {text} |",
        ):
            html = html_of(source)
            for _close, name, attributes in tag.findall(html):
                assert name not in {"script", "style", "iframe", "svg", "math", "form", "input", "button", "object", "embed",
                                    "base", "meta", "link", "template", "video", "audio"}, (source, html)  # fmt: skip
                for attribute, value in re.findall(r"\s([\w:-]+)(?:=\"([^\"]*)\")?", attributes):
                    assert not attribute.startswith("on") and attribute not in {
                        "style",
                        "srcset",
                        "srcdoc",
                        "name",
                        "formaction",
                    }
                    if attribute == "src":
                        assert value.startswith("/knowledge/files/")


@pytest.mark.browser
def test_sec_01_and_02_articles_run_nothing_and_ask_for_nothing_in_a_real_browser(chromium):
    from playwright.sync_api import sync_playwright

    texts = [row.get("input", row.get("markdown", "")) for row in PAYLOADS]
    pieces = [html_of(source) for text in texts for source in (text, f"## {text}", f'??? note "{text}"\n    {text}')]
    page_html = "<!doctype html><meta charset=utf-8><title>x</title>" + "".join(
        f"<section>{each}</section>" for each in pieces
    )
    ran, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))

        def answer(route):
            if route.request.url == "http://desk.example/":
                route.fulfill(body=page_html, content_type="text/html; charset=utf-8")
            else:
                asked.append(route.request.url)
                route.abort()

        page.route("**/*", answer)
        page.add_init_script(
            "window.ran=[];for(const n of ['alert','prompt','confirm'])window[n]=()=>window.ran.push(n);"
        )
        page.goto("http://desk.example/")
        page.evaluate(
            """() => { for (const kind of ['mouseover', 'focus', 'click', 'load', 'error', 'toggle'])
              for (const e of document.body.querySelectorAll('*')) e.dispatchEvent(new Event(kind, {cancelable: true})); }"""
        )
        page.wait_for_timeout(300)
        ran += page.evaluate("window.ran")
        assert page.evaluate("document.querySelectorAll('section').length") == len(pieces)
        browser.close()
    assert ran == [] and asked == []


@pytest.mark.parametrize("address", SCHEMES)
def test_sec_02_only_harmless_schemes_survive(address):
    html = html_of(f'[a]({address}) [b](<{address}>) <{address}>\n\n<a href="{address}">c</a>\n\n![i]({address})')
    for found in re.findall(r'<\w[^<>]*\s(?:href|src)="([^"]*)"', html):
        read = re.sub(r"[\t\n\r]", "", html_entities.unescape(found)).strip("\x00\x01 ").lower()
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", read)
        assert scheme is None or scheme[1] in {"http", "https", "mailto"}, html


@pytest.mark.parametrize("anchor", ["content-start", "find", "htmx", "reply", "notices"])
def test_sec_02_a_heading_takes_no_id_of_the_page_around_it(anchor):
    html = html_of(f"## {anchor}\n\n## X {{#{anchor}}}\n\n<h2 id='{anchor}'>Y</h2>\n\n<p id='{anchor}'>Z</p>")
    assert f'id="{anchor}"' not in html


def test_every_id_of_a_page_around_articles_is_taken():
    folders = [Path(settings.BASE_DIR) / "templates" / name for name in ("portal", "knowledge", "components", "admin")]
    files = [path for folder in folders for path in folder.glob("*.html")] + [
        Path(settings.BASE_DIR) / "templates/base.html"
    ]
    # Ids of pages on which no article is shown may be a heading's.
    shown_with = {"base.html", "article.html", "question.html", "video.html", "_foot.html", "_notices.html"}
    used = {
        found for path in files if path.name in shown_with for found in re.findall(r'\sid="([\w-]+)"', path.read_text())
    }
    assert used <= TAKEN_IDS, f"{used - TAKEN_IDS}: add them to TAKEN_IDS in content/articles.py"


MORE = {
    "cells": '<table><tr><td markdown="span">' * (N // 31),
    "divisions": "<div>\n\n" * (N // 7),
    "details": "<details>\n\n" * (N // 11),
    "unknown tags": "<x-y " * (N // 5),
    "notes": "!!! note\n    " * (N // 13),
    "notes in notes": "".join("    " * n + "!!! note\n" for n in range(200)),
    "tabs": '=== "a"\n    x\n' * (N // 14),
    "definitions": "a\n:   b\n\n" * (N // 9),
    "attributes": "# a {#b " + "c=d " * (N // 4) + "}",
    "attributes of words": "*a*{: .b}" * (N // 9),
    "braces": "{" * N,
    "template tags": "{% " * (N // 3),
    "dollars": "$a" * (N // 2),
    "math": "\\(a" * (N // 3),
    "callouts": "> [!NOTE]\n> a\n\n" * (N // 16),
    "abbreviations": "".join(f"*[a{n}]: x\n" for n in range(3000)) + "a1 " * 15000,
    "mixed lists": "- a\n1. b\n" * (N // 9),
    "deep lists": "".join("  " * n + "- a\n" for n in range(300)),
    "numbers": "1. " * (N // 3),
    "same headings": "# a\n" * (N // 4),
    "underlined headings": "a\n=\n" * (N // 4),
    "headings of html": "<h2>a</h2>" * (N // 10),
    "snippets": "[snippet:a]\n" * (N // 12),
    "pictures of html": '<img alt="a">' * (N // 13),
    "one footnote": "a[^1] " * 2000 + "\n\n[^1]: x\n",
    "backslashes": "\\\n" * (N // 2),
    "comments": "<!-- a\n\n" * (N // 8),
}


@pytest.mark.parametrize("name", [*HOSTILE, *MORE])
def test_sec_26_a_hostile_article_costs_at_most_a_second(name):
    source = {**HOSTILE, **MORE}[name][:N]
    started = time.process_time()
    render_article(source, snippet=lambda key: "x")
    assert time.process_time() - started <= 1


def test_sec_26_a_text_longer_than_any_article_is_cut():
    assert len(render_article("a " * LONGEST_ARTICLE).text) <= LONGEST_ARTICLE
