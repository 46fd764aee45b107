"""A refusal: what an action raises when it will not act, in words for the person who asked."""

from typing import Any


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
