"""Activation, set-up, lock-out, idle sign-out and the second factor, through the real pages."""

import io
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone
from openpyxl import load_workbook

from lifelong.accounts import actions
from lifelong.accounts.actions.invitation import LinkDead
from lifelong.accounts.models import Activation, Authority, Role, SetupLink, SignInLock, User
from lifelong.accounts.tests.cast import holder, person, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.notices.models import Mail

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"
SIGN_IN = "/accounts/login/"


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def sign_in(email: str, password: str, client: Client | None = None):
    return (client or Client()).post(SIGN_IN, {"login": email, "password": password})


class TestActivation:
    def invite(self) -> tuple[User, str]:
        invitation = actions.invite("zhao@example.org", name="赵一", by=None, at=timezone.now())
        return invitation.user, path_of(invitation.url)

    def test_opening_the_link_changes_nothing(self) -> None:
        user, path = self.invite()
        client = Client()
        for _ in range(3):
            assert client.get(path).status_code == 200
        user.refresh_from_db()
        assert not user.has_usable_password()
        assert not Activation.objects.get().used_at

    def test_only_the_hash_is_kept_and_no_password_travels(self) -> None:
        _user, path = self.invite()
        token = path.rsplit("/", 1)[1]
        assert token not in Activation.objects.get().token_hash
        mail = Mail.objects.get()
        assert mail.secret
        assert token in mail.text
        assert "密码：" not in mail.text

    def test_setting_a_password_uses_the_link_up_and_signs_in(self) -> None:
        user, path = self.invite()
        client = Client()
        answer = client.post(path, {"way": "password", "password": PASSWORD, "again": PASSWORD})
        assert answer.status_code == 302
        user.refresh_from_db()
        assert user.check_password(PASSWORD)
        assert client.get("/account/").status_code == 200
        assert Client().get(path).status_code == 410
        assert Client().post(path, {"way": "password", "password": PASSWORD, "again": PASSWORD}).status_code == 410

    @pytest.mark.parametrize(
        ("password", "again", "words"),
        [
            ("", "", "请设置密码"),
            (PASSWORD, "other", "不一样"),
            ("12345678901", "12345678901", "数字"),
            ("short", "short", "密码太短，至少要 10 位"),
        ],
    )
    def test_a_weak_or_mistyped_password_leaves_the_link_alive(self, password: str, again: str, words: str) -> None:
        _user, path = self.invite()
        page = Client().post(path, {"way": "password", "password": password, "again": again})
        assert words in page.content.decode()
        assert not Activation.objects.get().used_at

    def test_sending_again_kills_the_old_link(self) -> None:
        user, path = self.invite()
        system = holder(Role.SYSTEM_ADMINISTRATOR)
        fresh = actions.send_activation_again(user, by=system, at=timezone.now())
        assert Client().get(path).status_code == 410
        assert Client().get(path_of(fresh.url)).status_code == 200

    def test_a_link_dies_after_72_hours(self) -> None:
        invitation = actions.invite("zhao@example.org", by=None, at=timezone.now() - timedelta(hours=73))
        assert Client().get(path_of(invitation.url)).status_code == 410
        with pytest.raises(LinkDead):
            actions.activate(invitation.url.rsplit("/", 1)[1], password=PASSWORD, at=timezone.now())

    def test_a_passkey_may_take_the_place_of_the_password(self) -> None:
        user, path = self.invite()
        assert "选填" not in Client().get(path).content.decode(), "the password is no extra"
        answer = Client().post(path, {"way": "passkey", "password": "", "again": ""})
        assert answer["Location"] == "/accounts/2fa/webauthn/add/"
        user.refresh_from_db()
        assert not user.has_usable_password()

    def test_a_passkey_that_comes_to_nothing_leaves_the_link_alive(self) -> None:
        user, path = self.invite()
        Client().post(path, {"way": "passkey"})
        assert Client().post(path, {"way": "password", "password": PASSWORD, "again": PASSWORD}).status_code == 302
        user.refresh_from_db()
        assert user.check_password(PASSWORD)
        assert Client().get(path).status_code == 410

    def test_a_passkey_that_was_added_uses_the_link_up(self, rf: RequestFactory) -> None:
        user, path = self.invite()
        Client().post(path, {"way": "passkey"})
        request = rf.get("/")
        request.session = SessionStore()
        added = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
        authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=added)
        assert Client().get(path).status_code == 410

    def test_who_can_sign_in_already_gets_no_link(self) -> None:
        person("zhao@example.org")
        assert actions.invite("Zhao@example.org", by=None, at=timezone.now()).url == ""


