"""The columns of a chronology, and how those of somebody's own file are matched to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dardr.casework.tables.columns import Fact, guessed, plain
from dardr.errors import Invalid, Reason


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, what people read, its width in a file (characters), and words it is headed by elsewhere."""

    key: str
    label: str
    width: int
    headings: tuple[str, ...]
    help: str = ""


COLUMNS = (
    Column(
        "when", "Date", 18,
        ("date", "when", "date of event", "date of contact", "date of incident", "event date", "contact date",
         "date from", "start date", "date and time", "date time", "date of entry", "dates"),
        "As exact as you know it: 12/03/2021, March 2021, early 2019, between 3 and 7 May 2020.",
    ),
    Column("until", "Date to", 14, ("date to", "end date", "until", "to date"), "Only where it went on for some time."),
    Column("time", "Time", 10, ("time", "time of event", "time of contact", "time of day")),
    Column(
        "exactness", "How exact is the date?", 14, ("how exact", "exactness", "exact or approximate", "date accuracy"),
        "Exact, or about.",
    ),
    Column(
        "source", "Agency or service", 20,
        ("agency", "source agency", "service", "organisation", "agency or service", "team", "department"),
    ),
    Column(
        "source_record", "Record it comes from", 20,
        ("source", "source record", "source of information", "record", "source document", "evidence source",
         "information source", "system", "file"),
        "The system and the entry, so that it can be found again.",
    ),
    Column(
        "people", "Who it concerns", 18,
        ("person", "people", "persons", "who", "subject", "names", "person concerned", "individual", "family member",
         "who it concerns", "involving"),
    ),
    Column(
        "what", "What happened", 50,
        ("event", "what happened", "contact", "incident", "summary", "details", "description", "significant event",
         "event details", "contact details", "details of contact", "summary of event", "summary of contact",
         "nature of contact", "event contact", "details of event", "information"),
    ),
    Column(
        "response", "Response or decision", 40,
        ("response", "decision", "response or decision", "action taken", "outcome", "response outcome", "action",
         "actions taken", "agency response", "actions outcome", "decision made"),
    ),
    Column(
        "expected", "What policy expected", 30,
        ("expected", "policy", "policy expected", "expected practice", "what policy expected", "expected standard",
         "procedure", "policy or procedure", "standard expected"),
    ),
    Column(
        "comment", "Comment of the agency", 30,
        ("comment", "comments", "analysis", "author comment", "imr author comment", "commentary", "analysis comment",
         "authors comments", "reflection", "notes"),
    ),
    Column(
        "significant", "Significant?", 12,
        ("significant", "significance", "key event", "significant event yes no", "flag", "key", "is it significant"),
        "Yes for what matters most.",
    ),
)  # fmt: skip
"""Every column, in the order in which a chronology is read."""

BY_KEY = {column.key: column for column in COLUMNS}
KEYS_SAID = {said.casefold(): column.key for column in COLUMNS for said in (column.key, column.label)}
"""How an answer may name a column: by what people read, or by its key."""
NEEDED = ("when", "what")
"""Without these two a table is no chronology."""
YES = frozenset({"yes", "y", "x", "true", "1", "significant", "key", "high", "✓", "✔", "*"})


@dataclass(frozen=True, slots=True)
class Match:
    """Which heading of somebody's file holds which column; ``headed`` False where its tables have no headings."""

    columns: Mapping[str, str] = field(default_factory=dict)
    headed: bool = True

    @property
    def whole(self) -> bool:
        """Whether it says where the date and the event are."""
        return all(key in self.columns for key in NEEDED)

    def lines(self) -> list[str]:
        """As an answer to an action, one column a line."""
        said = [f"{BY_KEY[key].label} = {heading}" for key, heading in self.columns.items()]
        return said if self.headed else [*said, "Headings = none"]

    @classmethod
    def of(cls, lines: Iterable[str]) -> Match:
        """The match that ``lines`` said. Raises Invalid for a line that names no column."""
        columns: dict[str, str] = {}
        headed = True
        for line in lines:
            named, _, heading = (part.strip() for part in line.partition("="))
            key = KEYS_SAID.get(named.casefold(), "")
            if named.casefold() == "headings" and heading.casefold() == "none":
                headed = False
            elif key and heading:
                columns[key] = heading
            else:
                known = ", ".join(column.label for column in COLUMNS)
                raise Invalid(
                    [Reason(f"“{line[:60]}” does not say what a column holds. Write Date = and the heading in your "
                            f"file. Known are: {known}.", "columns")]
                )  # fmt: skip
        return cls(columns, headed)

    def missing(self) -> list[Reason]:
        """Why the match is not enough, one reason for each column that is needed."""
        return [
            Reason(f"Choose the column that holds “{BY_KEY[key].label}”.", f"column-{key}")
            for key in NEEDED
            if key not in self.columns
        ]


def match(headings: Sequence[str], remembered: Match | None = None) -> Match:
    """Which heading holds which column: as remembered, else by its words; each heading for one column only."""
    if remembered is not None and set(remembered.columns.values()) <= set(headings):
        return remembered
    facts = [Fact(one.key, one.label, "text", (plain(one.label), *one.headings)) for one in COLUMNS]
    found = {key: heading for heading, key in guessed(headings, facts).items()}
    return Match({key: found[key] for key in BY_KEY if key in found})


def known_headings() -> tuple[str, ...]:
    """Every heading that is known, for finding the row of headings."""
    return tuple(dict.fromkeys(name for column in COLUMNS for name in (column.label, *column.headings)))
