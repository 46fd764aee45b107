import email
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lifelong.audit.models import AuditEntry
from lifelong.jobs.models import Job
from lifelong.jobs.running import drain
from lifelong.notices import mail_to, send
from lifelong.notices.actions import delivering
from lifelong.notices.models import Mail, MailState, Notice
from lifelong.notices.queries import unread_count
from lifelong.web import desk

pytestmark = pytest.mark.django_db
HERE = "lifelong.notices.tests.test_notices"


class AwayBackend(EmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("Connection refused")


class PickyBackend(EmailBackend):
    """Knows every address but one, and says so with the address."""

    def send_messages(self, messages):
        if messages[0].to == ["weg@example.org"]:
            raise SMTPRecipientsRefused({"weg@example.org": (550, b"unknown")})
        return super().send_messages(messages)


def later():
    Job.objects.waiting().update(run_after=timezone.now())


def test_a_notice_reaches_the_person_in_the_site_and_by_mail(person, settings):
    settings.SITE_URL = "https://edu.example"
    user = person(email="zhang@example.org")
    assert (
        send(user, subject="您的资源已被退回", text="请补充简介。", url="/work/resources/7/", kind="review.returned")
        == 1
    )
    drain()
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.url, notice.read_at) == (
        user,
        "review.returned",
        "/work/resources/7/",
        None,
    )
    (sent,) = outbox.outbox
    assert (sent.to, sent.subject) == (["zhang@example.org"], "您的资源已被退回")
    assert "请补充简介。" in sent.body
    assert "https://edu.example/work/resources/7/" in sent.body
    assert settings.OPERATOR["name"] in sent.body
    assert Mail.objects.get().state == MailState.SENT


def test_what_rolls_back_notifies_nobody(person):
    user = person()

    def send_and_break():
        with transaction.atomic():
            send(user, subject="x", text="y")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        send_and_break()
    assert (Notice.objects.count(), Mail.objects.count(), Job.objects.count()) == (0, 0, 0)


def test_nobody_gets_two_and_who_cannot_read_mail_gets_none(person):
    one, two, gone = person(), person(), person()
    gone.is_active = False
    assert send([one, two, one, gone], subject="x", text="y") == 3
    assert Notice.objects.count() == 3
    assert set(Mail.objects.values_list("user_id", flat=True)) == {one.pk, two.pk}
    send(one, subject="x", text="y", email=False)
    assert Mail.objects.count() == 2


def test_a_notice_to_hundreds_costs_a_handful_of_queries(person, django_assert_max_num_queries):
    people = [person() for _ in range(120)]
    with django_assert_max_num_queries(16):
        send(people, subject="x", text="y")
    drain()
    assert len(outbox.outbox) == 120
    assert Job.objects.count() == 3


def test_a_subject_cannot_smuggle_a_header_in():
    mail_to("a@example.org", subject="x\r\nBcc: b@example.org", text="y")
    drain()
    (sent,) = outbox.outbox
    assert sent.recipients() == ["a@example.org"]
    assert "\n" not in sent.subject


def test_mails_wait_for_a_server_that_is_down_and_go_out_when_it_is_back(settings):
    settings.EMAIL_BACKEND = f"{HERE}.AwayBackend"
    mail_to("a@example.org", subject="x", text="y")
    assert drain() == 1
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 1)
    assert "Connection refused" in mail.error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    later()
    drain()
    mail.refresh_from_db()
    assert (mail.state, mail.error, len(outbox.outbox)) == (MailState.SENT, "", 1)


def test_after_ten_attempts_a_mail_has_failed_and_stands_on_the_operators_desk(settings, person):
    settings.EMAIL_BACKEND = f"{HERE}.AwayBackend"
    mail_to("a@example.org", subject="x", text="y")
    for _ in range(12):
        drain()
        later()
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts) == (MailState.FAILED, 10)
    assert [item.count for item in desk.waiting_for(person("outbox.read"))] == [1]


def test_one_bad_address_does_not_hold_the_others_back_and_is_not_tried_again(settings, person):
    settings.EMAIL_BACKEND = f"{HERE}.PickyBackend"
    send([person(email="weg@example.org"), person(email="da@example.org")], subject="x", text="y")
    drain()
    states = dict(Mail.objects.values_list("address", "state"))
    assert states == {"weg@example.org": MailState.FAILED, "da@example.org": MailState.SENT}
    error = Mail.objects.get(address="weg@example.org").error
    assert "weg@" not in error
    assert "w***@example.org" in error


def test_a_delivery_that_is_run_twice_sends_once():
    mail = mail_to("a@example.org", subject="x", text="y")
    drain()
    assert delivering.deliver([mail.pk]) == 0
    assert len(outbox.outbox) == 1


def test_without_a_server_mails_lie_in_a_folder_that_only_the_owner_reads(settings, folder):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.OUTBOX
    mail_to("a@example.org", subject="启用账号", text="链接 https://x/activate/geheim", secret=True)
    drain()
    (file,) = settings.OUTBOX.iterdir()
    message = email.message_from_bytes(file.read_bytes())
    assert "geheim" in message.get_payload(decode=True).decode()
    assert settings.OUTBOX.stat().st_mode & 0o777 == 0o700
    mail = Mail.objects.get()
    assert mail.state == MailState.KEPT
    assert "geheim" in mail.text


