"""The words of every e-mail: complete, strict, without persons, kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from html.parser import HTMLParser

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError

from notifications import render
from notifications.messages import (
    MESSAGES,
    AgreedDateWanted,
    CommissionerReplyReminder,
    DeadlineLate,
    DeadlineReminder,
    DecisionRecorded,
    Escalation,
    FailedMailDigest,
    Message,
    ReturnRequested,
    StageChanged,
)
from notifications.personal_data import PERSONAL_DATA, personal_fields
from notifications.render import EMAIL, environment, inline_css, render_message

EVERY = pytest.mark.parametrize("kind", MESSAGES.values(), ids=MESSAGES)

# Words that no e-mail may use (a missed date in an Act is "passed", which says enough).
NOT_SAID = re.compile(
    r"\b(kill\w*|dead|zombie|stuck|breach\w*|non-compliant|failed agency|overdue|failure|died|murder\w*|victim\w*"
    r"|perpetrator\w*|suspect\w*|suicide|homicide)\b",
    re.IGNORECASE,
)


class Page(HTMLParser):
    """The text, tags and attributes of an HTML e-mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_there_is_a_folder_for_every_message_and_a_message_for_every_folder() -> None:
    folders = {path.name for path in EMAIL.iterdir() if path.is_dir()}
    assert folders == set(MESSAGES)


@EVERY
def test_every_sample_renders_in_every_part(kind: type[Message]) -> None:
    message = kind.sample()
    mail = render_message(message)
    page = Page(mail.html)
    assert mail.subject and "\n" not in mail.subject and len(mail.subject) <= 78
    assert message.link in mail.text
    assert message.link in [one.get("href") for one in page.all("a")]
    for part in (mail.text, page.text):
        assert message.partnership in part
        assert "Demonstration, all people and events are fictional." in part
        assert "{{" not in part and "{%" not in part and "None" not in part
    assert "\n\n\n" not in mail.text
    assert "jinja" not in mail.html
    assert render_message(message) == mail


@EVERY
def test_no_message_says_what_must_not_be_said(kind: type[Message]) -> None:
    mail = render_message(kind.sample())
    for part in (mail.subject, mail.text, Page(mail.html).text):
        assert NOT_SAID.findall(part) == []


@EVERY
def test_html_says_what_text_says(kind: type[Message]) -> None:
    """Every date and reference of the text is also in the HTML, and the other way round."""
    mail = render_message(kind.sample())
    facts = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}|\b[A-Z0-9]+-\d{4}-[\w-]+")
    without_links = re.sub(r"https?://\S+", "", mail.text)
    assert set(facts.findall(without_links)) <= set(facts.findall(Page(mail.html).text))
    assert set(facts.findall(Page(mail.html).text)) <= set(facts.findall(mail.text))


@EVERY
def test_html_is_plain_and_accessible(kind: type[Message]) -> None:
    page = Page(render_message(kind.sample()).html)
    assert page.all("html")[0]["lang"] == "en-GB"
    assert page.all("title")
    for tag in ("img", "script", "link", "form", "iframe", "style"):
        assert page.all(tag) == [], "an e-mail fetches nothing and holds no style sheet"
    assert all(one.get("style") for one in page.all("p"))
    assert all(one.get("scope") for one in page.all("th"))


@EVERY
def test_no_message_has_a_field_for_a_person(kind: type[Message]) -> None:
    assert personal_fields(kind) == []


def test_a_field_for_a_person_is_found() -> None:
    @dataclass(frozen=True)
    class Inner:
        crime_number: str

    @dataclass(frozen=True)
    class Bad:
        victim_name: str
        name_of_chair: str
        dob: date
        addresses: tuple[str, ...]
        organisation: str
        items: tuple[Inner, ...]
        maybe: Inner | None

    # The test's own local class cannot be looked up by name, so it is put where annotations are resolved.
    globals()["Inner"] = Inner
    try:
        found = personal_fields(Bad)
    finally:
        del globals()["Inner"]
    assert found == ["victim_name", "name_of_chair", "dob", "addresses", "items.crime_number"]
    assert {"name", "first_name".split("_")[1], "dob", "address", "victim"} <= PERSONAL_DATA


@EVERY
def test_no_message_takes_a_value_that_could_be_anything(kind: type[Message]) -> None:
    """Fields are text, dates, numbers, yes or no, or tuples of those: no mappings and no records."""
    allowed = re.compile(
        r"str|int|bool|date|date \| None"
        r"|tuple\[(str|date|Message|UndeliveredMail|ChangedDay|MovedDate|ActionLine), \.\.\.\]"
        r"|Standing|AuthorityKind|AccountChange|CalendarChange|LinkFor"
    )
    assert [one.name for one in fields(kind) if not allowed.fullmatch(str(one.type))] == []


def test_a_field_the_message_lacks_is_an_error() -> None:
    template = environment().from_string("{{ message.ref }} {{ message.chair_of_panel }}")
    with pytest.raises(UndefinedError, match="chair_of_panel"):
        template.render(message=DecisionRecorded.sample())
    with pytest.raises(UndefinedError):
        environment().from_string("{% if message.absent %}x{% endif %}").render(message=DecisionRecorded.sample())


