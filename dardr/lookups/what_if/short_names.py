"""How people call what can be supposed, beside the keys of the processes."""

from __future__ import annotations

ALSO_CALLED = {"criminal": "trial"}
"""A kind of proceeding, and the kind of hold that is placed for it under another name."""

SHORT = {
    "decision": "decide_review",
    "decide_to_review": "decide_review",
    "no_review": "decide_no_review",
    "deferral_ends": "end_deferral",
    "home_office_told": "tell_home_office",
    "family_told": "tell_family",
    "chair": "appoint_chair",
    "terms": "approve_terms",
    "sign_off": "sign_off",
    "submission": "submit_to_home_office",
    "letter_publish": "record_letter_publish",
    "letter_amend": "record_letter_amend",
    "publication": "publish",
    "return": "receive_return",
    "reply": "record_publication_of_reply",
}
"""Short names by which a step may be called too."""

HOLD_WORDS = {
    "trial": "criminal proceedings",
    "inquest": "an inquest",
    "parallel_review": "a parallel review",
    "deferral": "a deferred decision",
    "partial": "a part of the work",
    "other": "another reason",
}
