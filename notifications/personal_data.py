"""Field names that would put a person into an e-mail. A message may not have a field named after any of them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

PERSONAL_DATA: frozenset[str] = frozenset(
    """
    name names forename forenames surname surnames initials nickname alias aliases title fullname pseudonym
    person people victim victims deceased perpetrator perpetrators suspect suspects abuser accused defendant
    family relative relatives parent mother father partner spouse husband wife child children sibling next_of_kin
    kin friend witness subject_person who
    dob birth born birthday age sex gender ethnicity nationality religion disability sexuality pregnancy
    address addresses street postcode uprn place location phone telephone mobile email mail contact
    nhs_number crime_number number_plate passport
    death died manner cause injuries injury circumstances summary narrative story background
    health diagnosis medication toxicology police_record conviction charge offence trial inquest coroner
    reason reasons note notes comment comments description details detail free_text text body quote
    """.split()
)
"""Names of people and of what happened to them, and of open text that could hold either. ``partnership`` and
``organisation`` are not on it: a message may say which team or body it speaks of."""


def personal_fields(message: type[Any]) -> list[str]:
    """The fields of a message, and of the dataclasses it holds, that are named after personal data.

    A field counts when its name, or any part of it between underscores, is on the list: ``victim_name`` and
    ``name_of_chair`` both do.
    """
    return _walk(message, "", set())


def _walk(kind: type[Any], prefix: str, seen: set[type[Any]]) -> list[str]:
    seen.add(kind)
    hints = get_type_hints(kind)
    found: list[str] = []
    for field in fields(kind):
        parts = {field.name, field.name.rstrip("s"), *field.name.split("_")}
        if parts & PERSONAL_DATA:
            found.append(prefix + field.name)
        for inner in _classes(hints[field.name]):
            if inner not in seen:
                found.extend(_walk(inner, f"{prefix}{field.name}.", seen))
    return found


def _classes(hint: Any) -> list[type[Any]]:
    if isinstance(hint, type) and is_dataclass(hint):
        return [hint]
    return [one for argument in get_args(hint) for one in _classes(argument)]
