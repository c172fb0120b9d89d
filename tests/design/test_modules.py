"""What the small modules do for those who have JavaScript, tried in a browser as a person would."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.design import urls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURE = {"name": "screen.png", "mimeType": "image/png", "buffer": b"x" * 500}


@pytest.fixture
def writing(page: Page) -> Page:
    urls.DRAFTS.clear()
    urls.SENT.clear()
    page.goto("/writing/")
    page.wait_for_load_state("networkidle")
    return page


def test_a_countdown_says_the_time_left_in_the_words_of_the_server(writing: Page):
    expect(writing.locator("#promise time")).to_have_text("first response in 1 h 55")


def test_time_left_has_few_words(writing: Page):
    words = {
        42 * 60 + 59: "42 min",
        60 * 60: "1 h",
        5 * 3600 + 10 * 60: "5 h 10",
        5 * 3600 + 5 * 60: "5 h 05",
        19 * 3600 + 59 * 60: "19 h",
        3 * 86400 + 5: "3 d",
        -18 * 60 - 5: "18 min late",
    }
    say = "async all => { const {say} = await import('/static/js/countdown.js'); return all.map(left => say(left)) }"
    assert writing.evaluate(say, [seconds * 1000 for seconds in words]) == [*words.values()]


def test_keys_move_select_and_open_in_a_list_but_not_while_one_types(writing: Page):
    writing.keyboard.press("j")
    writing.keyboard.press("j")
    writing.keyboard.press("x")
    expect(writing.get_by_label("Select second")).to_be_checked()
    writing.keyboard.press("k")
    writing.keyboard.press("Enter")
    assert writing.url.endswith("#first")
    writing.get_by_label("Text").fill("")
    writing.get_by_label("Text").press_sequentially("gq n j x ?")
    expect(writing.get_by_label("Text")).to_have_value("gq n j x ?")
    assert writing.url.endswith("#first")


def test_two_keys_go_somewhere_and_a_question_mark_lists_them_all(writing: Page):
    writing.keyboard.press("g")
    writing.keyboard.press("q")
    assert writing.url.endswith("#queue")
    writing.keyboard.press("?")
    keys = writing.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Queue")
    expect(keys.get_by_text("Reply", exact=True)).to_be_visible()
    writing.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_a_note_is_chosen_by_a_key_and_looks_unlike_a_reply(writing: Page):
    writing.keyboard.press("n")
    expect(writing.locator("form.composer")).to_have_attribute("data-mode", "note")
    expect(writing.get_by_label("Text")).to_be_focused()


def test_control_enter_sends_once_with_the_button_that_is_meant(writing: Page):
    writing.get_by_label("Text").fill("Hello")
    writing.keyboard.press("Control+Enter")
    expect(writing).to_have_title("sent")
    assert len(urls.SENT) == 1
    assert (urls.SENT[0]["body"], urls.SENT[0]["then"]) == (["Hello"], ["wait"])


def test_a_second_press_while_a_letter_is_on_its_way_sends_nothing(writing: Page):
    sent = []
    writing.route("**/writing/sent/", lambda route: sent.append(route))
    writing.get_by_label("Text").fill("Hello")
    writing.evaluate(
        "() => { const button = document.querySelector('[data-send]'); button.click(); button.click(); button.click(); }"
    )
    writing.wait_for_timeout(500)
    assert len(sent) == 1
    sent[0].abort()


def test_a_draft_is_kept_when_one_pauses_and_says_so(writing: Page):
    writing.get_by_label("Text").fill("Half a tho")
    expect(writing.locator("[data-draft-said]")).to_have_text(re.compile(r"draft kept \d\d:\d\d"))
    assert urls.DRAFTS[-1] == {"kind": "reply", "body": "Half a tho"}


def test_a_draft_without_connection_stays_in_the_browser_and_comes_back(writing: Page):
    writing.route("**/writing/draft/", lambda route: route.abort())
    writing.get_by_label("Text").fill("Written on a train")
    expect(writing.locator("[data-draft-said]")).to_contain_text("no connection")
    writing.reload()
    expect(writing.get_by_label("Text")).to_have_value("Written on a train")
    expect(writing.locator("[data-draft-said]")).to_contain_text("brought back")


def test_files_are_sent_at_once_and_their_keys_go_with_the_letter(writing: Page):
    writing.set_input_files("#id_files", [PICTURE])
    expect(writing.locator(".file .about")).to_contain_text("ready")
    writing.get_by_label("Text").fill("See the picture")
    writing.get_by_role("button", name="Send and wait").click()
    expect(writing).to_have_title("sent")
    assert len(urls.SENT[0]["attachments"]) == 1


def test_a_refused_file_stays_in_the_list_with_its_reason_and_is_not_sent(writing: Page):
    large = {**PICTURE, "name": "film.mov", "buffer": b"x" * 2000}
    writing.set_input_files("#id_files", [{**PICTURE, "name": "bad.exe"}, large])
    failed = writing.locator(".file.failed")
    expect(failed).to_have_count(2)
    expect(failed.filter(has_text="bad.exe")).to_contain_text("files of this kind are not taken")
    expect(failed.filter(has_text="film.mov")).to_contain_text("larger than")
    assert writing.locator('input[name="attachments"]').count() == 0
    failed.first.get_by_role("button", name="Remove").click()
    expect(failed).to_have_count(1)


def test_a_file_that_did_not_arrive_can_be_tried_again(writing: Page):
    writing.route("**/writing/files/", lambda route: route.abort(), times=1)
    writing.set_input_files("#id_files", [PICTURE])
    writing.get_by_role("button", name="Try again").click()
    expect(writing.locator(".file .about")).to_contain_text("ready")


def test_the_preview_shows_the_text_as_the_server_renders_it(writing: Page):
    writing.get_by_label("Text").fill("bold")
    writing.get_by_role("button", name="Preview").click()
    expect(writing.locator(".preview b")).to_have_text("bold")
    writing.get_by_role("button", name="Preview").click()
    expect(writing.get_by_label("Text")).to_be_focused()


def test_the_theme_is_switched_and_remembered_by_the_server(writing: Page):
    switch = writing.get_by_role("button", name="Theme: as the system")
    switch.click()
    writing.reload()
    expect(writing.locator("html")).to_have_attribute("data-theme", "light")
    writing.get_by_role("button", name="Theme: light").click()
    writing.reload()
    expect(writing.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_palette_finds_a_command_by_part_of_its_name(writing: Page):
    writing.keyboard.press("Control+k")
    writing.get_by_role("combobox").fill("queu")
    expect(writing.get_by_role("option", selected=True)).to_contain_text("Queue")
    writing.keyboard.press("Enter")
    assert writing.url.endswith("#queue")
