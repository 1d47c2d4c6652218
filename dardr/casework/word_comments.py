"""Comments and tracked changes of a Word file (.docx), in the order of its text, with who made them and when.

A paragraph is read as it was before anybody changed it: what was deleted since stands in it, what was inserted stands
not. So the copies of several readers have the same paragraphs, and what they said of one stands together. Changes of
two authors in one sentence stay two changes. The file comes from anybody: ``dardr.casework.word_parts`` opens it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dardr.casework.word_parts import CannotReadWord, WordParts, opened

MOST_PARAGRAPHS = 20_000
MOST_REMARKS = 5_000
MOST_OPEN = 50
"""Comments that may lie over the same words; of one more the place is kept, and not the words."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"

COMMENT, REPLY = "comment", "reply"
INSERTED, DELETED, REPLACED = "inserted", "deleted", "replaced"
MOVED_AWAY, MOVED_HERE = "moved_away", "moved_here"
UNTRACKED = "untracked"

_CHANGES = {
    f"{_W}ins": INSERTED,
    f"{_W}del": DELETED,
    f"{_W}moveFrom": MOVED_AWAY,
    f"{_W}moveTo": MOVED_HERE,
}
_P, _T, _DEL_TEXT, _RUN = f"{_W}p", f"{_W}t", f"{_W}delText", f"{_W}r"
_BEGINS, _ENDS, _REFERENCE = f"{_W}commentRangeStart", f"{_W}commentRangeEnd", f"{_W}commentReference"
_BLANK = {f"{_W}tab": "\t", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {f"{_W}instrText", f"{_W}delInstrText", _FALLBACK}
_PROPERTIES = {
    f"{_W}{name}" for name in ("pPr", "rPr", "tblPr", "tcPr", "trPr", "sectPr", "tblGrid", "sdtPr", "tblPrEx")
}
_FORMATTING = {
    f"{_W}{name}"
    for name in (
        "rPrChange", "pPrChange", "tblPrChange", "tcPrChange", "trPrChange", "sectPrChange", "tblGridChange",
        "numberingChange", "tblPrExChange", "cellIns", "cellDel", "cellMerge",
    )
}  # fmt: skip
_MARKS = (
    *_CHANGES,
    *_FORMATTING,
    *(_BEGINS, _ENDS, _REFERENCE, f"{_W}txbxContent"),
)
"""What makes a paragraph one that is read piece by piece; a text box has paragraphs of its own."""
_NOTES = {"footnotes": "Footnote", "endnotes": "Endnote", "header": "Head of the page", "footer": "Foot of the page"}


@dataclass(slots=True)
class Paragraph:
    """One paragraph before any change. ``number`` counts those of the body that have words, from 1; 0 for others."""

    number: int
    text: str
    heading: str


@dataclass(slots=True)
class Remark:
    """One comment or change. ``at`` is the index of its paragraph, None for a comment that is tied to no words.

    ``made`` is when, as the file says it (ISO text, no zone); ``reply_to`` the index of the remark it answers.
    """

    kind: str
    author: str
    made: str
    at: int | None = None
    text: str = ""
    old: str = ""
    new: str = ""
    quote: str = ""
    offset: int = 0
    resolved: bool = False
    reply_to: int | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two remarks of two copies of a file the same one."""
        return (self.kind, self.author, self.made, self.text, self.old, self.new)

    @property
    def made_on(self) -> date | None:
        """The day the file gives, where it is one."""
        try:
            return date.fromisoformat(self.made[:10])
        except ValueError:
            return None


@dataclass(slots=True)
class WordReading:
    """What was read of one file. ``formatting`` counts changes of looks and of paragraph marks alone: not listed."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    formatting: int = 0


def read_word(content: bytes) -> WordReading:
    """Every comment and tracked change of a Word file. Raises CannotReadWord with the reason in a sentence."""
    with opened(content) as parts:
        return _Reader(parts).read()


@dataclass(slots=True)
class _Said:
    """A comment as ``comments.xml`` has it."""

    author: str
    made: str
    text: str
    paragraph_id: str


@dataclass(frozen=True, slots=True)
class _Change:
    """What was done to words: by whom, when. ``was_there``: they stood in the text before.

    ``of`` is the insertion by which they had come, where they did not.
    """

    kind: str
    author: str
    made: str
    was_there: bool
    of: _Change | None = None


@dataclass(slots=True)
class _Piece:
    """Words of one kind in a paragraph, in their order. ``change`` None: nobody touched them."""

    change: _Change | None
    text: str
    offset: int

    @property
    def was_there(self) -> bool:
        """Whether the words stood in the text before any change."""
        return self.change is None or self.change.was_there


class _Reader:
    """Walks the parts of one file once."""

    def __init__(self, parts: WordParts) -> None:
        self._parts = parts
        self._found = WordReading()
        self._said = self._comments()
        self._headings = self._heading_styles()
        self._open: dict[str, list[str]] = {}
        self._anchors: dict[str, tuple[int, str, int]] = {}
        self._placed: dict[str, int] = {}
        self._number = 0
        self._heading = ""

    def read(self) -> WordReading:
        """Body first, then notes, heads and feet."""
        root = self._parts.root("word/document.xml")
        body = root.find(f"{_W}body") if root is not None else None
        if body is None:
            raise CannotReadWord("it is damaged: it has no text. Open it in Word, save it again, and choose it again.")
        self._walk(body, body=True)
        for name in sorted(self._parts.names):
            kind = re.fullmatch(r"word/(footnotes|endnotes|header|footer)\d*\.xml", name)
            if kind and (notes := self._parts.root(name)) is not None:
                self._heading = _NOTES[kind[1]]
                self._walk(notes, body=False)
        self._comments_without_place()
        self._replies()
        return self._found

    # --- comments.xml --------------------------------------------------------------------------------------

    def _comments(self) -> dict[str, _Said]:
        root = self._parts.root("word/comments.xml")
        found: dict[str, _Said] = {}
        for one in root.iter(f"{_W}comment") if root is not None else ():
            paragraphs = list(one.iter(_P))
            lines = [_words(p).strip() for p in paragraphs]
            found[one.get(f"{_W}id") or ""] = _Said(
                author=one.get(f"{_W}author") or "",
                made=one.get(f"{_W}date") or "",
                text="\n".join(line for line in lines if line),
                paragraph_id=(paragraphs[-1].get(f"{_W14}paraId") or "") if paragraphs else "",
            )
        return found

    def _heading_styles(self) -> frozenset[str]:
        """Styles of headings: their built-in name is English whatever the language of the Word that wrote the file."""
        root = self._parts.root("word/styles.xml")
        found: set[str] = set()
        for said in root.iter(f"{_W}name", f"{_W}outlineLvl") if root is not None else ():
            value = said.get(f"{_W}val") or ""
            if said.tag == f"{_W}name" and value.lower().startswith("heading"):
                found.add(said.getparent().get(f"{_W}styleId") or "")
            elif said.tag == f"{_W}outlineLvl" and value < "9":
                found.add(said.getparent().getparent().get(f"{_W}styleId") or "")
        return frozenset(found)

    # --- paragraphs ----------------------------------------------------------------------------------------

    def _walk(self, root: Any, *, body: bool) -> None:
        twice = next(root.iter(_FALLBACK), None) is not None
        marked = self._marked(root)
        for paragraph in root.iter(_P):
            if len(self._found.paragraphs) >= MOST_PARAGRAPHS:
                raise CannotReadWord(f"it has more than {MOST_PARAGRAPHS:,} paragraphs, which no report has.")
            if not twice or next(paragraph.iterancestors(_FALLBACK), None) is None:
                self._paragraph(paragraph, paragraph in marked or bool(self._open), body=body)

    def _marked(self, root: Any) -> set[Any]:
        """The paragraphs with a mark of somebody in them; changes of looks, and of a paragraph's end, are counted."""
        found: set[Any] = set()
        for mark in root.iter(*_MARKS):
            if mark.tag in _FORMATTING or mark.getparent().tag in _PROPERTIES:
                self._found.formatting += 1
            elif (paragraph := next(mark.iterancestors(_P), None)) is not None:
                found.add(paragraph)
        return found

    def _paragraph(self, paragraph: Any, marked: bool, *, body: bool) -> None:
        """One paragraph; most have no mark of anybody in them, and are read at once."""
        at = len(self._found.paragraphs)
        pieces: list[_Piece] = []
        if marked:
            self._read(paragraph, None, pieces, at)
            text = _tidy("".join(piece.text for piece in pieces if piece.was_there))
        else:
            text = _tidy(_words(paragraph))
        if body and text and _style(paragraph) in self._headings:
            self._heading = text[:120]
        if body and text:
            self._number += 1
        self._found.paragraphs.append(Paragraph(self._number if body and text else 0, text, self._heading))
        for said in _changes(pieces, at):
            self._add(said)

    def _add(self, remark: Remark) -> int:
        if len(self._found.remarks) >= MOST_REMARKS:
            raise CannotReadWord(f"it holds more than {MOST_REMARKS:,} comments and changes. Give it in parts.")
        self._found.remarks.append(remark)
        return len(self._found.remarks) - 1

    def _read(self, element: Any, change: _Change | None, pieces: list[_Piece], at: int) -> None:
        """The words of one element and what is in it, in order; ``change`` is what was done to all of them."""
        for child in element:
            tag = child.tag
            if tag == _RUN:
                self._run(child, change, pieces, at)
            elif tag in _CHANGES:
                self._read(child, _change(child, change), pieces, at)
            elif tag in _PROPERTIES:
                continue
            elif tag == _BEGINS:
                if len(self._open) < MOST_OPEN:
                    self._open[child.get(f"{_W}id") or ""] = []
                self._anchors[child.get(f"{_W}id") or ""] = (at, "", _length(pieces))
            elif tag == _ENDS:
                self._close(child.get(f"{_W}id") or "")
            elif tag not in _SKIPPED and tag != _P and isinstance(tag, str):
                self._read(child, change, pieces, at)

    def _run(self, run: Any, change: _Change | None, pieces: list[_Piece], at: int) -> None:
        for child in run:
            tag = child.tag
            if tag in (_T, _DEL_TEXT):
                self._words(child.text or "", change, pieces)
            elif tag in _BLANK:
                self._words(_BLANK[tag], change, pieces)
            elif tag == _REFERENCE:
                self._comment(child.get(f"{_W}id") or "", at, _length(pieces))

    def _words(self, text: str, change: _Change | None, pieces: list[_Piece]) -> None:
        for quoted in self._open.values():
            quoted.append(text)
        if change is not None and change.of is not None:  # taken out again of what another author had put in
            _append(pieces, change.of, text)
        _append(pieces, change, text)

    # --- comments in the text ------------------------------------------------------------------------------

    def _close(self, number: str) -> None:
        if number in self._open:
            quote = _tidy("".join(self._open.pop(number)))
            at, _, offset = self._anchors[number]
            self._anchors[number] = (at, quote, offset)

    def _comment(self, number: str, at: int, offset: int) -> None:
        said = self._said.get(number)
        if said is None or number in self._placed:
            return
        self._close(number)
        where, quote, begins = self._anchors.get(number, (at, "", offset))
        remark = Remark(COMMENT, said.author, said.made, where, said.text, quote=quote, offset=begins)
        self._placed[number] = self._add(remark)

    def _comments_without_place(self) -> None:
        for number, said in self._said.items():
            if number not in self._placed:
                where, quote, offset = self._anchors.get(number, (None, "", 0))
                remark = Remark(COMMENT, said.author, said.made, where, said.text, quote=quote, offset=offset)
                self._placed[number] = self._add(remark)

    def _replies(self) -> None:
        """Which comment answers which, and which are marked as resolved."""
        root = self._parts.root("word/commentsExtended.xml")
        by_paragraph = {said.paragraph_id: number for number, said in self._said.items() if said.paragraph_id}
        for one in root.iter(f"{_W15}commentEx") if root is not None else ():
            number = by_paragraph.get(one.get(f"{_W15}paraId") or "")
            if number is None:
                continue
            remark = self._found.remarks[self._placed[number]]
            remark.resolved = one.get(f"{_W15}done") in ("1", "true")
            parent = by_paragraph.get(one.get(f"{_W15}paraIdParent") or "")
            if parent is not None and parent != number:
                answered = self._found.remarks[self._placed[parent]]
                remark.kind, remark.reply_to = REPLY, self._placed[parent]
                if remark.at is None:
                    remark.at, remark.quote, remark.offset = answered.at, answered.quote, answered.offset


def _change(element: Any, around: _Change | None) -> _Change:
    """The change an element stands for, within another one or not."""
    kind = _CHANGES[element.tag]
    takes_out = kind in (DELETED, MOVED_AWAY)
    put_in = around is not None and not around.was_there
    author, made = element.get(f"{_W}author") or "", element.get(f"{_W}date") or ""
    return _Change(kind, author, made, takes_out and not put_in, around if takes_out and put_in else None)


def _append(pieces: list[_Piece], change: _Change | None, text: str) -> None:
    """More words: to the piece before where the same was done to it, else as a piece of their own."""
    last = pieces[-1] if pieces else None
    if last is not None and _alike(last.change, change):
        last.text += text
    else:
        pieces.append(_Piece(change, text, _length(pieces)))


def _words(paragraph: Any) -> str:
    """The words of a paragraph that nobody changed."""
    return "".join([one.text or "" if one.tag == _T else _BLANK[one.tag] for one in paragraph.iter(_T, *_BLANK)])


def _style(paragraph: Any) -> str | None:
    """The style of a paragraph; its properties come first, and its style is the first of them."""
    first = paragraph[0] if len(paragraph) else None
    named = first[0] if first is not None and first.tag == f"{_W}pPr" and len(first) else None
    return named.get(f"{_W}val") if named is not None and named.tag == f"{_W}pStyle" else None


def _tidy(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _length(pieces: list[_Piece]) -> int:
    """How many characters stood before this place, before any change."""
    return sum(len(piece.text) for piece in pieces if piece.was_there)


def _alike(one: _Change | None, other: _Change | None) -> bool:
    """The same kind of change by the same author; Word cuts one change into many at every change of looks."""
    if one is None or other is None:
        return one is other
    return (one.kind, one.author, one.was_there) == (other.kind, other.author, other.was_there)


def _changes(pieces: list[_Piece], at: int) -> Iterator[Remark]:
    """The changes of a paragraph in their order; what one author put in the place of other words is one change."""
    index = 0
    while index < len(pieces):
        piece, after = pieces[index], pieces[index + 1] if index + 1 < len(pieces) else None
        index += 1
        change = piece.change
        if change is None or not piece.text.strip():
            continue
        if after is not None and _in_its_place(piece, after):
            old, new = (piece, after) if change.kind == DELETED else (after, piece)
            index += 1
            yield Remark(REPLACED, change.author, change.made, at, old=old.text, new=new.text, offset=piece.offset)
        elif change.kind in (DELETED, MOVED_AWAY):
            yield Remark(change.kind, change.author, change.made, at, old=piece.text, offset=piece.offset)
        else:
            yield Remark(change.kind, change.author, change.made, at, new=piece.text, offset=piece.offset)


def _in_its_place(one: _Piece, other: _Piece) -> bool:
    """Whether one author took out the one and put in the other, side by side."""
    a, b = one.change, other.change
    if a is None or b is None or a.author != b.author or not other.text.strip():
        return False
    return {a.kind, b.kind} == {INSERTED, DELETED}
