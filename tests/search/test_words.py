"""Text as words, queries, spelling and highlighting: pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import fold, stem, tokens
from search.asking import asked, normalized, with_others
from search.highlighting import LONGEST_PASSAGE, Wanted, marked, passage
from search.spelling import Speller, best, deletions, distance, doubted, split


def terms(text, language="en"):
    return [token.term for token in tokens(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Connections", ["connect"]),
        ("api_key", ["api", "key", "apikey"]),
        ("/v1/keys", ["v1", "key"]),
        ("429 SIGABRT", ["429", "sigabrt"]),
        ("getUserId", ["get", "user", "id", "getuserid"]),
        ("JavaScript iOS GitHub", ["javascript", "io", "github"]),
        ("set-up", ["set", "up", "setup"]),
        ("customer's customer’s don't", ["custom", "custom", "dont"]),
        ("Müller Straße ﬁle ＡＢＣ", ["muller", "strass", "file", "abc"]),
        ("世界你好", ["世界", "界你", "你好"]),
        ("🔑 \x00 \ud800 …", []),
        ("a" * 100, ["a" * 64]),
    ],
)
def test_text_as_terms(text, expected):
    assert terms(text) == expected


def test_each_language_has_its_stems():
    assert terms("Rechnungen", "de-AT") == terms("Rechnung", "de")
    assert stem("rechnungen", "en") != stem("rechnungen", "de")
    assert terms("Häuser", "xx") == ["hauser"]


def test_a_token_says_where_it_stands():
    text = "Set the api_key."
    assert [(text[each.start : each.end], each.position) for each in tokens(text)] == [
        ("Set", 0),
        ("the", 1),
        ("api", 2),
        ("key", 3),
        ("api_key", 2),
    ]


@given(st.text(max_size=200))
def test_any_text_has_words_that_stand_in_it(text):
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.term and "\x00" not in token.term
    asked(text, is_prefix=True)
    assert fold(fold(text)) == fold(text) or not text.isascii()


@given(st.text(max_size=300))
def test_any_text_can_be_marked_and_loses_nothing(text):
    wanted = Wanted(frozenset(each.term for each in tokens(text)), prefix="a")
    assert "".join(piece for piece, _is_match in marked(text, wanted)) == text
    passage(text, wanted)


def test_a_query_is_words_phrases_and_an_unfinished_word():
    found = asked('how to "rotate the key" sin', is_prefix=True)
    assert {each.word for each in found.words if each.is_must} == {"rotate", "key"}
    assert {each.word for each in found.words if each.is_stop} == {"how", "to", "the"}
    assert found.phrases == ((("rotate", 0), ("the", 1), ("key", 2)),)
    assert found.prefix == "sin"
    assert not any(each.is_stop for each in asked("what is it").words)
    assert asked("done ", is_prefix=True).prefix == ""


def test_a_long_query_is_cut():
    assert len(asked("word " * 5000 + " ".join(f"w{n}" for n in range(500))).words) <= 64


def test_synonyms_are_extras_that_count_less():
    found = asked("SSO setup", synonyms=[["sso", "single sign-on"], ["unrelated", "words"]])
    extras = {each.word: each.weight for each in found.words if each.is_extra}
    assert 0 < extras["single"] < 0.5
    assert "unrelated" not in extras


def test_a_query_is_normal_and_corrected_in_its_words_alone():
    assert normalized("  How do-I, RESET (it)? ") == "how do i reset it"
    assert with_others('The "Webhok" (url)', {"webhok": "webhook"}) == 'The "webhook" (url)'


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("webhok", "webhook"),
        ("passwrod", "password"),
        ("pasword", "password"),
        ("connnection", "connection"),
        ("invoive", "invoice"),
        ("nivoice", "invoice"),
        ("biling", "billing"),
    ],
)
def test_a_slip_finds_its_word(typed, word):
    counts = {"webhook": 50, "password": 200, "invoice": 30, "billing": 20, "connection": 10, "filing": 3}
    assert Speller(counts).near(typed)[0] == word
    assert deletions(typed) & deletions(word)


def test_what_is_no_word_is_not_corrected():
    speller = Speller({"429000": 5, "keys": 5, "sk12ab": 2, "cats": 9})
    assert speller.near("429001") == speller.near("key") == speller.near("sk12ac") == speller.near("xyzzy") == []
    assert best("cuts", {"cats": 0}) == []


def test_a_frequent_word_is_meant_rather_than_a_rare_one():
    assert best("plam", {"plan": 900, "palm": 1})[0] == "plan"
    assert doubted("teh", 1, {"the": 20}) == ""
    assert doubted("planm", 1, {"plan": 500}) == "plan"
    assert doubted("plans", 20, {"plan": 500}) == ""


def test_distance_knows_slips_of_hands():
    assert distance("ab", "ab") == 0
    assert distance("invoive", "invoice") < distance("invoipe", "invoice") <= 1
    assert distance("nivoice", "invoice") < 1.1
    assert distance("abxde", "acbye") >= 2


def test_two_words_written_as_one_are_told_apart():
    assert split("apikey", {"api": 5, "key": 7}) == ("api", "key")
    assert split("apikey", {"api": 5}) == ()


def test_a_passage_is_where_the_words_stand_together():
    text = "Billing is here. " * 30 + "Rotate the API key   every\nmonth. " + "More about other things. " * 30
    pieces = passage(text, Wanted(frozenset({"rotat", "key"})))
    whole = "".join(piece for piece, _is_match in pieces)
    assert "Rotate the API key every month." in whole
    assert [piece for piece, is_match in pieces if is_match] == ["Rotate", "key"]
    assert whole.startswith("… ") and whole.endswith(" …")
    assert len(whole) <= LONGEST_PASSAGE + 4


def test_a_passage_without_matches_is_the_beginning():
    pieces = passage("First words. " * 50, Wanted(frozenset({"nothing"})))
    assert pieces[0][0].startswith("First words.")
    assert not any(is_match for _text, is_match in pieces)


def test_accents_and_joined_words_are_marked_where_they_stand():
    assert marked("Die Müllers zahlen", Wanted(frozenset({stem("mullers", "de")}), "de"))[1] == ("Müllers", True)
    assert marked("the api_key", Wanted(frozenset({"apikey"})))[1] == ("api_key", True)
    assert marked("Rotation", Wanted(frozenset(), prefix="rot")) == (("Rotation", True),)
