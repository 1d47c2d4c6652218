"""Chronologies kept with returns, merged into one for those who may see it, decided on by people, given out again."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from docx import Document

from dardr.casework.chronology import deciding
from dardr.casework.chronology.comparing import CROWD, Entry, compare
from dardr.casework.chronology.exporting import word, workbook
from dardr.casework.chronology.gaps import USUAL, gap_days, gaps
from dardr.casework.chronology.opposites import opposed, said_in
from dardr.errors import Conflict, Forbidden, Invalid, NotFound
from dardr.lookups.chronology import Merged, Wanted, chosen, merged_of
from dardr.storage.bodies import Body
from dardr.storage.chronologies import ChronologyLine, ChronologyMark
from dardr.storage.engine import Database
from dardr.storage.people import User
from tests.builders import Case, actor, address, at_ten, grant
from tests.chronology_files import HEADINGS, POLICE, csv_file, excel, two_returns, with_macros, without_result
from tests.fixtures import with_people
from workflows.definition import Role

DAY = date(2021, 3, 12)


def merged(review: Case, by: str = "case_manager") -> Merged:
    """The merged chronology as one of the people sees it."""
    with review.database.read() as session:
        return merged_of(session, actor(session, by), review.ref)


@pytest.fixture(scope="module")
def shared(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Case, str, str]]:
    """One review with two chronologies for the tests that only look, and those that change it at the end."""
    file = tmp_path_factory.mktemp("chronology") / "dardr.sqlite3"
    shutil.copyfile(migrated_sqlite_file, file)
    with with_people(f"sqlite:///{file}") as found:
        yield two_returns(found)


def test_lines_are_kept_with_their_return_and_the_event_holds_their_fingerprint(database: Database) -> None:
    review, police, _ = two_returns(database)
    (entry,) = review.record(police).facts["chronologies"]
    assert entry["lines_read"] == 3 and len(entry["lines_hash"]) == 64 and entry["columns"][0] == "Date = Date"
    assert "flat" not in str(review.record(police).facts)
    before = {line.row.what: line.id for line in merged(review).lines}
    with pytest.raises(Invalid, match="here already"):
        review.act("add_chronology", {"chronology_file": excel(POLICE)}, ref=police)
    changed = (POLICE[0], ("early 2019", "", "Intelligence", "B", "Report of shouting.", "", ""))
    done = review.act("add_chronology", {"chronology_file": excel(changed)}, ref=police)
    assert any("1 new, 1 as before, 2 withdrawn" in said for said in done.warnings)
    after = {line.row.what: line.id for line in merged(review).lines}
    assert after[POLICE[0][4]] == before[POLICE[0][4]] and POLICE[2][4] not in after
    with database.read() as session:
        gone = session.scalars(sa.select(ChronologyLine).where(ChronologyLine.withdrawn_by_event.is_not(None))).all()
        assert sorted(line.what for line in gone) == sorted([POLICE[1][4], POLICE[2][4]])


def test_what_cannot_be_kept_is_refused_with_what_to_do(shared: tuple[Case, str, str]) -> None:
    review, police, _ = shared
    for given, said in (
        (None, "Add the file"),
        (with_macros(), "macros"),
        (excel([("12/03/2021", "Seen")], ("Zeit", "Vorfall")), "Choose the column"),
        (excel([("12/03/2021", "", "", "", "")]), "No line of this file can be taken"),
    ):
        with pytest.raises((Invalid, Conflict), match=said):
            review.act("add_chronology", {"chronology_file": given} if given else {}, ref=police)
    with pytest.raises((Forbidden, NotFound)):
        review.act("add_chronology", {"chronology_file": excel(POLICE[:1])}, ref=police, by="other_agency_contact")


def test_lines_lie_in_the_order_of_time_and_one_without_a_day_where_its_agency_put_it(
    shared: tuple[Case, str, str],
) -> None:
    found = merged(shared[0])
    assert [line.row.when_given for line in found.lines] == [
        "early 2019", "12/03/2021", "12 March 2021", "03/06/2021", "7 June 2021", "on or about 14 June 2021",
        "not dated",
    ]  # fmt: skip
    assert found.lines[-1].placed and found.lines[0].agency == "Mereshire Police"
    assert found.whole and found.may_decide


def test_the_same_event_and_contradictions_are_found_and_explained(shared: tuple[Case, str, str]) -> None:
    found = merged(shared[0])
    said = [(pair.first.row.when_given, pair.second.row.when_given, pair.finding) for pair in found.undecided]
    incident = next(f for a, b, f in said if {a, b} == {"12/03/2021", "12 March 2021"})
    assert incident and incident.kind == "contradict" and "Same day" in incident.why
    assert "Referral: “Referral made” and “No record of referral”." in incident.why and "flat" in incident.shared
    assault = next(f for a, b, f in said if {a, b} == {"03/06/2021", "7 June 2021"})
    assert assault and "Risk: “high” and “medium”." in assault.why and "The days differ." in assault.why


def test_a_person_decides_and_may_undo_and_nothing_is_lost(sqlite_database: Database) -> None:
    database = sqlite_database
    review, _, _ = two_returns(database)
    pair = merged(review).undecided[0]
    ids = (pair.first.id, pair.second.id)

    def decide(decided: str, why: str = "", by: str = "case_manager", pair: tuple[int, int] = ids) -> None:
        with database.write() as session:
            deciding.decide(session, actor(session, by), at_ten(review.today), review.ref, *pair, decided, why)

    with pytest.raises(Invalid, match="Say in a few words"):
        decide("neither")
    with pytest.raises(Invalid, match="Choose what these"):
        decide("perhaps")
    with pytest.raises(NotFound):
        decide("same", pair=(ids[0], 10_000))
    with pytest.raises(Forbidden):
        decide("same", by="deciding_chair")
    decide("same")
    decide("contradict", "The trust had no referral.")
    found = merged(review)
    (decided,) = [one for one in found.pairs if one.decision]
    assert decided.decision and decided.decision.decided == "contradict" and not decided.first.flags
    with database.write() as session:
        mark = session.scalar(sa.select(ChronologyMark.id).where(ChronologyMark.undone_at.is_(None)))
        assert mark
        deciding.undo(session, actor(session, "case_manager"), at_ten(review.today), review.ref, mark)
    assert all(one.decision is None for one in merged(review).pairs)
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ChronologyMark)) == 2


def test_the_chair_comments_ticks_and_marks_key_lines_and_every_note_is_kept(sqlite_database: Database) -> None:
    database = sqlite_database
    review, _, _ = two_returns(database)
    with database.write() as session:
        grant(session, "independent_chair", Role.INDEPENDENT_CHAIR, review.ref)
    line = merged(review).lines[1]
    key = "How risk was assessed"

    def note(comment: str, keys: tuple[str, ...] = (key,), in_report: bool = True) -> None:
        with database.write() as session:
            by = actor(session, "independent_chair")
            deciding.note(
                session, by, at_ten(review.today), review.ref, line.id,
                comment=comment, key_lines=keys, in_report=in_report,
            )  # fmt: skip

    note("Nobody asked her alone.")
    note("Nobody asked her alone, twice.")
    note("Nobody asked her alone, twice.")
    with pytest.raises(Invalid, match="no key line"):
        note("", ("Something else",))
    found = merged(review, "independent_chair")
    kept = found.by_id[line.id].note
    assert kept and kept.comment.endswith("twice.") and kept.key_lines == (key,) and kept.by == "Oakley Example"
    assert chosen(found.lines, Wanted(key_line=key)) == chosen(found.lines, Wanted(only="in_report"))
    assert [one.id for one in chosen(found.lines, Wanted(only="commented"))] == [line.id]


def test_who_sees_which_lines(sqlite_database: Database) -> None:
    database = sqlite_database
    review, police, trust = two_returns(database)
    with database.write() as session:
        grant(session, "panel_member", Role.PANEL_MEMBER, review.ref)
        member = actor(session, "panel_member")
        session.get_one(User, member.id).body_id = session.scalar(
            sa.select(Body.id).where(Body.key == "mereshire-fire")
        )
    assert merged(review, "panel_member").lines == [] and not merged(review, "panel_member").whole
    review.act("record_draft", {"draft_reference": "Kept here"}, ref=police)
    review.act("share_with_panel", {"shared_with": ["mereshire-fire"]}, ref=police)
    assert {line.ref for line in merged(review, "panel_member").lines} == {police}
    assert not merged(review, "panel_member").may_decide
    assert merged(review, "auditor").lines == []
    for nobody in ("other_agency_contact", "agency_lead", "steering_member", "police_liaison", "communications"):
        with pytest.raises((NotFound, Forbidden)):
            merged(review, nobody)
    review.act("withdraw_request", {"withdrawn_reason": "Not needed."}, ref=trust)
    assert {line.ref for line in merged(review).lines} == {police}


def test_lines_are_asked_for_by_agency_people_time_and_kind(shared: tuple[Case, str, str]) -> None:
    review, police, _ = shared
    lines = merged(review).lines
    assert {one.ref for one in chosen(lines, Wanted(agency=police))} == {police}
    assert len(chosen(lines, Wanted(people="b"))) == 2
    in_march = chosen(lines, Wanted(from_on=date(2021, 3, 1), to_on=date(2021, 3, 31)))
    assert {one.row.first_on for one in in_march} == {DAY}
    assert len(chosen(lines, Wanted(only="significant"))) == 2
    assert [one.row.when_given for one in chosen(lines, Wanted(only="no_day"))] == ["not dated"]
    assert len(chosen(lines, Wanted(only="flagged"))) == 4


def test_gaps_are_shown_for_each_agency_and_over_all() -> None:
    def entry(number: int, source: int, first: date | None, last: date | None = None) -> Entry:
        return Entry(number, source, first, last or first, "", "")

    lines = [
        entry(1, 1, date(2020, 1, 1)), entry(2, 1, date(2020, 12, 1)), entry(3, 2, date(2020, 5, 1)),
        entry(4, 2, date(2020, 1, 1), date(2020, 12, 31)), entry(5, 1, None),
    ]  # fmt: skip
    found = [(one.source, one.after_on.isoformat(), one.days, one.vague) for one in gaps(lines, 100)]
    assert found == [(None, "2020-01-01", 120, 2), (None, "2020-05-01", 213, 2), (1, "2020-01-01", 334, 1)]
    assert (gap_days({"chronology_gap_days": 30}), gap_days({"chronology_gap_days": 0}), gap_days({})) == (
        30,
        USUAL,
        USUAL,
    )


@pytest.mark.parametrize(
    ("one", "other", "about"),
    [
        ("Attended the clinic", "DNA clinic", "Attendance"),
        ("Seen alone by the nurse", "Seen with her partner", "Seen alone"),
        ("Referral sent to social care", "No referral received from police", "Referral"),
        ("She disclosed abuse", "Denied any domestic abuse", "Disclosure"),
        ("Graded as high risk", "Risk assessed as standard", "Risk"),
        ("Consent given", "Refused consent", "Consent"),
        ("Bruising to arm", "No visible injuries", "Injury"),
    ],
)
def test_statements_that_contradict_each_other(one: str, other: str, about: str) -> None:
    assert [said.partition(":")[0] for said in opposed(said_in(one), said_in(other))] == [about]
    assert opposed(said_in(one), said_in(one)) == []


def test_lines_of_one_return_are_not_compared_and_nor_are_events_with_nothing_in_common() -> None:
    def entry(number: int, source: int, text: str, day: date = DAY) -> Entry:
        return Entry(number, source, day, day, "", text)

    same = "Police attended a domestic incident at the flat"
    assert compare([entry(1, 1, same), entry(2, 1, same)]).findings == []
    assert compare([entry(1, 1, same), entry(2, 2, "Repeat prescription collected")]).findings == []
    assert compare([entry(1, 1, same), entry(2, 2, same, DAY + timedelta(days=30))]).findings == []
    assert [one.kind for one in compare([entry(1, 1, same), entry(2, 2, same)]).findings] == ["same"]
    crowd = [entry(number, number, "Did not attend the clinic") for number in range(2 * CROWD)]
    found = compare(crowd)
    assert found.crowded and len(found.findings) < 3 * CROWD  # each with the next, never each with each


def test_the_workbook_and_the_word_file_open_and_hold_every_line_with_its_source(
    shared: tuple[Case, str, str], tmp_path: Path
) -> None:
    review, police, _ = shared
    given = csv_file([*POLICE, ("2 May 2020", "", "Log", "", "=1+1 <b>", "", "")])
    review.act("add_chronology", {"chronology_file": given}, ref=police)
    found = merged(review)
    book = openpyxl.load_workbook(io.BytesIO(workbook(found, found.lines)))
    rows = list(book["Chronology"].iter_rows(values_only=True))
    assert len(rows) == 9 and rows[1][1] == "early 2019" and rows[1][6] == "Mereshire Police"
    assert all(cell.data_type != "f" for row in book["Chronology"].iter_rows() for cell in row)
    assert any("=1+1 <b>" == row[9] for row in rows)
    assert "Told differently" in str(list(book["To look at"].iter_rows(values_only=True)))
    assert getattr(getattr(book["Chronology"].oddHeader, "center", None), "text", "") == "OFFICIAL-SENSITIVE"
    content = word(found, found.lines)
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    assert (section.page_width or 0) > (section.page_height or 0)
    assert section.header.paragraphs[0].text == "OFFICIAL-SENSITIVE"
    assert len(document.tables[0].rows) == 9 and "Incident log" in document.tables[0].rows[3].cells[2].text
    if shutil.which("soffice") is None:
        pytest.fail("LibreOffice is needed for this test: it opens what is given out.")
    for name, given in (("c.docx", content), ("c.xlsx", workbook(found, found.lines))):
        (tmp_path / name).write_bytes(given)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf", "--outdir",
         str(tmp_path), str(tmp_path / "c.docx"), str(tmp_path / "c.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")


def test_a_formula_without_a_result_is_named_on_the_record(shared: tuple[Case, str, str]) -> None:
    review, _, trust = shared
    review.act("add_chronology", {"chronology_file": without_result()}, ref=trust)
    entry = review.record(trust).facts["chronologies"][-1]
    assert entry["lines_refused"] == 1 and entry["refused_rows"][0]["row"] == 2
    assert HEADINGS[4] in " ".join(entry["columns"]) and address("case_manager") not in str(entry)
