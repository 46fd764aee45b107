"""Each page of the address tables is walked by ``journeys/test_every_page.py``, or says why not."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404

from journeys.every_page import DESK, EXCUSED, PORTAL


def names(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                yield space + entry.name, entry.callback
        else:
            yield from names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)


def takes_only_posts(view: Any) -> bool:
    """What ``require_POST`` left in one of the decorators around the view."""
    while view is not None:
        cells = (
            dict(zip(view.__code__.co_freevars, view.__closure__ or (), strict=True))
            if hasattr(view, "__code__")
            else {}
        )
        if "request_method_list" in cells:
            return "GET" not in cells["request_method_list"].cell_contents
        view = getattr(view, "__wrapped__", None)
    return False


def walked() -> set[str]:
    found = set()
    for address in [one for places in (PORTAL, DESK) for paths in places.values() for one in paths]:
        path = re.sub(r"\{email_key\}", "Mg:x", re.sub(r"\{reset_key\}", "1-x", address.split("?")[0]))
        path = path.replace("{category}", "a.b")
        try:
            found.add(resolve(re.sub(r"\{\w+\}", "1", path)).view_name)
        except (Resolver404, NoReverseMatch):
            assert address == "/nothing-here", address
    return found


def test_every_page_is_walked_or_excused():
    excused = {name for reasons in EXCUSED.values() for name in reasons}
    known = {name: view for name, view in names(get_resolver()) if not name.startswith("api-v1:")}
    pages = {name for name, view in known.items() if not takes_only_posts(view)}
    assert pages - walked() - excused == set(), "walk them in journeys/every_page.py, or say why not"
    assert excused <= pages, "no longer there, or no page: take it out"
    assert not excused & walked(), "walked after all"