class TestSetup:
    FORM = {
        "operator": "演示运营中心", "system_name": "甲", "system_email": "a@example.org", "security_name": "乙",
        "security_email": "b@example.org", "audit_name": "丙", "audit_email": "c@example.org",
    }  # fmt: skip

    def test_the_three_are_invited_once(self, capsys: pytest.CaptureFixture) -> None:
        call_command("setup_link")
        path = path_of(capsys.readouterr().out.split("link: ")[1].strip())
        client = Client()
        assert client.get(path).status_code == 200
        page = client.post(path, self.FORM).content.decode()
        links = re.findall(r"/activate/[\w-]+", page)
        assert len(links) == 3
        assert all(Client().get(link).status_code == 200 for link in links)
        roles = {(u.email, u.appointments.get().role) for u in User.objects.all()}
        assert ("b@example.org", "security_administrator") in roles
        assert client.get(path).status_code == 410
        assert client.post(path, self.FORM).status_code == 410
        call_command("setup_link")
        assert capsys.readouterr().out == ""

    def test_two_of_the_three_are_never_one_person(self) -> None:
        path = path_of(actions.make_setup_link(at=timezone.now()))
        page = Client().post(path, self.FORM | {"audit_email": "A@example.org"})
        assert "三个人" in page.content.decode()
        assert not User.objects.exists()
        assert SetupLink.objects.filter(used_at=None).exists()

    def test_a_new_link_kills_the_old(self) -> None:
        old, new = (path_of(actions.make_setup_link(at=timezone.now())) for _ in range(2))
        assert Client().get(old).status_code == 410
        assert Client().get(new).status_code == 200


class TestLockOut:
    def test_five_failures_lock_for_thirty_minutes_and_the_right_password_does_not_open(self) -> None:
        person("zhao@example.org")
        for _ in range(5):
            assert "不对" in sign_in("zhao@example.org", "wrong-password-x").content.decode()
        page = sign_in("zhao@example.org", PASSWORD)
        assert "锁定" in page.content.decode()
        SignInLock.objects.update(
            locked_until=timezone.now() - timedelta(seconds=1), failed_at=timezone.now() - timedelta(minutes=31)
        )
        from django.core.cache import cache

        cache.clear()  # allauth's own counter would have run out in that half hour
        assert sign_in("zhao@example.org", PASSWORD).status_code == 302
        verbs = list(AuditEntry.objects.values_list("verb", flat=True))
        assert verbs.count("accounts.sign_in_failed") == 5
        assert verbs.count("accounts.sign_in_locked") == 1
        assert "accounts.signed_in" in verbs

    def test_the_count_lies_in_the_database_where_every_process_sees_it(self) -> None:
        for _ in range(4):
            sign_in("nobody@example.org", "wrong-password-x")
        assert SignInLock.objects.get().failures == 4
        assert SignInLock.objects.get().user is None

    def test_a_good_sign_in_forgets_the_failures_before_it(self) -> None:
        person("zhao@example.org")
        for _ in range(4):
            sign_in("zhao@example.org", "wrong-password-x")
        assert sign_in("zhao@example.org", PASSWORD).status_code == 302
        assert not SignInLock.objects.exists()

    def test_the_security_administrator_unlocks(self) -> None:
        user = person("zhao@example.org")
        for _ in range(5):
            sign_in("zhao@example.org", "wrong-password-x")
        desk = signed_in(holder(Role.SECURITY_ADMINISTRATOR))
        desk.post(f"/work/people/{user.pk}/unlock")
        assert sign_in("zhao@example.org", PASSWORD).status_code == 302


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


