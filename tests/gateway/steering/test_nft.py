"""The library that speaks to the kernel, where it cannot."""

from __future__ import annotations

import pytest

from agent.gateway.steering.nft import Nft, NftError


def test_without_the_library() -> None:
    """What is missing is named, with the command that mends it."""
    with pytest.raises(NftError, match=r"libnothing\.so is missing") as caught:
        Nft(library="libnothing.so")
    assert caught.value.remedy == "as root: apt-get install nftables"


def test_names_of_tables() -> None:
    """A name that is more than one never reaches the library."""
    with pytest.raises(ValueError, match="table's name"):
        Nft("x; flush ruleset")


def test_a_remedy_is_part_of_the_text() -> None:
    """Whoever prints the error says both what is wrong and what to do."""
    assert str(NftError("no", "do this")) == "no; do this"
    assert str(NftError("no", "")) == "no"
