"""Whether how a branch of the family is reached looks like how the person suspected is: said to whoever confirms.

Only that it is alike is said, never a name or an address. It decides nothing: a person confirms the recipient.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy.orm import Session

from dardr.casework.names_used import identity_values, words_of
from dardr.lookups.identities import Identities
from dardr.storage.reviews import Record
from notifications.mail import addresses_in

SUSPECTED = "suspected"
SHORTEST_NUMBER = 7
"""Digits that a telephone number has at least; shorter ones are house numbers, dates and the like."""
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b")
_NUMBER = re.compile(r"\d[\d ]+\d")
_HOUSE = re.compile(r"\b(\d+[A-Za-z]?)\s+[A-Za-z]{2}")
"""The number of a house, before the name of its street: of “Flat 3, 14 Long Road” it is 14."""


def like_the_person_suspected(session: Session, branch: Identities, review: Record) -> list[str]:
    """Sentences about what is alike; empty where nothing is. Ask ``dardr.lookups.family.find_branch`` first."""
    names, addresses, contacts = list[str](), list[str](), list[str]()
    for values in identity_values(session, review):
        names.append(str(values.get("suspected_name") or ""))
        if values.get("part_in_case") == SUSPECTED:
            names += [str(values.get(name) or "") for name in ("part_name", "part_other_names")]
            addresses.append(str(values.get("part_address") or ""))
            contacts.append(str(values.get("part_contact") or ""))
    mine = {one.field.name: _lines(one.latest.value) for one in branch.facts}
    advocate = mine.get("advocate_contact", [])
    found = []
    if any(_same_name(name, names) for name in mine.get("contact_name", [])):
        found.append("The name we write to is also recorded for the person suspected.")
    if any(_same_name(name, mine.get("family_people", [])) for name in names):
        found.append("Somebody of this branch has the name that is recorded for the person suspected.")
    if _places(["\n".join(mine.get("contact_address", []))]) & _places(addresses):
        found.append("The address for letters is also recorded for the person suspected.")
    if _numbers(mine.get("contact_phone", [])) & _numbers(contacts):
        found.append("The telephone number is also recorded for the person suspected.")
    if _mailboxes(mine.get("contact_email", [])) & _mailboxes([*contacts, *addresses]):
        found.append("The e-mail address is also recorded for the person suspected.")
    if any(_same_name(name, advocate) for name in names) or (
        _numbers(advocate) & _numbers(contacts) or _mailboxes(advocate) & _mailboxes(contacts)
    ):
        found.append("How the advocate is reached is also recorded for the person suspected.")
    return found


def _lines(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value or "")]


def _same_name(name: str, others: Iterable[str]) -> bool:
    """Every word of a name of two or more stands in another."""
    wanted = words_of(name)
    return len(wanted) > 1 and any(wanted <= words_of(other) for other in others)


def _places(addresses: Iterable[str]) -> set[str]:
    """What tells an address from others: its postcode with the number of the house; its letters and digits in order."""
    found = set()
    for address in addresses:
        plain = re.sub(r"[^a-z0-9]", "", address.casefold())
        postcode, house = _POSTCODE.search(address.upper()), _HOUSE.search(address)
        found |= {plain} if plain else set()
        if postcode and house:
            found.add(f"{house[1].casefold()} {postcode[0].replace(' ', '')}")
    return found


def _numbers(texts: Iterable[str]) -> set[str]:
    digits = (re.sub(r"\D", "", number) for text in texts for number in _NUMBER.findall(text))
    return {number for number in digits if len(number) >= SHORTEST_NUMBER}


def _mailboxes(texts: Iterable[str]) -> set[str]:
    return {address for text in texts for address in addresses_in(text)}
