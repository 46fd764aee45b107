"""Learners open their own account: consent first, the address proved, nobody betrayed, no right by it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from lifelong.accounts.models import Consent, Role, User
from lifelong.accounts.policy import rights_of
from lifelong.accounts.tests.cast import holder, person, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.notices.models import Mail
from lifelong.web.homes import home_of_learners

pytestmark = pytest.mark.django_db
SIGN_UP = "/accounts/signup/"
PASSWORD = "correct-horse-battery"
FORM = {"email": "Wang@example.org", "password1": PASSWORD, "password2": PASSWORD, "name": "王芳", "agree": "on"}


def link_in(mail: Mail) -> str:
    found = re.search(r"https?://[^/]+(/\S+)", mail.text)
    assert found
    return found[1]


def test_an_account_is_opened_with_consent_and_used_once_the_address_is_proved() -> None:
    client = Client()
    assert client.post(SIGN_UP, FORM)["Location"] == "/accounts/confirm-email/"
    user = User.objects.get()
    assert (user.email, user.name) == ("wang@example.org", "王芳")
    assert {(one.to, bool(one.version), one.withdrawn_at) for one in Consent.objects.all()} == {
        ("terms", True, None), ("privacy", True, None),
    }  # fmt: skip
    assert AuditEntry.objects.filter(verb="accounts.account_opened").exists()
    assert "_auth_user_id" not in client.session
    mail = Mail.objects.get()
    assert mail.secret  # its link lets somebody in: no page shows it outside demo mode
    assert "确认" in mail.subject
    client.get(link_in(mail))
    assert Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})["Location"] != "/"  # not yet
    client.post(link_in(mail))
    answer = Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == home_of_learners()
    assert rights_of(user) == frozenset()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"agree": ""}, "请先阅读"),
        ({"under_14": "on"}, "须经监护人同意"),
        ({"password2": "other-horse-battery"}, "密码"),
        ({"email": "no-address"}, "邮"),
        ({"password1": "1234567890123", "password2": "1234567890123"}, "数字"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_opened(change: dict[str, str], words: str) -> None:
    page = Client().post(SIGN_UP, FORM | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not User.objects.exists()


def test_a_child_is_signed_up_by_its_guardian() -> None:
    Client().post(SIGN_UP, FORM | {"under_14": "on", "guardian": "on"})
    assert Consent.objects.filter(to="guardian").exists()


def test_an_address_that_is_known_is_not_betrayed() -> None:
    known = person("wang@example.org")
    fresh = Client().post(SIGN_UP, FORM | {"email": "new@example.org"})
    again = Client().post(SIGN_UP, FORM)
    assert (fresh.status_code, fresh["Location"]) == (again.status_code, again["Location"])
    assert User.objects.filter(email=known.email).count() == 1
    known.refresh_from_db()
    assert known.name == "wang"
    subjects = dict(Mail.objects.values_list("address", "subject"))
    assert subjects["wang@example.org"] == "这个邮箱已有账号"


def test_a_passkey_is_one_more_way_in_for_a_learner_and_a_second_factor_for_who_works_here() -> None:
    """Who loses the telephone comes in by the password."""
    learner, officer = person("wang@example.org"), holder(Role.OPERATOR)
    for user in (learner, officer):
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    doors = [
        Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})["Location"]
        for user in (learner, officer)
    ]
    assert doors == [home_of_learners(), "/accounts/2fa/authenticate/"]
    Authenticator.objects.create(user=learner, type=Authenticator.Type.TOTP, data={})
    asked = Client().post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    assert asked["Location"] == "/accounts/2fa/authenticate/"  # this they set up as a second thing


def test_a_new_passkey_signs_in_by_itself_unless_one_wants_less() -> None:
    client = Client()
    client.post("/accounts/login/", {"login": person("wang@example.org").email, "password": PASSWORD})
    page = client.get("/accounts/2fa/webauthn/add/").content.decode()
    assert re.search(r'<input[^>]*name="passwordless"[^>]*checked', page)


def test_a_learner_may_be_without_a_name_and_keeps_what_was_typed_wrongly() -> None:
    learner = person("wang@example.org", mobile="")
    client = signed_in(learner, both=False)
    refused = client.post("/account/", {"name": "王芳", "mobile": "12"})
    assert refused.status_code == 422
    assert 'value="12"' in refused.content.decode()
    assert client.post("/account/", {"name": "", "mobile": ""}).status_code == 302
    wrong = Client().post("/accounts/login/", {"login": learner.email, "password": "falsches-wort"})
    assert wrong.status_code == 422
    assert 'value="wang@example.org"' in wrong.content.decode()


def test_sign_ups_from_one_address_are_limited() -> None:
    codes = [Client().post(SIGN_UP, FORM | {"email": f"p{n}@example.org"}).status_code for n in range(22)]
    assert codes[-1] == 429


def test_a_learner_is_not_led_to_the_desk_and_staff_is() -> None:
    learner = signed_in(person("wang@example.org"), both=False)
    assert learner.get("/work/")["Location"] == home_of_learners()
    assert signed_in(holder(Role.OPERATOR)).get("/work/").status_code == 200
    page = learner.get("/account/").content.decode()
    assert "desk-menu" not in page


def test_mails_with_links_go_through_the_outbox() -> None:
    person("wang@example.org")
    Client().post("/accounts/password/reset/", {"email": "wang@example.org"})
    mail = Mail.objects.get()
    assert mail.secret
    assert mail.subject == "重设密码"
    assert "password/reset/key" in mail.text