def test_a_secret_body_is_wiped_once_it_was_sent(person):
    mail_to("a@example.org", subject="启用账号", text="https://x/activate/geheim", secret=True)
    drain()
    mail = Mail.objects.get()
    assert (mail.state, mail.text, mail.is_wiped) == (MailState.SENT, "", True)
    with pytest.raises(delivering.BodyWiped):
        delivering.resend(mail, by=person("outbox.read"), at=timezone.now())


def test_kept_and_failed_mails_go_out_together_once_there_is_a_server(person):
    for state in (MailState.KEPT, MailState.FAILED, MailState.SENT):
        Mail.objects.create(address="a@example.org", subject="x", text="y", state=state, created_at=timezone.now())
    assert delivering.send_kept(by=person("outbox.read"), at=timezone.now()) == 2
    drain()
    assert Mail.objects.filter(state=MailState.SENT).count() == 3
    assert AuditEntry.objects.get(verb="outbox.sent_all").detail == {"mails": 2}


def test_the_outbox_shows_masked_addresses_and_no_body(person):
    user = person("outbox.read")
    mail = mail_to("zhang@example.org", subject="启用账号", text="https://x/activate/geheim", secret=True)
    for address in (reverse("outbox"), reverse("mail", args=[mail.pk])):
        page = user.client.get(address).content.decode()
        assert "z***@example.org" in page
        assert "zhang@" not in page
        assert "geheim" not in page


def test_demo_mode_shows_the_body(person, settings):
    mail = mail_to("zhang@example.org", subject="启用账号", text="https://x/activate/geheim", secret=True)
    settings.DEMO = True
    page = person("outbox.read").client.get(reverse("mail", args=[mail.pk])).content.decode()
    assert "geheim" in page
    drain()
    mail.refresh_from_db()
    assert "geheim" in mail.text


def test_the_outbox_is_for_who_runs_the_platform(person):
    stranger = person("audit.read").client
    mail = mail_to("a@example.org", subject="x", text="y")
    assert stranger.get(reverse("outbox")).status_code == 403
    assert stranger.get(reverse("mail", args=[mail.pk])).status_code == 403
    for name, arguments in (("outbox-test", []), ("outbox-send", []), ("mail-resend", [mail.pk])):
        assert stranger.post(reverse(name, args=arguments)).status_code == 403


def test_mails_are_found_by_state_subject_and_whole_address(person, django_assert_max_num_queries):
    user = person("outbox.read")
    for n in range(60):
        mail_to(f"a{n}@example.org", subject=f"标题{n}", text="y")
    get = lambda **query: len(user.client.get(reverse("outbox"), query).context["page"].object_list)  # noqa: E731
    assert get(words="a7@example.org") == 1
    assert get(words="标题59") == 1
    assert get(state="sent") == 0
    with django_assert_max_num_queries(16):  # whatever the number of mails
        assert get(state="waiting") == 50


def test_a_test_mail_goes_to_ones_own_address(person):
    user = person("outbox.read", email="ich@example.org")
    user.client.post(reverse("outbox-test"))
    drain()
    assert [message.to for message in outbox.outbox] == [["ich@example.org"]]


def test_a_mail_is_sent_again_at_the_press_of_a_button_but_not_while_it_waits(person):
    user = person("outbox.read")
    mail = mail_to("a@example.org", subject="x", text="y")
    assert user.client.post(reverse("mail-resend", args=[mail.pk])).status_code == 409
    drain()
    assert user.client.post(reverse("mail-resend", args=[mail.pk])).status_code == 302
    drain()
    assert len(outbox.outbox) == 2
    assert AuditEntry.objects.filter(verb="outbox.resent", actor_id=user.pk).count() == 1


def test_one_reads_ones_own_notices_and_is_led_to_the_place(person):
    user, other = person(), person()
    send(user, subject="给您的", text="正文", url="/work/", email=False)
    send(other, subject="给别人的", text="正文", email=False)
    page = user.client.get(reverse("notices")).content.decode()
    assert "给您的" in page
    assert "给别人的" not in page
    assert unread_count(user) == 1
    mine, theirs = Notice.objects.get(user=user), Notice.objects.get(user=other)
    assert user.client.get(reverse("notice", args=[theirs.pk])).status_code == 404
    assert user.client.post(reverse("notice", args=[mine.pk])).url == "/work/"
    assert unread_count(user) == 0
    mine.refresh_from_db()
    first = mine.read_at
    user.client.get(reverse("notice", args=[mine.pk]))
    mine.refresh_from_db()
    assert mine.read_at == first


def test_a_notice_never_leads_out_of_the_site(person):
    user = person()
    send(user, subject="x", text="y", url="https://evil.example/", email=False)
    assert user.client.post(reverse("notice", args=[Notice.objects.get().pk])).status_code == 200


def test_all_are_marked_read_at_once_and_the_bell_counts(person):
    user = person()
    for _ in range(3):
        send(user, subject="x", text="y", email=False)
    page = user.client.get(reverse("notices"), {"unread": "1"})
    assert '<span class="bell-count">3' in page.content.decode()
    user.client.post(reverse("notices-read"))
    assert unread_count(user) == 0
    assert "没有未读的消息" in user.client.get(reverse("notices"), {"unread": "1"}).content.decode()
