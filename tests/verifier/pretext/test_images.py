"""Pictures by their hashes."""

from __future__ import annotations

import pytest

from tests.stubs import sketch
from verifier.pretext.images import Picture, distance, in_meeting, one_picture, same

BASE = int("5ac3" * 16, 16)


def pdq(bits: int) -> str:
    return f"{BASE ^ ((1 << bits) - 1):064x}"


@pytest.mark.parametrize("bits", [0, 1, 31, 200])
def test_distance_counts_bits(bits: int) -> None:
    assert distance(pdq(0), pdq(bits)) == bits


@pytest.mark.parametrize(("bits", "one"), [(0, True), (31, True), (32, False), (128, False)])
def test_one_picture_up_to_thirty_one_bits(bits: int, one: bool) -> None:
    assert same(Picture(pdq=pdq(0)), Picture(pdq=pdq(bits))) is one


def test_blank_pictures_are_nobodys() -> None:
    blank = Picture(pdq="0" * 64)
    assert not same(blank, blank)
    assert same(Picture("ab" * 32), Picture("ab" * 32, "0" * 64))


def test_groups_chain_and_nothing_is_no_picture() -> None:
    groups = one_picture([Picture(pdq=pdq(0)), Picture(), Picture(pdq=pdq(20)), Picture(pdq=pdq(40)), Picture()])
    assert groups[0] == groups[2] == groups[3]
    assert len({groups[0], groups[1], groups[4]}) == 3


def test_hashes_of_the_meeting_are_read_and_others_passed_over() -> None:
    signals = [
        {"signal_id": f"s{n}", "kind": "shared_file", "details": details}
        for n, details in enumerate(({"pdq": pdq(3).upper()}, {"pdq": "xyz"}, {"sha256": 7}, {}))
    ]
    assert in_meeting(sketch(signals=tuple(signals))) == (Picture(pdq=pdq(3)),)
