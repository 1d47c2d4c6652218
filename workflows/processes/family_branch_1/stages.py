"""The groups of stages that the actions of a branch name."""

from __future__ import annotations

WITH = ("taking_part", "informed_only")
"""They are told how the review goes."""
ACTIVE = ("to_be_asked", *WITH)
ENDED = ("not_taking_part", "withdrawn", "contact_ended")
ALL = (*ACTIVE, *ENDED)
