"""What was typed into a form that was sent after the idle sign-out: kept sealed in the session, for its owner alone."""

import json
import time
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.http import HttpRequest

from lifelong.accounts.encryption import seal, unseal
from lifelong.accounts.models import User

KEY = "kept_form"
LIFETIME_SECONDS = 12 * 3600
LONGEST = 200_000  # characters in all


@dataclass(frozen=True)
class KeptForm:
    """``path`` the form was sent to, ``page`` it stood on, ``values`` in their order; files are not kept."""

    path: str
    page: str
    values: list[tuple[str, str]]


def values_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The form's values without its token and without passwords."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
        if isinstance(value, str)
    ]


def keep(request: HttpRequest, user_id: int | None, form: KeptForm) -> bool:
    """Into the present (anonymous) session, which the sign-in that follows goes on with."""
    if not form.values or sum(len(name) + len(value) for name, value in form.values) > LONGEST:
        return False
    content = {"user": user_id, "at": int(time.time()), "path": form.path, "page": form.page, "values": form.values}
    request.session[KEY] = seal(json.dumps(content, ensure_ascii=False).encode()).decode("ascii")
    return True


def kept_for(request: HttpRequest, user: User) -> KeptForm | None:
    """What was kept for this person not longer ago than half a day; another person's is thrown away."""
    sealed = request.session.get(KEY)
    if not sealed:
        return None
    try:
        content = json.loads(unseal(sealed.encode("ascii")))
    except (InvalidToken, ValueError):
        content = {}
    if content.get("user") != user.pk or time.time() - content.get("at", 0) > LIFETIME_SECONDS:
        del request.session[KEY]
        return None
    return KeptForm(content["path"], content["page"], [(name, value) for name, value in content["values"]])


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
