"""How often an address may do what costs us a mail or a row; counted in the shared cache, for all processes."""

import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lifelong.web import facts
from lifelong.web.refusals import Refusal


class TooOften(Refusal):
    code = "too_often"
    status = 429


def allow(action: str, request: HttpRequest, *, times: int, seconds: int, key: str = "") -> None:
    """Raises TooOften beyond ``times`` per ``seconds`` from one address (or for one ``key``)."""
    who = key or facts.current().address or request.META.get("REMOTE_ADDR", "")
    slot = f"limit:{action}:{who}:{int(time.time()) // seconds}"
    if cache.add(slot, 1, timeout=seconds):
        return
    try:
        count = cache.incr(slot)
    except ValueError:  # it ran out between the two
        return
    if count > times:
        raise TooOften(_("操作过于频繁，请过一会儿再试。"))
