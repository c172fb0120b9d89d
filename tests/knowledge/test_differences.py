"""Comparing two texts."""

import time

from hypothesis import given
from hypothesis import strategies as st

from knowledge.differences import compare, paired

TEXTS = st.lists(st.sampled_from(["", "a", "b c", "a b", "# x"]), max_size=12).map("\n".join)


def words(lines, kinds):
    return ["".join(piece.text for piece in line.pieces) for line in lines if line.kind in kinds]


@given(TEXTS, TEXTS)
def test_what_is_shown_of_each_side_is_what_stands_there(old, new):
    lines = compare(old, new)
    if old == new:
        assert lines == []
        return
    for text, kinds, number in ((old, {"same", "old"}, "old_number"), (new, {"same", "new"}, "new_number")):
        shown = [line for line in lines if line.kind in kinds]
        rows = text.split("\n")
        assert ["".join(piece.text for piece in line.pieces) for line in shown] == [
            rows[getattr(line, number) - 1] for line in shown
        ]
        folded = sum(line.count for line in lines if line.kind == "fold")
        assert len(shown) + folded == len(rows)
    assert [left for left, _right in paired(lines) if left and left.kind == "old"] == [
        line for line in lines if line.kind == "old"
    ]


def test_words_that_changed_are_marked_and_equal_stretches_folded():
    old = "\n".join(["same"] * 20 + ["It takes five days."] + ["same"] * 20)
    lines = compare(old, old.replace("five", "three"))
    assert [line.count for line in lines if line.kind == "fold"] == [17, 17]
    changed = [piece.text for line in lines for piece in line.pieces if piece.is_changed]
    assert changed == ["five", "three"]


def test_two_long_texts_that_share_nothing_are_compared_in_a_moment():
    start = time.monotonic()
    compare("\n".join(f"old {n}" for n in range(20_000)), "\n".join(f"new {n}" for n in range(20_000)))
    compare("x " * 100_000, "y " * 100_000)
    assert time.monotonic() - start < 5
