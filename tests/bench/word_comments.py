"""Reading the comments and tracked changes of a 200-page Word file, as a ratio to reading its words alone.

Both read the same file with the same library (lxml over the parts of the file), in turns, and the processor's time is
compared. The words alone are the text of every paragraph, as search keeps it.
"""

from __future__ import annotations

import random
from statistics import median
from time import process_time
from typing import Any

from dardr.casework.word_comments import read_word
from dardr.casework.word_parts import opened
from tests import word_files
from tests.bench.report import Ratio
from tests.word_files import a_copy, a_report, gone, ins, noted

BOUND = 2.0
TIMES = 15
PAGES = 200
PARAGRAPHS_OF_A_PAGE = 8
WORDS_OF_A_PARAGRAPH = 55
COMMENTS, CHANGED = 300, 300
WORDS_OF_A_RUN = 10
"""Word begins a new run at every change of looks, language or session: seldom are more words in one."""
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def runs(words: list[str]) -> str:
    """Words as Word writes them: in several runs, each with its own looks."""
    looks = "<w:rPr><w:rFonts w:ascii='Arial' w:hAnsi='Arial'/><w:sz w:val='22'/><w:lang w:val='en-GB'/></w:rPr>"
    cut = [words[start : start + WORDS_OF_A_RUN] for start in range(0, len(words), WORDS_OF_A_RUN)]
    return "".join(word_files.run(" ".join(some) + " ").replace("<w:r>", f"<w:r>{looks}") for some in cut)


def changed_by_two(words: list[str], pick: random.Random) -> str:
    """A paragraph in which two authors changed something."""
    cut = len(words) // 2
    who, other = pick.sample(["Ann", "Ben", "Cleo"], 2)
    old = " ".join(words[cut : cut + 2])
    return runs(words[:cut]) + gone(who, old) + ins(who, "other") + runs(words[cut + 2 :]) + ins(other, "and more.")


def a_long_file() -> bytes:
    """200 pages with several hundred comments and changes."""
    pick = random.Random(7)
    vocabulary = ["visit", "notes", "trust", "council", "letter", "housing", "record", "asked", "panel", "service"]
    texts = [
        [pick.choice(vocabulary) for _ in range(WORDS_OF_A_PARAGRAPH)] for _ in range(PAGES * PARAGRAPHS_OF_A_PAGE)
    ]
    styles = ["Heading 1" if number % 40 == 0 else "Normal" for number in range(len(texts))]
    plain = a_report([(style, "-") for style in styles])
    marked = pick.sample(range(len(texts)), COMMENTS + CHANGED)
    written = {index: runs(words) for index, words in enumerate(texts)}
    written |= {index: changed_by_two(texts[index], pick) for index in marked[:CHANGED]}
    for number, index in enumerate(marked[CHANGED:]):
        words = texts[index]
        written[index] = runs(words[:20]) + noted(number, " ".join(words[20:30])) + runs(words[30:])
    return a_copy(written, {number: ("Ann", f"Comment {number}") for number in range(COMMENTS)}, of=plain)


def words_alone(content: bytes) -> str:
    """The text of every paragraph, with the library and the limits of the other."""
    with opened(content) as parts:
        root = parts.root("word/document.xml")
        return "\n".join(_text(paragraph) for paragraph in root.iter(f"{W}p"))


def _text(paragraph: Any) -> str:
    return "".join(one.text or "" for one in paragraph.iter(f"{W}t"))


def _measured() -> Ratio:
    """The two in turns."""
    content = a_long_file()
    found = read_word(content)
    assert len(found.remarks) == COMMENTS + 2 * CHANGED, len(found.remarks)
    ours, theirs = [], []
    for _ in range(TIMES):
        for work, taken in ((read_word, ours), (words_alone, theirs)):
            began = process_time()
            work(content)
            taken.append(process_time() - began)
    return Ratio(
        f"Comments and changes of a Word file of {PAGES} pages ({len(found.remarks)} of them)",
        f"{median(ours) * 1000:.0f} ms",
        f"its words alone, {median(theirs) * 1000:.0f} ms",
        median(ours) / median(theirs),
        BOUND,
    )


def run() -> list[Ratio]:
    """What the benchmark measures."""
    return [_measured()]
