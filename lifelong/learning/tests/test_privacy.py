"""What a learner can take along and end: everything, at any time, after showing again that it is them."""

import io
import json
import zipfile

import pytest
from django.test import Client
from django.utils import timezone

from lifelong.accounts.actions import agree
from lifelong.accounts.actions.erasing import StillInOffice
from lifelong.accounts.models import Consent, User
from lifelong.accounts.tests.cast import signed_in
from lifelong.audit.models import AuditEntry
from lifelong.learning.actions import lists, privacy, shelf, voices
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import Certificate, Comment, Favourite, Note, Progress, Rating
from lifelong.notices import mail_to
from lifelong.notices.models import Mail

pytestmark = pytest.mark.django_db
PAGE = "/learning/privacy-and-data"


def just_signed_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": "correct-horse-battery"})
    return client


@pytest.fixture
def traces(entry, learner):
    """Something of everything that is kept of a learner."""
    now = timezone.now()
    agree(learner, by=learner, at=now)
    shelf.keep(entry, by=learner, at=now)
    shelf.write_note(entry, text="=HYPERLINK(1)", second=95, by=learner, at=now)
    voices.rate(entry, stars=5, by=learner, at=now)
    comment = voices.say(entry, text="讲得清楚", by=learner, at=now)
    Comment.objects.filter(pk=comment.pk).update(state=CommentState.SHOWN)
    lists.make_list(title="还没有内容", by=learner, at=now)
    Progress.objects.create(user=learner, resource=entry.resource, seen=[[0, 30]], seen_s=30)
    Certificate.objects.create(
        number="C1", user=learner, name="张建华", from_date=now.date(), to_date=now.date(), content_s=60, issued_at=now
    )


def test_the_archive_holds_everything_and_nothing_of_others(entry, learner, other, traces):
    shelf.write_note(entry, text="别人的", second=None, by=other, at=timezone.now())
    answer = just_signed_in(learner).post(f"{PAGE}/export")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        found = json.loads(archive.read("everything.json"))
        notes = archive.read("notes.csv").decode("utf-8-sig")
    assert found["account"]["email"] == learner.email
    for name in ("consents", "progress", "favourites", "notes", "ratings", "comments", "certificates"):
        assert found[name], name
    assert found["notes"][0]["resource_number"] == entry.identifier
    assert "'=HYPERLINK" in notes  # a spreadsheet runs nothing of it
    assert "别人的" not in notes
    assert found["lists"] == [
        {"title": "还没有内容", "due_date": None, "created_at": found["lists"][0]["created_at"]}
        | dict.fromkeys(("position", "added_at", "resource_number"))
    ]
    assert AuditEntry.objects.filter(verb="learning.data_exported").exists()


@pytest.mark.parametrize(("method", "path"), [("post", "export"), ("get", "delete"), ("post", "delete")])
def test_an_open_screen_is_not_enough_to_take_or_end_everything(learner, traces, method, path):
    answer = getattr(signed_in(learner, both=False), method)(f"{PAGE}/{path}", {"sure": "1"})
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert User.objects.filter(pk=learner.pk).exists()


def test_a_deleted_account_leaves_comments_without_author_and_certificates(entry, learner, traces):
    client = just_signed_in(learner)
    for address in (learner.email, "somebody@example.org"):
        mail_to(address, subject="汇总", text="…")
    assert client.post(f"{PAGE}/delete").status_code == 422  # not without the tick
    assert client.post(f"{PAGE}/delete", {"sure": "1"})["Location"] == "/"
    assert not User.objects.filter(pk=learner.pk).exists()
    for model in (Favourite, Note, Rating, Progress, Consent):
        assert not model.objects.exists(), model
    comment = Comment.objects.get()
    assert (comment.user, comment.author) == (None, "已注销")
    assert Certificate.objects.get().name == "张建华"
    assert "讲得清楚" in Client().get(f"/learning/resources/{entry.identifier}/voices").content.decode()
    assert client.get("/learning/notes").status_code == 302
    assert AuditEntry.objects.filter(verb="accounts.account_erased").exists()
    assert [mail.address for mail in Mail.objects.all()] == ["somebody@example.org"]


def test_words_that_are_not_shown_go_with_their_author_and_replies_of_others_stay(entry, learner, other, traces):
    now = timezone.now()
    shown = Comment.objects.get()
    reply = voices.say(entry, text="同感", parent=shown, by=other, at=now)
    waiting = voices.say(entry, text="还没有审核", by=learner, at=now)
    Comment.objects.filter(pk=shown.pk).update(state=CommentState.REMOVED, appeal="请再看看")
    privacy.delete_account(learner, by=learner, at=now)
    assert not Comment.objects.filter(pk=waiting.pk).exists()
    shown.refresh_from_db()
    assert (shown.text, shown.appeal, shown.state, shown.author) == ("", "", CommentState.WITHDRAWN, "已注销")
    assert Comment.objects.filter(pk=reply.pk, user=other).exists()


def test_who_stands_in_legal_records_is_locked_not_erased(entry, learner, operator, traces):
    appointment = operator.appointments.get()
    now = timezone.now()
    with pytest.raises(StillInOffice):
        privacy.delete_account(operator, by=operator, at=now)
    appointment.ends_at = now
    appointment.save()
    left = User.objects.get(pk=operator.pk)
    shelf.keep(entry, by=left, at=now)
    assert privacy.delete_account(left, by=left, at=now) is False
    left.refresh_from_db()
    assert not left.is_active
    assert not left.has_usable_password()
    assert "operator" not in left.email
    assert left.name == "operator"
    assert not Favourite.objects.filter(user=left).exists()


def test_consent_is_withdrawn_and_given_again_with_version_and_time(learner, traces):
    client = signed_in(learner, both=False)
    client.post(f"{PAGE}/consent", {"do": "withdraw"})
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    assert "同意现行版本" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}/consent", {"do": "agree"})
    assert Consent.objects.filter(withdrawn_at=None).count() == 2
    assert Consent.objects.count() == 4  # what was agreed to before stays on record


def test_nobody_deletes_or_agrees_for_another(learner, other):
    from lifelong.web.refusals import NotAllowed

    with pytest.raises(NotAllowed):
        privacy.delete_account(learner, by=other, at=timezone.now())
    with pytest.raises(NotAllowed):
        agree(learner, by=other, at=timezone.now())
