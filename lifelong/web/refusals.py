"""A refusal: what an action raises when it will not act, in words for the person who asked."""

from typing import Any

from django.utils.translation import gettext as _

REASON_MOST = 500


class Refusal(Exception):
    """An action's named no.

    ``message`` says what was found, what is wanted and how to mend it (Chinese, through gettext);
    ``code`` is stable for machines; ``status`` is the HTTP status a page or API answers with;
    ``fields`` maps a form field to its own sentence.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str = "", *, fields: dict[str, str] | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}
        self.facts = facts

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refusal):
    """The person may not do this, whatever the state of things."""

    code = "not_allowed"
    status = 403


class Conflict(Refusal):
    """Somebody else was quicker; what was typed is kept."""

    code = "conflict"
    status = 409


class TooLong(Refusal):
    """A text is longer than what is kept of it; nothing is cut off in silence."""

    code = "too_long"
    status = 422


def reason_within(reason: str, most: int = REASON_MOST) -> str:
    """The reason without blanks around it. Raises ``TooLong``; whether an empty one will do is the caller's matter."""
    reason = reason.strip()
    if len(reason) > most:
        words = _("理由最多 %(most)s 字，现在有 %(n)s 字，请缩短后再提交。") % {"most": most, "n": len(reason)}
        raise TooLong(words, fields={"reason": words})
    return reason
