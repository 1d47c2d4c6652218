"""What every document carries, whatever it is: who made it, when, its marking, its title."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal, Self

Format = Literal["docx", "pdf", "pptx", "html"]
OFFICIAL_SENSITIVE = "OFFICIAL-SENSITIVE"
CONTENT_NOTE = "Some of this may be painful to read. You can stop at any time."
"""Said before text about what happened, on a page and on paper."""
DEMONSTRATION = "Demonstration, all people and events are fictional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What every document carries.

    ``prepared_on`` is the London date it was made and also stands in the file's properties. ``marking`` is None
    only for what may be public. ``demonstration`` prints the banner that all is fictional.
    """

    name: ClassVar[str] = ""
    label: ClassVar[str] = ""
    formats: ClassVar[tuple[Format, ...]] = ()
    needs_cleared_report: ClassVar[bool] = False

    partnership: str
    prepared_on: date
    marking: str | None = OFFICIAL_SENSITIVE
    demonstration: bool = False

    @property
    def title(self) -> str:
        """The title in the file's properties and on its first page: no name, no detail."""
        raise NotImplementedError

    @property
    def banner(self) -> str:
        """The demonstration banner, or nothing."""
        return DEMONSTRATION if self.demonstration else ""

    @classmethod
    def sample(cls) -> Self:
        """An example with fictional content, used by tests and previews."""
        raise NotImplementedError


SAMPLE: dict[str, Any] = {"partnership": "Example Community Safety Partnership", "demonstration": True}
"""Of whom and how an example is made."""
