"""A letter to one branch of a family, as a draft: a person reads it, changes it and gives it. It is never sent.

Every letter says that taking part is their choice, and whom to speak to. None names the person who died, the person
suspected or anybody else but the one it is written to: the person who gives it adds what should be there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from notifications.document import SAMPLE, Document, Format

SUBJECTS = {
    "first": "A review after a death: what it is, and your choices",
    "terms": "What the review will look at",
    "waits": "Part of the review has to wait",
    "reading": "The draft report is ready for you to read",
    "publication": "Publication of the report",
    "update": "How the review goes",
}
"""What a letter may be about, in the words of its heading."""

OPENING: dict[str, tuple[str, ...]] = {
    "first": (
        "We are very sorry for your loss. We write to tell you of a review that has begun after the death in your"
        " family, and of the choices you have.",
        "The review looks at how organisations worked, alone and together, and at what can be learnt, so that others"
        " may be safer. It does not ask who is to blame, and it is not part of a criminal or coroner's investigation.",
        "An independent chair leads it, who works for none of the organisations that were in touch with your family."
        " Its report uses no real names, unless your family wishes otherwise.",
    ),
    "terms": (
        "The chair and the panel are settling what the review will look at: which years, which organisations, and"
        " which questions it asks.",
        "You may know of things that nobody else does. If there are questions you would like the review to ask, we"
        " would be glad to hear them, in whatever way suits you.",
    ),
    "waits": (
        "Part of the review has to wait for a while, because of other proceedings. We would like you to hear this from"
        " us, and to know what it means.",
        "The review has not ended. What does not have to wait goes on, and what is learnt at once is acted on at once."
        " We cannot say yet when the rest can go on; we look at it again regularly, and tell you when it changes.",
        "You can speak with us at any time meanwhile. If it helps you to be told more often, or less, please say so.",
    ),
    "reading": (
        "The draft report of the review is ready for you to read, if you wish to.",
        "You may take the time you need: there is no date by which you must have read it. You may read it alone, with"
        " somebody you trust, or with your advocate, and the chair will talk it through with you if you would like"
        " that.",
        "Some of it may be painful to read. You can stop at any time. If you would rather be told about it than read"
        " it, please say so. You are welcome to comment on anything in it, or on nothing; every comment will be"
        " answered.",
    ),
    "publication": (
        "The report of the review is finished, and is to be published. We would like you to hear this from us first.",
        "It uses no real names, unless that was your wish. Please tell us of any days on which it should"
        " not appear, and whether there are words"
        " of your own that you would like to stand in it.",
        "Some of it may be painful to read. You need not read it, and you can stop at any time.",
    ),
    "update": (),
}
CHOICE = (
    "It is for you to decide whether to take part, and how: by meeting the chair, by meeting the panel, in writing, by"
    " telephone, or through somebody else. You may also choose only to be kept informed, or not to hear from us. You"
    " may change your mind at any time."
)
ADVOCACY = (
    "Specialist advocates support families through reviews like this one, free of charge and independently of us."
    " We can put you in touch with one."
)
PROCEEDINGS = (
    "While other proceedings are going on, some parts of the review may have to wait. Your family liaison officer can"
    " tell you about those proceedings; we will tell you what it means for the review."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyLetter(Document):
    """One letter to one branch, ready to be changed in Word.

    ``about`` is a key of ``SUBJECTS``. ``to`` are the lines of the address, and ``to_name`` who is greeted; both may
    be empty, and are then left for a person to fill. ``advocate`` is the organisation that supports them already;
    ``proceedings`` says that other proceedings are going on. ``languages`` are asked-for languages and formats.
    ``update`` are the paragraphs of an update, as ``family_update.UpdateDraft`` words it.
    """

    name: ClassVar[str] = "family_letter"
    label: ClassVar[str] = "Letter to a branch of the family"
    formats: ClassVar[tuple[Format, ...]] = ("docx",)

    ref: str
    about: str
    to_name: str = ""
    to: tuple[str, ...] = ()
    advocate: str = ""
    proceedings: bool = False
    languages: str = ""
    update: tuple[str, ...] = ()
    contact: str = ""

    @property
    def title(self) -> str:
        return f"Letter {self.ref}"

    @property
    def subject(self) -> str:
        """The heading of the letter."""
        return SUBJECTS[self.about]

    @property
    def greeting(self) -> str:
        """Whom it speaks to; an obvious gap where no name is recorded."""
        return f"Dear {self.to_name or '[name]'}"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text, in the order of the letter."""
        found = [*OPENING[self.about], *(self.update if self.about == "update" else (CHOICE,))]
        if self.advocate:
            found.append(f"{self.advocate} can support you, and may be with you whenever you meet or speak with us.")
        else:
            found.append(ADVOCACY)
        if self.proceedings:
            found.append(PROCEEDINGS)
        if self.languages:
            found.append(
                f"We know that you would like this in another form ({self.languages}); tell us if that changes."
            )
        return tuple(found)

    @property
    def leaflets(self) -> tuple[str, ...]:
        """What is put in the envelope with it."""
        if self.about != "first":
            return ()
        return ("The Home Office's leaflet for families", "How to reach specialist advocacy and support in bereavement")

    @classmethod
    def sample(cls) -> Self:
        return cls(
            **SAMPLE,
            prepared_on=date(2026, 12, 3),
            marking=None,
            ref="DARDR-2026-014-FB01",
            about="first",
            to_name="Robin Sample",
            to=("Robin Sample", "1 Sample Street", "Exampleton & District"),
            proceedings=True,
            languages="large print",
            contact="Example Community Safety Team, reviews@partnership.example.org",
        )