class TestSecondFactor:
    def enrol(self, client: Client) -> tuple[str, str]:
        page = client.get("/accounts/2fa/totp/activate/")
        assert page.status_code == 200, page.get("Location")
        secret = client.session["mfa.totp.secret"]
        code = totp_code(secret)
        client.post("/accounts/2fa/totp/activate/", {"code": code})
        return secret, code

    @pytest.mark.django_db(transaction=True)
    def test_an_officer_is_led_to_set_one_up_and_then_works(self) -> None:
        officer = holder(Role.SECURITY_ADMINISTRATOR)
        client = Client()
        sign_in(officer.email, PASSWORD, client)
        assert client.get("/work/people/")["Location"] == "/accounts/2fa/"
        self.enrol(client)
        assert client.get("/work/people/").status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_the_next_sign_in_asks_for_the_code_and_a_code_works_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        officer = holder(Role.SECURITY_ADMINISTRATOR)
        first = Client()
        sign_in(officer.email, PASSWORD, first)
        secret, _code = self.enrol(first)
        assert secret not in str(Authenticator.objects.get(type="totp").data), "the secret lies sealed"
        second, third = Client(), Client()
        assert sign_in(officer.email, PASSWORD, second)["Location"] == "/accounts/2fa/authenticate/"
        assert second.get("/work/people/").status_code == 302
        wrong = second.post("/accounts/2fa/authenticate/", {"code": "000000"})
        assert "不对" in wrong.content.decode()
        code = totp_code(secret)
        assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert second.get("/work/people/").status_code == 200
        sign_in(officer.email, PASSWORD, third)
        assert third.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 422, "a code is used once"
        assert third.get("/work/people/").status_code == 302

    @pytest.mark.django_db(transaction=True)
    def test_after_a_reset_by_two_the_person_sets_a_new_one(self) -> None:
        officer = holder(Role.DECIDING_OFFICER)
        client = Client()
        sign_in(officer.email, PASSWORD, client)
        self.enrol(client)
        security, system = holder(Role.SECURITY_ADMINISTRATOR), holder(Role.SYSTEM_ADMINISTRATOR)
        signed_in(security).post(f"/work/people/{officer.pk}/factor-reset", {"reason": "手机遗失，已核实"})
        reset = officer.factor_resets.get()
        signed_in(system).post(f"/work/people/factor-resets/{reset.pk}/answer", {"answer": "confirm"})
        assert not Authenticator.objects.filter(user=officer).exists()
        assert client.get("/account/")["Location"].startswith(SIGN_IN), "open sessions have ended"
        sign_in(officer.email, PASSWORD, client)
        assert client.get("/account/")["Location"] == "/accounts/2fa/"

    def test_a_reporter_without_an_appointment_needs_none(self) -> None:
        user = person("zhao@example.org")
        client = Client()
        sign_in(user.email, PASSWORD, client)
        assert client.get("/account/").status_code == 200

    def test_the_demo_sign_in_counts_only_in_demo_mode(self, settings: Any) -> None:
        client = signed_in(holder(Role.SECURITY_ADMINISTRATOR), both=False)
        session = client.session
        session["demo_both_factors"] = True
        session.save()
        settings.DEMO = True
        assert client.get("/work/people/").status_code == 200
        settings.DEMO = False
        assert client.get("/work/people/").status_code == 302


class TestIdle:
    def idle_client(self, role: Role = Role.SECURITY_ADMINISTRATOR, minutes: int = 31) -> Client:
        client = signed_in(holder(role))
        session = client.session
        session["seen_at"] = int(time.time()) - minutes * 60
        session.save()
        return client

    def test_after_thirty_minutes_staff_are_signed_out_and_come_back_to_the_page(self) -> None:
        answer = self.idle_client().get("/work/people/?q=x")
        assert answer["Location"] == "/accounts/login/?next=/work/people/%3Fq%3Dx"

    def test_a_form_sent_too_late_comes_back_to_its_page(self) -> None:
        answer = self.idle_client().post(
            "/work/people/appoint", {}, headers={"referer": "http://testserver/work/people/appoint"}
        )
        assert answer["Location"].endswith("next=/work/people/appoint")

    def late(self) -> tuple[Client, User]:
        client = self.idle_client()
        user = User.objects.get()
        data = {"email": "new@example.org", "name": "孙一 <b>", "role": "operator", "password": "geheim"}
        answer = client.post("/work/people/appoint", data, headers={"referer": "http://testserver/work/people/appoint"})
        assert answer["Location"].endswith("next=/account/resume")
        return client, user

    def test_what_was_typed_into_it_is_offered_again_after_the_sign_in(self) -> None:
        client, user = self.late()
        assert "孙一" not in str(dict(client.session)), "it lies sealed"
        client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0.0}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        page = client.get("/account/resume").content.decode()
        assert 'action="/work/people/appoint"' in page
        assert 'value="孙一 &lt;b&gt;"' in page
        assert "geheim" not in page
        assert client.post("/account/resume")["Location"] == "/work/people/appoint"
        assert client.get("/account/resume")["Location"] == "/work/"

    def test_another_person_at_the_same_browser_sees_nothing_of_it(self) -> None:
        client, _user = self.late()
        other = person("other@example.org")
        client.post(SIGN_IN, {"login": other.email, "password": PASSWORD})
        assert client.get("/account/resume")["Location"] == "/work/"
        assert "kept_form" not in client.session

    def test_the_sign_in_page_says_why_and_that_what_was_typed_is_kept(self) -> None:
        client = self.idle_client()
        page = client.get("/work/people/", follow=True).content.decode()
        assert "30 分钟" in page
        assert "没有丢失" in page

    def test_polling_does_not_keep_a_session_alive(self) -> None:
        client = self.idle_client(minutes=20)
        before = client.session["seen_at"]
        for name in ("x-background", "x-fragment"):
            client.get("/work/people/", headers={name: "1"})
            assert client.session["seen_at"] == before
        client.get("/work/people/")
        assert client.session["seen_at"] > before


