"""Single sign-on against a real provider: for learners, with consent, never around the second factor of who works here."""

import html
import http.client
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from lifelong.accounts.models import Consent, Role, User
from lifelong.accounts.tests import oidc
from lifelong.accounts.tests.cast import holder, person
from lifelong.audit.models import AuditEntry
from lifelong.web.homes import home_of_learners

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/oidc/login/"


@pytest.fixture
def sso(settings: Any) -> Iterator[oidc.Provider]:
    with oidc.provider() as made:
        app = {
            "provider_id": "oidc", "name": "市民通行证", "client_id": oidc.CLIENT, "secret": oidc.SECRET,
            "settings": {"server_url": made.url},
        }  # fmt: skip
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield made


def way_there(client: Client) -> SplitResult:
    """A page of our own, not a redirect: a browser follows none from a form to another address (``form-action``)."""
    answer = client.post(LOGIN)
    assert answer.status_code == 200
    found = re.search(r'id="there" href="([^"]+)"', answer.content.decode())
    assert found is not None
    return urlsplit(html.unescape(found[1]))


def go_through(client: Client) -> Any:
    """From our button to the provider and back, as a browser would."""
    there = way_there(client)
    connection = http.client.HTTPConnection(there.netloc)
    connection.request("GET", f"{there.path}?{there.query}")
    back = urlsplit(connection.getresponse().headers["Location"])
    connection.close()
    return client.get(f"{back.path}?{back.query}")


def test_the_button_is_there_only_where_a_provider_is_set(sso: oidc.Provider, settings: Any) -> None:
    assert "市民通行证" in Client().get("/accounts/login/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "市民通行证" not in Client().get("/accounts/login/").content.decode()
    assert Client().get(LOGIN).status_code == 404


def test_a_new_learner_is_asked_for_consent_and_then_known(sso: oidc.Provider) -> None:
    client = Client()
    asking = go_through(client)
    assert asking["Location"] == "/accounts/3rdparty/signup/"
    assert not User.objects.exists()
    page = client.get(asking["Location"]).content.decode()
    assert "fang@sso.example" in page
    assert "请先阅读" in client.post(asking["Location"], {"email": "fang@sso.example"}).content.decode()
    forged = {"email": "somebody@else.example", "name": "方圆", "agree": "on"}
    assert client.post(asking["Location"], forged)["Location"] == home_of_learners()
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("fang@sso.example", "方圆", False)
    assert Consent.objects.filter(user=user, withdrawn_at=None).count() == 2
    assert sso.exchanges[0]["code_verifier"]
    again = Client()
    assert go_through(again)["Location"] == home_of_learners()
    assert again.session["_auth_user_id"] == str(user.pk)


def test_an_address_that_the_provider_did_not_verify_is_proved_by_mail(sso: oidc.Provider) -> None:
    sso.person["email_verified"] = False
    client = Client()
    go_through(client)
    client.post("/accounts/3rdparty/signup/", {"name": "方圆", "agree": "on"})
    assert "_auth_user_id" not in client.session
    assert not EmailAddress.objects.get().verified


def test_an_address_that_has_an_account_here_opens_it_for_nobody(sso: oidc.Provider) -> None:
    person("fang@sso.example")
    client = Client()
    go_through(client)
    client.post("/accounts/3rdparty/signup/", {"name": "方圆", "agree": "on"})
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("case", ["Fang@sso.example", "fang@sso.example"])
def test_the_address_of_who_works_here_does_not_sign_in(sso: oidc.Provider, case: str) -> None:
    holder(Role.OPERATOR, email="fang@sso.example")
    sso.person["email"] = case
    client = Client()
    answer = go_through(client)
    assert answer.status_code == 403
    assert "工作账号" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert AuditEntry.objects.filter(verb="accounts.oidc_refused", result="refused").exists()


def test_a_learner_who_came_to_work_here_is_kept_out_by_this_door(sso: oidc.Provider) -> None:
    client = Client()
    go_through(client)
    client.post("/accounts/3rdparty/signup/", {"name": "方圆", "agree": "on"})
    learner = User.objects.get()
    officer = holder(Role.OPERATOR, email="op@example.org")
    appointment = officer.appointments.get()
    appointment.user = learner
    appointment.save()
    later = Client()
    sso.person["email"] = "other@sso.example"  # known by its number, whatever address it tells
    assert go_through(later).status_code == 403
    assert "_auth_user_id" not in later.session


def test_a_forged_state_or_code_leads_nowhere(sso: oidc.Provider) -> None:
    client = Client()
    state = parse_qs(way_there(client).query)["state"][0]
    for query in (f"code=x&state={state}", "code=x&state=y"):
        answer = client.get(f"{LOGIN}callback/?{query}")
        assert "没有登录成功" in answer.content.decode()
        assert "_auth_user_id" not in client.session


def test_a_provider_that_is_away_is_told_in_words_on_the_way_there_and_back(sso: oidc.Provider, settings: Any) -> None:
    client = Client()
    state = parse_qs(way_there(client).query)["state"][0]
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    for answer in (client.post(LOGIN), client.get(f"{LOGIN}callback/?code=x&state={state}")):
        assert answer.status_code == 503
        assert "没有登录成功" in answer.content.decode()
