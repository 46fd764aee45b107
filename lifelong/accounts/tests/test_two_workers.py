"""What processes must agree on holds across the two workers of a real server (spec 9)."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from lifelong.config.testing import a_front

PEOPLE = """
from django.utils import timezone
from lifelong.accounts import actions
user = actions.invite("zhao@example.org", name="赵一", by=None, at=timezone.now()).user
user.set_password("correct-horse-battery")
user.save()
"""


def attempt(url: str, password: str) -> str:
    """One sign-in from a fresh browser on a connection of its own; the page that answers."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = browser.open(f"{url}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token
    data = {"csrfmiddlewaretoken": token[1], "login": "zhao@example.org", "password": password}
    request = urllib.request.Request(
        f"{url}/accounts/login/", urllib.parse.urlencode(data).encode(), {"Referer": f"{url}/accounts/login/"}
    )
    try:
        return str(browser.open(request).read().decode())
    except urllib.error.HTTPError as refused:  # 422
        return str(refused.read().decode())


@pytest.mark.slow
def test_the_fifth_failure_locks_whichever_worker_counts_it(tmp_path: Path) -> None:
    with a_front(tmp_path / "data", WORKERS="2") as front:
        front.python(PEOPLE)
        answers = Counter("锁定" in attempt(front.url, "wrong-password-x") for _ in range(5))
        assert answers == {False: 5}
        assert "锁定" in attempt(front.url, "correct-horse-battery")
        assert (
            front.python("from lifelong.accounts.models import SignInLock\nresult = SignInLock.objects.get().failures")
            == 5
        )
