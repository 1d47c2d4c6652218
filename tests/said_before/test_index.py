"""What is said before follows the records: added, reworded, taken out, imported; and who finds what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from dardr.casework import said_before
from dardr.casework.housekeeping import housekeeping
from dardr.casework.open_record import open_record
from dardr.casework.said_before import COUNTED_FROM, count_words, keep_up, rebuild, said_before_is_whole
from dardr.lookups.similar import Similar, similar
from dardr.storage.engine import Database
from dardr.storage.recommendations import RecommendationTerm, RecommendationText, RecommendationWord
from tests.builders import START, Case, a_review, actor, at_ten, open_a

DRAFT = "GPs should be trained to ask patients in private about domestic violence"
WORDS = {
    "recommendation_text": "Primary care staff to be trained in enquiring about domestic abuse with patients alone.",
    "number": "5.1", "rec_source": "panel", "scope": "local", "addressees": ["mereshire-icb"], "themes": ["training"],
}  # fmt: skip


def find(database: Database, text: str, by: str = "team_manager", **more: Any) -> list[Similar]:
    with database.read() as session:
        return similar(session, actor(session, by), text, **more)


def refs(database: Database, text: str = DRAFT, by: str = "team_manager", **more: Any) -> list[str]:
    return [one.ref for one in find(database, text, by, **more)]


def published(database: Database, entries: list[dict[str, Any]], kind: str = "SAR", on: date = START) -> str:
    with database.write() as session:
        someone = actor(session, "team_manager")
        opening = {"partnership": "Elsewhere", "case_id": "1", "pseudonym": "Alder/2013", "year": 2013,
                   "review_kind": kind, "recorded_on": on}  # fmt: skip
        ref = open_record(session, someone, at_ten(on), "historic@1", opening).ref
    case = Case(database, ref, on)
    for entry in entries:
        case.act("add_recommendation", entry, by="team_manager")
    return ref


def kept(database: Database) -> tuple[int, int]:
    with database.read() as session:
        texts = session.scalar(sa.select(sa.func.count()).select_from(RecommendationText)) or 0
        return texts, session.scalar(sa.select(sa.func.count()).select_from(RecommendationTerm)) or 0


def wrong(database: Database) -> list[str]:
    with database.read() as session:
        return [finding.sentence for finding in said_before_is_whole(session, START)]


def test_it_follows_a_recommendation_from_draft_to_rewording_to_taking_out(database: Database) -> None:
    review = a_review(database, at="screening")
    (ref,) = review.act("add_recommendation", WORDS).created
    (found,) = find(database, DRAFT)
    assert found.ref == ref and found.source.number == "5.1" and found.source.review_ref == review.ref
    assert found.source.bodies == ("Mereshire Integrated Care Board",) and found.source.themes == ("training",)
    labels = {one.label for one in found.shared}
    assert {"GP", "asking about abuse", "domestic abuse"} <= labels
    assert any(piece == "domestic abuse" and marked for piece, marked in found.parts)
    assert found.became.sentences() == ["Being drafted.", "No action that you can see answers it."]
    assert refs(database, but=ref) == []
    review.act("change_recommendation", {**WORDS, "recommendation_text": "Seize firearms at once."}, ref=ref)
    assert refs(database) == [] and refs(database, "Take away guns") == [ref]
    review.act("take_out", ref=ref)
    assert refs(database, "Take away guns") == [] and kept(database) == (0, 0)
    assert wrong(database) == []


def test_what_became_of_it_is_said_with_the_actions(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, at="screening")
    (ref,) = review.act("add_recommendation", WORDS).created
    plan = {"action_text": "Train", "lead_body": "mereshire-icb", "recommendations": [ref], "plan_source": "panel",
            "scope": "local"}  # fmt: skip
    (action,) = review.act("add_action", plan).created
    (found,) = find(sqlite_database, DRAFT)
    assert [one.ref for one in found.became.actions] == [action]
    assert "1 action answers it: none verified yet." in found.became.sentences()
    told = found.as_dict()["became"]["actions"]
    assert told == [{"ref": action, "stage": "draft", "stage_label": "Draft", "verified": False, "effect": None}]


def test_an_imported_safeguarding_review_counts_and_each_of_its_entries_is_found(sqlite_database: Database) -> None:
    ref = published(sqlite_database, [
        {"number": "1", "text": "Surgeries to ask about domestic abuse.", "lead_agencies": ["mereshire police"]},
        {"number": "1", "text": "Offer carers an assessment.", "status": "complete"},
    ])  # fmt: skip
    (first,) = find(sqlite_database, DRAFT)
    assert first.ref == f"{ref}#1" and first.source.kind == "sar" and first.source.year == 2013
    assert first.source.bodies == ("Mereshire Police",), "as the register writes it"
    (second,) = find(sqlite_database, "Assess unpaid carers")
    assert second.ref == f"{ref}#2" and second.became.sentences()[0] == "As published: complete."
    assert refs(sqlite_database, but=f"{ref}#1") == [] and refs(sqlite_database, "unpaid carers", but=f"{ref}#1")
    assert refs(sqlite_database, kind="dardr") == [] and refs(sqlite_database, kind="sar") == [f"{ref}#1"]


def test_a_report_of_the_commissioner_counts_too(sqlite_database: Database) -> None:
    values = {"title": "A report", "report_published_on": START, "report_url": "https://reports.example/1"}
    report = open_a(sqlite_database, "section8-report", values, on=START)
    report.act("add_recommendation", {"number": "1", "text": "Fund advocacy for families."})
    (found,) = find(sqlite_database, "Pay for advocates of bereaved families")
    assert found.ref == f"{report.ref}#1" and found.source.kind == "commissioner" and found.source.year == START.year


def test_nobody_finds_what_they_may_not_see(sqlite_database: Database) -> None:
    review = a_review(sqlite_database, at="screening")
    (ref,) = review.act("add_recommendation", WORDS).created
    open_to_all = published(sqlite_database, [{"text": "Ask about domestic abuse in primary care."}])
    assert set(refs(sqlite_database)) == {ref, f"{open_to_all}#1"}
    for who in ("agency_contact", "steering_member", "csp_member", "administrator", "communications"):
        assert refs(sqlite_database, by=who) == [f"{open_to_all}#1"], who
    review.act("make_recommendation", ref=ref)
    assert ref in refs(sqlite_database, by="steering_member"), "of a plan once it is made"
    assert refs(sqlite_database, by="agency_contact") == [f"{open_to_all}#1"]


WRONG = (
    "", "   \n", "the and of should must", "5.1 12 2024", "?? ** ((", "<b></b>", "\x00", "zzzz qqqq",
    "Il faut que les policiers soient formés",
)  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_says_nothing_finds_nothing(sqlite_database: Database, text: str) -> None:
    published(sqlite_database, [{"text": "Ask about domestic abuse in primary care."}])
    assert refs(sqlite_database, text) == []


def test_odd_texts_are_read_as_words(database: Database) -> None:
    ref = published(database, [{"text": "Ask about domestic abuse in primary care."}])
    odd = '<script>x</script> "ask" OR NOT NEAR( * ^ primary care: domestic abuse -- \'; DROP %_\\'
    assert refs(database, odd) == [f"{ref}#1"]
    assert refs(database, "Ask about domestic abuse in primary care. " * 2500) == [f"{ref}#1"]
    assert refs(database, limit=0) == []


def test_it_is_made_again_from_the_records(database: Database) -> None:
    review = a_review(database, at="screening")
    (ref,) = review.act("add_recommendation", WORDS).created
    published(database, [{"text": "Ask about domestic abuse in primary care."}])
    before = kept(database)
    with database.write() as session:
        session.execute(sa.delete(RecommendationTerm))
        session.execute(sa.delete(RecommendationText))
    assert refs(database) == []
    (said,) = wrong(database)
    assert said.startswith("2 recommendations are not found as said before")
    assert rebuild(database) == {"recommendations": 2, "written": 2}
    assert kept(database) == before and ref in refs(database) and wrong(database) == []
    assert rebuild(database)["written"] == 0


def test_other_words_of_the_field_are_noticed_and_read_at_night(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(sqlite_database, [{"text": "Ask about domestic abuse in primary care."}])
    monkeypatch.setattr(said_before, "version_of_words", lambda: "0ther123")
    assert wrong(sqlite_database)[0].startswith("1 recommendation is")
    housekeeping(sqlite_database, at_ten(START), checks=())
    assert wrong(sqlite_database) == []


def test_how_common_a_term_is_is_counted_at_night_where_there_are_many(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(database, [{"text": "Ask about domestic abuse."}, {"text": "Train staff on domestic abuse."}])
    assert COUNTED_FROM > 2
    keep_up(database)
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RecommendationWord)) == 0
    few = refs(database, "Train staff")
    monkeypatch.setattr(said_before, "COUNTED_FROM", 2)
    with database.write() as session:
        assert count_words(session) == 2
    with database.read() as session:
        counted = {row.term: row.texts for row in session.scalars(sa.select(RecommendationWord))}
    assert counted["=domestic abuse"] == 2 and counted["train"] == 1 and counted[""] == 2
    assert refs(database, "Train staff") == few