def test_a_message_without_a_template_is_an_error() -> None:
    class Lost(DecisionRecorded):
        template = "lost"

    with pytest.raises(TemplateNotFound, match="lost"):
        render_message(Lost(**{one.name: getattr(DecisionRecorded.sample(), one.name) for one in fields(Lost)}))


def test_templates_are_sandboxed() -> None:
    template = environment().from_string("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(SecurityError):
        template.render()


def test_html_is_escaped_and_text_is_not() -> None:
    message = replace(DeadlineReminder.sample(), organisation='Health & "Care" <script>alert(1)</script> Trust')
    mail = render_message(message)
    assert message.organisation in mail.text
    assert "<script" not in mail.html
    assert "Health &amp; &#34;Care&#34; &lt;script&gt;" in mail.html


def test_escaping_reaches_what_macros_return() -> None:
    message = replace(DeadlineReminder.sample(), kind="guidance", authority="<b>Guide & more</b>")
    mail = render_message(message)
    assert "<b>" not in mail.html and "&lt;b&gt;Guide &amp; more" in mail.html
    assert "<b>Guide & more</b>" in mail.text


def test_a_subject_is_always_one_line() -> None:
    mail = render_message(replace(DecisionRecorded.sample(), ref="DARDR\r\nBcc: everyone@example.org"))
    assert mail.subject == "DARDR Bcc: everyone@example.org: a decision was recorded"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "/reviews/1", ""])
def test_a_link_is_a_web_address(link: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        replace(DecisionRecorded.sample(), link=link)


def test_the_reminder_before_and_on_the_day() -> None:
    message = DeadlineReminder.sample()
    mail = render_message(message)
    assert mail.subject == "DARDR-2026-009: due Thursday 3 December 2026"
    assert (
        "Review DARDR-2026-009: your organisation's return is due on Thursday 3 December 2026.\n\n"
        "If that cannot be kept, tell us now and suggest a date:\n"
        "https://reviews.example.org/reviews/DARDR-2026-009\nReplying to this e-mail also works.\n"
    ) in mail.text
    on_the_day = render_message(replace(message, today=message.due))
    assert on_the_day.subject == "DARDR-2026-009: due today, Thursday 3 December 2026"
    assert "is due today, Thursday 3 December 2026." in on_the_day.text


@pytest.mark.parametrize(
    ("kind", "authority", "not_compared", "words"),
    [
        (
            "statute",
            "Domestic Abuse Act 2021 s.16(6)",
            False,
            "set by Domestic Abuse Act 2021 s.16(6) and does not move.",
        ),
        ("guidance", "2016 guidance s.5", True, "a guide: 2016 guidance s.5 (not compared with the text)."),
        ("draft", "", False, "The date comes from a draft."),
        ("practice", "", False, "The date follows usual practice."),
        ("local", "", False, "The date is set by the partnership."),
        ("agreed", "", False, "The date is the one that was agreed."),
    ],
)
def test_where_a_date_comes_from(kind: str, authority: str, not_compared: bool, words: str) -> None:
    message = replace(
        DeadlineReminder.sample(), kind=kind, authority=authority, not_compared=not_compared, movable=kind != "statute"
    )
    mail = render_message(message)
    assert words in mail.text and words in Page(mail.html).text
    assert ("suggest a date" in mail.text) is (kind != "statute")


LATE = DeadlineLate.sample()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {},
            ["we have not had your organisation's return.", "The agreed date was Thursday 3 December 2026.",
             "Is something in the way? Tell us, and suggest a date"],
        ),
        ({"agreed": False}, ["The date set was Thursday 3 December 2026."]),
        (
            {"first": False, "today": date(2026, 12, 17)},
            ["we still have not had your organisation's return.", "That was 2 weeks ago.",
             "If something is in the way, tell us what would help, and suggest a date that can be kept"],
        ),
        (
            {"standing": "past_guide", "organisation": "", "about": "the decision whether to hold a review",
             "authority": "2016 guidance s.5", "not_compared": True},
            ["there is no record yet of the decision whether to hold a review.",
             "It is past the guide, which was Thursday 3 December 2026.",
             "The guide: 2016 guidance s.5 (not compared with the text). It is not a limit in law."],
        ),
        (
            {"standing": "breached", "movable": False, "authority": "Domestic Abuse Act 2021 s.16(6)"},
            ["The date in the Act, Thursday 3 December 2026, has passed.",
             "The date is set by Domestic Abuse Act 2021 s.16(6)."],
        ),
    ],
)  # fmt: skip
def test_a_missed_date_is_called_what_it_is(change: dict, says: list[str]) -> None:
    mail = render_message(replace(LATE, **change))
    for words in says:
        assert words in mail.text and words in Page(mail.html).text
    agreed = not change.get("standing") and change.get("agreed", True)
    assert ("agreed date" in mail.text) is agreed
    assert ("in the Act" in mail.text) is (change.get("standing") == "breached")
    assert ("guide" in mail.text) is (change.get("standing") == "past_guide")
    assert NOT_SAID.findall(mail.text) == []


