"""Domains that registries sell names under, below a country's: `co.uk` and its like are nobody's own.

A table of what is common, not the whole of the public suffix list: that has nine thousand rows, and is another year's
by the time that it is read. Its error: an uncommon one (`k12.ca.us`) is taken for somebody's domain.
"""

from __future__ import annotations

_COMMON = frozenset(
    {"co", "com", "org", "net", "edu", "gov", "ac", "ne", "or", "go", "gob", "gouv", "govt", "gub", "mil", "nom"}
)
"""Under any country."""
_OF_COUNTRY = {
    "uk": frozenset({"sch", "nhs", "police", "mod", "me", "ltd", "plc"}),
    "au": frozenset({"id", "asn"}),
    "jp": frozenset({"ad", "ed", "gr", "lg"}),
    "kr": frozenset({"re", "pe"}),
    "nz": frozenset({"school", "geek", "gen", "kiwi", "maori", "iwi", "cri"}),
    "za": frozenset({"web", "school", "law"}),
    "in": frozenset({"firm", "gen", "ind", "nic", "res"}),
    "tr": frozenset({"k12", "bel", "pol", "gen", "web"}),
    "br": frozenset({"blog", "adv", "eco", "art"}),
    "pl": frozenset({"waw", "info"}),
    "il": frozenset({"muni", "k12"}),
}


def is_registry(name: str) -> bool:
    """True for a canonical name under which a registry sells names: two labels, the last a country's."""
    second, _, top = name.partition(".")
    return len(top) == 2 and (second in _COMMON or second in _OF_COUNTRY.get(top, ()))
