"""Templates to text: e-mails, HTML documents, PDF, Word and slides.

All templates are sandboxed and strict: a field that a template names and the message lacks is an error, never an
empty space. HTML is escaped, plain text is not. The same input gives the same output, byte for byte. Heavy
libraries are imported when first needed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from notifications.documents import Document, Format, LearningEventSlides
from notifications.messages import Message
from notifications.words import date_passed, date_source, days_between, long_date, partial_date, plain_date

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
EMAIL = HERE / "email"
DOCUMENTS = HERE / "documents"


@dataclass(frozen=True, slots=True)
class Rendered:
    """An e-mail as it will be sent and kept: subject on one line, plain text, HTML."""

    subject: str
    text: str
    html: str


def render_message(message: Message) -> Rendered:
    """The words of a message. Raises jinja2.UndefinedError if a template names a field the message lacks."""
    subject, text, html = _email_templates(message.template)
    return Rendered(
        " ".join(subject.render(message=message).split()),
        _tidy(text.render(message=message)),
        html.render(message=message),
    )


_BLANK_LINES = re.compile(r"\n{3,}")


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


@cache
def _email_templates(name: str) -> tuple[Template, Template, Template]:
    env = email_environment()
    return (
        env.get_template(f"{name}/subject.txt"),
        env.get_template(f"{name}/body.txt"),
        env.get_template(f"{name}/body.html"),
    )


@cache
def email_environment() -> Environment:
    """The Jinja environment of e-mails; templates are compiled, and their CSS inlined, once."""
    css = (EMAIL / "_style.css").read_text(encoding="utf-8")
    return environment(InliningLoader(FileSystemLoader(EMAIL), css))


@cache
def document_environment() -> Environment:
    """The Jinja environment of HTML documents."""
    return environment(FileSystemLoader(DOCUMENTS))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Asks once for each type and name whether a template may read it, since the answer depends on nothing else."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._readable: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As the library says it."""
        asked = (type(obj), attr)
        if (known := self._readable.get(asked)) is None:
            known = self._readable[asked] = super().is_safe_attribute(obj, attr, value)
        return known


def environment(loader: BaseLoader | None = None, *, escape: bool | None = None) -> Environment:
    """A strict, sandboxed environment. ``escape`` None: templates named ``.html`` are escaped, others not."""
    env = _Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=_is_html if escape is None else escape,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.filters.update(FILTERS)
    env.globals.update(date_source=date_source, date_passed=date_passed)
    return env


def _is_html(name: str | None) -> bool:
    return name is not None and name.endswith(".html")


def _day(value: date | str | None) -> str:
    """A date in words, or the words a partial date was given in; "Not recorded" for none."""
    if value is None or value == "":
        return "Not recorded"
    return plain_date(value) if isinstance(value, date) else partial_date(value)


def _given(value: str | None) -> str:
    return value if value else "Not recorded"


def _css_string(value: str) -> Markup:
    """Text as a CSS string; every letter that could end it, or the style sheet, is written as its number."""
    return Markup('"{}"').format(
        Markup("".join(one if one.isascii() and one.isalnum() else f"\\{ord(one):06x}" for one in value))
    )


def _svg_data(svg: str) -> str:
    """A picture as a data address: shown by ``img``, where a script in it cannot run."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


FILTERS: Mapping[str, Callable[..., str]] = {
    "long_date": long_date,
    "plain_date": plain_date,
    "until": days_between,
    "day": _day,
    "given": _given,
    "css_string": _css_string,
    "svg_data": _svg_data,
}

# --- documents


class FormatUnavailable(ValueError):
    """The document is not made in that format; the sentence names those it is made in."""


def render_document(document: Document, form: Format) -> bytes:
    """The file of a document. Raises FormatUnavailable for a format it is not made in."""
    if form not in document.formats:
        formats = ", ".join(document.formats)
        raise FormatUnavailable(f"{document.label} is made as {formats}, not as {form}.")
    if form == "docx":
        return render_docx(document)
    if form == "pptx":
        assert isinstance(document, LearningEventSlides)
        return render_pptx(document)
    html = render_html_document(document)
    return html_to_pdf(html) if form == "pdf" else html.encode()


def render_html_document(document: Document) -> str:
    """The document as one HTML page that needs nothing else: style inside, pictures as data."""
    return document_environment().get_template(f"{document.name}/document.html").render(document=document)


def html_to_pdf(html: str) -> bytes:
    """A tagged PDF (PDF/UA-1) of an HTML page. Nothing is fetched: only data addresses are followed.

    The same page gives the same bytes. The page needs a language and a title.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    page = HTML(string=html, base_url=None, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    made = page.write_pdf(pdf_variant="pdf/ua-1")
    assert made is not None
    return made


def render_docx(document: Document) -> bytes:
    """The Word file of a document (`notifications.office`)."""
    from notifications import office

    return office.render_docx(document)


def render_pptx(document: LearningEventSlides) -> bytes:
    """The PowerPoint file of a learning event (`notifications.office`)."""
    from notifications import office

    return office.render_pptx(document)


# --- CSS of e-mails


class InliningLoader(BaseLoader):
    """Moves the style sheet into ``style`` attributes when a template is loaded, so that rendering costs nothing.

    Expressions and tags of Jinja are put aside while the HTML is parsed. A tag may stand wherever an HTML comment
    may, so not inside an HTML tag; an expression may stand in text and in attribute values.
    """

    def __init__(self, inner: BaseLoader, css: str) -> None:
        self._inner = inner
        self._css = css

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, up_to_date = self._inner.get_source(environment, template)
        return (inline_css(source, self._css) if template.endswith(".html") else source), filename, up_to_date


_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PUT_ASIDE = re.compile(r"<!--jinja(\d+)-->|jinja(\d+)x")


def inline_css(source: str, css: str) -> str:
    """The same Jinja template of HTML with the rules of ``css`` written into its elements."""
    import css_inline

    aside: list[str] = []

    def put(match: re.Match[str]) -> str:
        aside.append(match[0])
        number = len(aside) - 1
        return f"jinja{number}x" if match[0].startswith("{{") else f"<!--jinja{number}-->"

    safe = _JINJA.sub(put, source)
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=css)
    whole = "<html" in safe
    html = inliner.inline(safe) if whole else inliner.inline_fragment(safe, css)
    restored = _PUT_ASIDE.sub(lambda match: aside[int(match[1] or match[2])], html)
    if sorted(_JINJA.findall(restored)) != sorted(aside):
        raise ValueError("A Jinja tag stands inside an HTML tag, where the style sheet cannot be inlined around it.")
    return restored
