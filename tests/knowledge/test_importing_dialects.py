"""What Jekyll, Kramdown, Docusaurus and MDX write, in our Markdown; nothing is lost without a word."""

import time

import pytest

from knowledge.importing import front_matter
from knowledge.importing.plan import plan_of, seconds_of
from knowledge.importing.report import Report, Sort


class Files:
    name = "site"

    def __init__(self, files):
        self.files = files

    def paths(self):
        return sorted(self.files)

    def read(self, path, *, most):
        content = self.files[path]
        return content if isinstance(content, bytes) else content.encode()


def plan(files):
    report = Report()
    return plan_of(Files(files), report), report


def body(text, name="a.md", **others):
    found, _report = plan({name: text, **others})
    return next(each.body for each in found.articles if each.source == name)


def liquid(text, **includes):
    files = {"a.md": text, "_config.yml": "x: 1", **{f"_includes/{name}.md": value for name, value in includes.items()}}
    found, report = plan(files)
    return found.articles[0].body, found, report


def test_includes_become_snippets_and_those_that_read_their_page_are_put_in():
    text, found, _report = liquid(
        "---\ntitle: T\n---\n{% include same.md %}\n\n- {% include inline.md %}\n\n{% include page.md %}\n{% include with.md a='1' %}\n",
        same="Same **text**.\n", inline="in line", page="Of {{ page.title }}", with_="", **{"with": "Got {{ include.a }}"},
    )  # fmt: skip
    assert text == "[snippet:same]\n\n- in line\n\nOf T\nGot 1"
    assert found.snippets["same"] == ("Same **text**.", "_includes/same.md")


def test_liquid_that_the_folder_cannot_answer_is_left_out_and_told_by_line():
    text, _found, report = liquid(
        "A\n{% for x in site.data.things %}\n{{ x.name }}\n{% endfor %}\n{% if site.new %}new{% else %}old{% endif %}\n"
        "{% include none.html %}\n{% comment %}\nsecret\n{% endcomment %}\n"
    )
    assert "old" in text and "new" not in text.replace("news", "") and "secret" not in text
    assert {(each.line, each.sort) for each in report.findings} == {(2, Sort.LOST), (5, Sort.LOST), (6, Sort.LOST)}


@pytest.mark.parametrize(
    "text", ["{{ user.name }}", "{{ 7*7 }}", "{{ x | default: 'y' }}", "{{ x.__class__ }}", "100 {% of it"]
)
def test_sec_16_template_tags_that_are_not_the_sites_own_stay_as_they_were_typed(text):
    assert liquid(f"See {text} there")[0] == f"See {text} there"
    assert body(f"See {text} there") == f"See {text} there"


def test_sec_16_liquid_looks_at_nothing_but_the_pages_keys():
    for name in ("page.__class__", "page.title.__class__.__mro__", "include.__init__", "site.secret_key"):
        assert liquid(f"---\ntitle: T\n---\nx{{{{ {name} }}}}y")[0] == "xy"


def test_raw_keeps_what_it_holds_and_without_a_jekyll_folder_all_of_it_is_text():
    assert liquid("{% raw %}{% if x %}{{ page.title }}{% endraw %}")[0] == "{% if x %}{{ page.title }}"
    assert body("{% if x %}y{% endif %}") == "{% if x %}y{% endif %}"


def test_captures_assignments_filters_and_conditions():
    text = liquid("---\nplan: pro\n---\n{% assign a = 'x,y' | split: ',' | first | upcase %}{% capture b %}{{ a }}!{% endcapture %}"
                  "{{ b }}{% if page.plan == 'pro' and a contains 'X' %} yes{% endif %}{% unless page.plan %} no{% endunless %}")[0]  # fmt: skip
    assert text == "X! yes"


def test_kramdown_notes_and_attributes():
    text = body('> info "Title"\n> Text\nlazily\n\n[a](https://x.example){:target="_blank"} [b](https://y.example){:target="_blank”}\n\n'
                "{: .note}\nNoted.\n\n> warning \"\"\n> - a\n>   - b\n\n```clj\n{:plan \"trial\"}\n```")  # fmt: skip
    assert '!!! info "Title"\n\n    Text\n    lazily' in text
    assert "[a](https://x.example) [b](https://y.example)" in text
    assert "!!! note\n\n    Noted." in text and '!!! warning ""\n\n    - a\n      - b' in text
    assert '```clj\n{:plan "trial"}\n```' in text


