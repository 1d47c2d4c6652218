"""What if, over everything somebody may see: of every review at once, or of several reviews side by side.

The names are those of one review. Said without a reference, they stand for every review where that may come next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dardr.access import visible
from dardr.actors import Actor
from dardr.errors import Invalid, Reason
from dardr.lookups.what_if.happening import Happening
from dardr.lookups.what_if.in_turn import Asked, suppose
from dardr.lookups.what_if.names import Name, Sort, View, holds_and_proceedings, plain, steps, view_of
from dardr.lookups.what_if.short_names import ALSO_CALLED, HOLD_WORDS, SHORT
from dardr.lookups.what_if.world import World, load
from dardr.storage.reviews import RUNNING, Deadline, Hold, Record
from workflows import REVIEW_KEYS
from workflows.calendar import in_words

MILESTONES = frozenset(SHORT.values())
"""Of the steps of reviews, those that are offered over the caseload; any other may be said by its key."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be supposed: of every review where it may come (``ref`` empty), or of one review."""

    key: str
    sort: Sort
    label: str
    about: str
    ref: str = ""
    title: str = ""
    also: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, str | None]:
        """JSON-ready."""
        return {
            "name": self.key,
            "kind": str(self.sort),
            "label": self.label,
            "about": self.about,
            "review": self.ref or None,
        }


@dataclass
class Caseload:
    """Everything somebody may see that goes on, and the reviews in it, each with its own view."""

    world: World
    happening: Happening
    views: list[View]

    @classmethod
    def of(cls, session: Session, actor: Actor, today: date) -> Caseload:
        """Read once: what has not ended, what still has a date, and what is held."""
        running = sa.select(Deadline.record_id).where(*RUNNING)
        held = sa.select(Hold.record_id).where(Hold.ended_by_event.is_(None), Hold.undone_by_event.is_(None))
        goes_on = sa.or_(Record.final.is_(False), Record.id.in_(running), Record.id.in_(held))
        records = session.scalars(sa.select(Record).where(visible(actor), goes_on).order_by(Record.id)).all()
        world = load(session, records, today)
        views = [
            view_of(world, standing, None)
            for standing in world.standings.values()
            if standing.process.key in REVIEW_KEYS and not standing.final
        ]
        return cls(world, Happening(world, actor), views)

    def offers(self) -> list[Offer]:
        """What may come next of every review at once, and then of each review by itself."""
        of_each = {view.root.ref: [name for name in self._names(view) if _offered(name)] for view in self.views}
        return [*self._everywhere(of_each), *_by_review(self.views, of_each)]

    def suppose(self, one: Asked) -> dict[str, str]:
        """Suppose one thing, of the review that its name begins with or of every review; what it says. Raises Invalid
        for a name that stands for nothing."""
        for view in self.views:
            begins = plain(view.root.ref) + "."
            if plain(one.name).startswith(begins):
                of_review = replace(one, name=one.name.strip()[len(begins) :])
                with self.world.about(view.root.ref):
                    (done,) = suppose(self.happening, view, [of_review])
                return {**done, "name": one.name, "label": f"{view.root.ref}: {done['label']}"}
        return self._of_every_review(one)

    # --- every review -------------------------------------------------------------------------------------

    def _names(self, view: View) -> Iterator[Name]:
        yield from holds_and_proceedings(self.world, view)
        yield from steps(self.world, view, view.root)

    def _of_every_review(self, one: Asked) -> dict[str, str]:
        wanted = plain(one.name)
        label = next((offer.label for offer in self.offers() if plain(offer.key) == wanted and not offer.ref), "")
        count = 0
        for view in self.views:
            for name in [name for name in self._names(view) if wanted in _called_everywhere(name)]:
                label = label or f"{name.label}, {_EVERYWHERE}"
                count += self._take(view, name, one)
        if wanted in self._held_kinds():
            self.happening.end_all(wanted, one.on)
        elif not count:
            raise Invalid([Reason(self._nothing_called(one.name), one.field)])
        return {**one.as_dict(), "label": label}

    def _take(self, view: View, name: Name, one: Asked) -> bool:
        """Suppose it of one review; whether the name stands for something there. A hold that begins later stays."""
        with self.world.about(view.root.ref):
            later = [hold for hold in name.holds if one.on < hold.from_on]
            if later:
                self.world.note(f"the hold began later, on {in_words(later[0].from_on)}, so it is left as it is.")
            else:
                self.happening.apply(name, one.on, {}, one.field_of_day)
        return True

    def _held_kinds(self) -> list[str]:
        """The kinds of the open holds of all records that are looked at."""
        return sorted({hold.kind for hold in self.world.open_holds() if hold.record_id in self.world.standings})

    def _everywhere(self, of_each: dict[str, list[Name]]) -> Iterator[Offer]:
        where: dict[str, list[tuple[str, Name]]] = {}
        for ref, names in of_each.items():
            for name in names:
                where.setdefault(_key_everywhere(name), []).append((ref, name))
        held = self._held_kinds()
        for kind in sorted({*held, *(key for key, found in where.items() if _ends(found[0][1]))}):
            found = where.pop(kind, [])
            over = [name for _, name in found if name.sort is Sort.PROCEEDING]
            yield Offer(kind, Sort.HOLD, _all_end(kind, kind in held, over), _refs(ref for ref, _ in found))
        for key, found in where.items():
            name = found[0][1]
            label = f"{name.action.label if name.action else name.label}, {_EVERYWHERE}"
            yield Offer(key, name.sort, label, _refs(ref for ref, _ in found), also=name.also)

    def _nothing_called(self, name: str) -> str:
        names = [offer.key for offer in self.offers() if not offer.ref]
        known = ", ".join(names) or "none, for no hold is open and no review waits for a step"
        return (
            f"“{name}” is not a name that every review has. Name a review to suppose more, or write its reference"
            f" before the name. What can be supposed: {known}."
        )