class TestPeoplePages:
    def test_people_are_found_by_whole_addresses_and_shown_masked(self) -> None:
        person("zhaolin@example.org", "赵林")
        desk = signed_in(holder(Role.SECURITY_ADMINISTRATOR))
        page = desk.get("/work/people/?q=zhaolin@example.org").content.decode()
        assert "z***@example.org" in page
        assert "zhaolin@example.org</td>" not in page
        assert "赵林" not in desk.get("/work/people/?q=zhaol").content.decode()

    def test_the_list_leaves_masked(self) -> None:
        holder(Role.EXPERT, email="expert-one@example.org")
        content = signed_in(holder(Role.SECURITY_ADMINISTRATOR)).get("/work/people/export.xlsx").content
        cells = [str(cell.value) for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
        assert "e***@example.org" in cells
        assert "expert-one@example.org" not in cells

    @pytest.mark.parametrize("role", list(Role))
    def test_only_system_and_security_administrators_open_the_page(self, role: Role) -> None:
        wanted = 200 if role in {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR} else 403
        assert signed_in(holder(role)).get("/work/people/").status_code == wanted

    def test_appointing_shows_the_link_once_while_mails_stay_in_the_outbox(self) -> None:
        from lifelong.accounts.models import AuthorityKind
        from lifelong.accounts.tests.cast import HENAN, authority

        home = authority(AuthorityKind.PROVINCE, HENAN)
        desk = signed_in(holder(Role.SECURITY_ADMINISTRATOR))
        page = desk.post(
            "/work/people/appoint",
            {"email": "new@example.org", "name": "孙一", "role": "handling_officer", "authority": home.pk},
        ).content.decode()
        assert re.search(r"/activate/[\w-]+", page)
        assert User.objects.get(email="new@example.org").appointments.get().role == "handling_officer"

    def test_the_own_page_saves_name_and_mobile(self) -> None:
        user = person("zhao@example.org")
        client = signed_in(user)
        client.post("/account/", {"name": "赵二", "mobile": "１３８ 1234 5678"})
        user.refresh_from_db()
        assert (user.name, user.mobile) == ("赵二", "13812345678")
        page = client.post("/account/", {"name": "赵二", "mobile": "123"}).content.decode()
        assert "11 位" in page

    def test_a_closed_account_is_out_at_once(self) -> None:
        user = person("zhao@example.org")
        client = signed_in(user)
        system = holder(Role.SYSTEM_ADMINISTRATOR)
        signed_in(system).post(f"/work/people/{user.pk}/close", {"reason": "离职"})
        assert client.get("/account/").status_code == 302
        assert sign_in(user.email, PASSWORD).status_code == 302
        assert client.get("/account/").status_code == 302


def test_an_authority_is_registered_once_however_often_the_page_is_reloaded() -> None:
    client = signed_in(holder(Role.SYSTEM_ADMINISTRATOR))
    answer = client.post("/work/authorities/", {"name": "河南省教育厅", "kind": "province", "region": "410000"})
    assert answer.status_code == 302
    assert "已登记“河南省教育厅”" in client.get(answer["Location"]).content.decode()
    number = Authority.objects.get(name="河南省教育厅").pk
    answer = client.post(f"/work/authorities/{number}/rename", {"name": "长" * 101}, follow=True)
    assert "最多 100 字，现在有 101 字" in answer.content.decode()