def test_docusaurus_notes_and_mdx_components():
    text, report = None, None
    found, report = plan({"a.mdx": (
        "import Tabs from '@theme/Tabs';\nexport const x = 1\n\n:::tip Try\nit\n:::\n\n<Tabs>\n  <TabItem value=\"a\" label=\"A\">\n\n"
        "  Text *a*\n\n  </TabItem>\n  <TabItem value=\"b\">\n\n  b\n\n  </TabItem>\n</Tabs>\n\n"
        "<Warning>Careful</Warning>\n\n<Odd thing={1}>\nkept\n</Odd>\n{/* gone */}\n\n`<Tabs>` and {value}\n"
    )})  # fmt: skip
    text = found.articles[0].body
    assert '!!! tip "Try"\n\n    it' in text and '=== "A"\n\n    Text *a*' in text and '=== "b"\n\n    b' in text
    assert "!!! warning\n\n    Careful" in text and "kept" in text and "`<Tabs>` and {value}" in text
    assert "import" not in text and "gone" not in text and "</" not in text
    assert {each.sort for each in report.findings} == {Sort.LOST, Sort.DEGRADED}


def test_code_tabs_and_questions_of_jekyll_plugins():
    text = liquid('{% codeexample %}\n{% codeexampletab Swift %}\n```swift\nlet a\n```\n{% endcodeexampletab %}\n{% endcodeexample %}\n'
                  "{% faq %}{% faqitem Why? %}\nBecause\n{% endfaqitem %}{% endfaq %}")[0]  # fmt: skip
    assert '=== "Swift"\n\n    ```swift\n    let a\n    ```' in text and '??? question "Why?"\n\n    Because' in text


def test_links_in_code_stay_and_pictures_in_links_are_led():
    found, report = plan(
        {
            "a.md": "`[x](b.md)` [![p](i.png)](b.md#h) [r][1] <a href='b.md'>h</a>\n\n[1]: b.md\n",
            "b.md": "x",
            "i.png": b"y",
        }
    )
    text = found.articles[0].body
    assert text.startswith("`[x](b.md)` [![p](/knowledge/files/") and "](/docs/b/#h)" in text
    assert "[1]: /docs/b/" in text and 'href="/docs/b/"' in text and report.findings == []


def test_the_address_of_the_site_is_found_from_its_links():
    found, _report = plan({
        "a/one.md": "[x](/help/a/two/) [y](/help/a/two.md#z)", "a/two.md": "[x](/help/a/one) [old](/help/was/here)",
        "a/three.md": "---\nredirect_from: [/was/here/]\n---\nx",
    })  # fmt: skip
    bodies = {each.source: each.body for each in found.articles}
    assert bodies["a/one.md"] == "[x](/docs/a/two/) [y](/docs/a/two/#z)"
    assert bodies["a/two.md"] == "[x](/docs/a/one/) [old](/docs/a/three/)"


def test_broken_front_matter_is_read_line_by_line_and_told_and_aliases_are_refused():
    found = front_matter.split("---\ntitle: a: b\ntags:\n- x\n---\ntext")
    assert found.keys == {"title": "a: b", "tags": ["x"]} and found.problem and found.text == "text"
    bomb = "---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n---\n"
    assert front_matter.split(bomb).problem
    assert front_matter.split("no front matter\n---\n").keys == {}
    assert front_matter.split("---\nwhen: !!python/object/apply:os.system [x]\n---\n").problem


def test_a_text_in_another_encoding_is_read():
    found, report = plan({"a.md": "Größe".encode("cp1252")})
    assert found.articles[0].body == "Größe" and report.findings[0].sort == Sort.DEGRADED


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3:45", 225), (225, 225), ("1:03:45", 3825), ("0:01.5", 1.5), ("soon", None), (None, None), (True, None)],
)
def test_lengths_are_read_as_people_write_them(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "piece", ["{% if x %}", "{% unless x %}", "{% include a.md %}", "{{ page.x }}", "[a](b", "![a](b)", ":::note\n", "> info \"x\"\n", "{: .note}\n",
              "<Tabs>", "</Tabs>", "`", "```\n", "<!--", "<iframe src='x'>", "{% raw %}", "[", "]", "{%", "<A b='"]
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.md", "a.mdx"])
def test_sec_26_a_hostile_file_costs_seconds_at_most(piece, name):
    files = {name: (piece * (100_000 // len(piece) + 1))[:100_000], "_config.yml": "x: 1", "_includes/a.md": "x"}
    started = time.process_time()
    plan(files)
    assert time.process_time() - started <= 2