def test_subjects_of_a_missed_date() -> None:
    def subject(**change: object) -> str:
        return render_message(replace(LATE, **change)).subject

    assert subject() == subject(first=False) == "DARDR-2026-009: was due Thursday 3 December 2026"
    assert subject(standing="past_guide") == "DARDR-2026-009: past the guide of 3 December 2026"
    assert subject(standing="breached") == "DARDR-2026-009: the date in the Act, 3 December 2026, has passed"


def test_escalation_is_to_another_role_and_asks_for_help() -> None:
    mail = render_message(Escalation.sample())
    assert "This comes to you as lead for reviews of Mid County NHS Trust." in mail.text
    assert "That was 3 weeks ago." in mail.text
    assert "agree a date" not in render_message(replace(Escalation.sample(), movable=False)).text


def test_the_duty_to_reply_is_the_bodys_own() -> None:
    message = CommissionerReplyReminder.sample()
    words = (
        "The duty to publish by 25 August 2025 is your organisation's; "
        "this is a courtesy reminder from the partnership."
    )
    mail = render_message(message)
    assert words in mail.text and words in Page(mail.html).text
    assert "and to the Secretary of State" in mail.text
    department = replace(message, copy_to_secretary_of_state=False, recommendations=1)
    assert "Secretary of State" not in render_message(department).text
    assert "has 1 recommendation for" in render_message(department).text
    after = render_message(replace(message, today=date(2025, 8, 26)))
    assert "The date in the Act, Monday 25 August 2025, has passed" in after.text
    assert "in the Act, 25 August 2025, has passed" in after.subject


def test_who_has_an_account_is_told_where_to_choose_when_e_mails_come() -> None:
    message = DeadlineReminder.sample()
    mail = render_message(message)
    assert mail.text.endswith("you can choose when our e-mails come: https://reviews.example.org/me/e-mail\n")
    assert "If you have no account, the link opens your own page: please do not pass this e-mail on." in mail.text
    assert "https://reviews.example.org/me/e-mail" in [one.get("href") for one in Page(mail.html).all("a")]
    without = render_message(replace(message, choose_link=""))
    assert "If you have" not in without.text + without.html
    of_an_account = [kind.template for kind in MESSAGES.values() if not kind.sample().choose_link]
    assert sorted(of_an_account) == [
        "account_changed", "door_code", "door_link", "notification_form_link", "notification_received", "password_link"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="https://"):
        replace(message, choose_link="/me/e-mail")


def test_optional_parts() -> None:
    assert "For you to do" not in render_message(replace(StageChanged.sample(), to_do=())).text
    asked = render_message(replace(ReturnRequested.sample(), due=None, secure_records=False))
    assert "No date is agreed yet; please suggest one." in asked.text
    assert "secure" not in asked.text
    assert asked.subject == "DARDR-2026-009: a return is asked for"
    silent = render_message(replace(DeadlineReminder.sample(), can_reply=False, demonstration=False))
    assert "Replying" not in silent.text + silent.html
    assert "Demonstration" not in silent.text + silent.html
    assert "not a limit in law" not in render_message(replace(AgreedDateWanted.sample(), authority="")).text


def test_the_digest_lists_each_undelivered_message() -> None:
    mail = render_message(FailedMailDigest.sample())
    assert mail.subject == "2 messages could not be delivered"
    assert "DARDR-2026-009: Deadline reminder, to Mid County NHS Trust" in mail.text
    assert "the mail server answered 550" in mail.text and "no answer from the mail server" in mail.text
    one = replace(FailedMailDigest.sample(), undelivered=FailedMailDigest.sample().undelivered[:1])
    assert render_message(one).subject == "1 message could not be delivered"
    untried = replace(one.undelivered[0], first_tried_on=None, answer_code=None)
    mail = render_message(replace(one, undelivered=(untried,)))
    for words in (mail.text, mail.html):
        assert "not tried: no address is recorded there" in words and "mail server answered" not in words


def test_style_is_inlined_around_jinja() -> None:
    source = '{% if a %}<p>{{ a }} &amp; b</p>{% endif %}<a class="x" href="{{ b }}?q={{ a }}">go</a>{# c #}'
    inlined = inline_css(source, "p { color: red } .x { padding: 1px }")
    assert inlined == (
        '{% if a %}<p style="color: red;">{{ a }} &amp; b</p>{% endif %}'
        '<a class="x" href="{{ b }}?q={{ a }}" style="padding: 1px;">go</a>{# c #}'
    )
    with pytest.raises(ValueError, match="inside an HTML tag"):
        inline_css("<p {% if a %}hidden{% endif %}>x</p>", "")


def test_css_is_inlined_once_for_all_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    render_message(DeadlineReminder.sample())
    calls: list[str] = []
    monkeypatch.setattr(render, "inline_css", lambda source, css: calls.append(source))
    for day in range(1, 11):
        render_message(replace(DeadlineReminder.sample(), today=date(2026, 11, day)))
    assert calls == []