_EVERYWHERE = "in every review where it may come next"


def _offered(name: Name) -> bool:
    """A hold or a proceeding that ends, and the steps that people plan by."""
    return _ends(name) or (name.listed and name.action is not None and name.action.key in MILESTONES)


def _ends(name: Name) -> bool:
    return name.sort in (Sort.HOLD, Sort.PROCEEDING)


def _key_everywhere(name: Name) -> str:
    """What one thing of a review is called where it is said of all: the kind of a hold, the key of a step."""
    if name.sort is Sort.PROCEEDING:
        kind = str(name.standing.facts.get("parallel_kind") or "")
        return ALSO_CALLED.get(kind, kind)
    if name.sort is Sort.HOLD:
        return name.holds[0].kind
    return name.action.key if name.action else name.key


def _called_everywhere(name: Name) -> set[str]:
    """Every way in which it may be said of all reviews; nothing for what only one review can have."""
    if name.sort is Sort.HEARING:
        return set()
    if name.sort is Sort.PROCEEDING:
        return {plain(_key_everywhere(name)), plain(str(name.standing.facts.get("parallel_kind") or ""))}
    also = name.also if name.sort is Sort.STEP else ()
    return {plain(_key_everywhere(name)), *map(plain, also)}


def _all_end(kind: str, held: bool, over: list[Name]) -> str:
    words = HOLD_WORDS.get(kind, kind.replace("_", " "))
    if not over:
        return f"Every open hold for {words} ends"
    what = over[0].standing.label
    if not held:
        return f"{what}: each that is open is over"
    return f"{what}: each that is open is over. Every open hold for {words} ends"


def _refs(refs: Iterator[str]) -> str:
    found = sorted(set(refs))
    return f"{', '.join(found)}." if found else ""


def _by_review(views: list[View], of_each: dict[str, list[Name]]) -> Iterator[Offer]:
    for view in views:
        ref = view.root.ref
        for name in of_each[ref]:
            yield Offer(f"{ref}.{name.key}", name.sort, name.label, name.about, ref, view.root.record.title)
