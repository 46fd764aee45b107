"""How a person wants to hear: chosen on one page, kept by every notice, and a digest that goes out once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifelong.audit.models import AuditEntry
from lifelong.jobs.running import drain
from lifelong.notices import groups, send
from lifelong.notices.actions import digesting
from lifelong.notices.groups import Counted, Group, Line, Way
from lifelong.notices.models import Mail, MailChoice, Notice

pytestmark = pytest.mark.django_db
PLACE = reverse("notices")


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def counted(monkeypatch):
    """Three groups of a chapter that there is not; returns what the last of them will count, by user."""
    news: dict[int, list[tuple[datetime, Line]]] = {}

    def lines(user, since, until):
        return [line for then, line in news.get(user.pk, []) if since < then <= until]

    monkeypatch.setattr(groups, "_groups", {})
    right = frozenset({"desk"})
    groups.register_group(Group("decisions", "审核决定", right, frozenset({"decision"})))
    groups.register_group(Group("questions", "单位的提问", right, frozenset({"question"}), usual=Way.DIGEST))
    groups.register_group(
        Group("arrivals", "新到的资源", right, usual=Way.DIGEST, counted=Counted(lambda _at: list(news), lines))
    )
    return news


def told(user, kind: str, subject: str = "提问", *, when: datetime, url: str = PLACE) -> None:
    send(user, subject=subject, text="…", url=url, kind=kind, at=when)


def test_the_page_keeps_the_choice_and_every_notice_follows_it(person, counted):
    user, address = person("desk"), reverse("mail-choice")
    page = user.client.get(address).content.decode()
    assert "随时发邮件" in page
    assert "汇总几点发" in page
    wrong = {"decisions": "never", "questions": "site", "arrivals": "at_once", "hour": "24"}
    assert user.client.post(address, wrong).status_code == 422  # what is counted is never told one by one
    assert not MailChoice.objects.exists()
    sent = {"decisions": "digest", "questions": "site", "arrivals": "site", "hour": "7", "security": "site"}
    assert user.client.post(address, sent).status_code == 302
    choice = MailChoice.objects.get(user=user)
    assert (choice.hour, choice.ways) == (7, {"decisions": "digest", "questions": "site", "arrivals": "site"})
    assert AuditEntry.objects.get(verb="notices.mail_chosen").detail["hour"] == 7

    for kind in ("decision", "question", "decision.returned", "activation"):
        told(user, kind, kind, when=timezone.now())
    assert Notice.objects.filter(user=user).count() == 4  # in the site everything
    assert list(Mail.objects.values_list("subject", flat=True)) == ["decision.returned", "activation"]
    assert list(Notice.objects.filter(awaits_digest=True).values_list("kind", flat=True)) == ["decision"]
    drain()
    assert address in outbox.outbox[0].body  # each mail says where it is changed

    learner = person()
    page = learner.client.get(address).content.decode()
    assert "汇总几点发" not in page
    assert learner.client.post(address, {"questions": "site", "hour": "3"}).status_code == 302
    assert MailChoice.objects.get(user=learner).ways == {}


def test_a_digest_groups_by_place_leads_there_and_leaves_out_what_was_read(person, counted, settings):
    settings.SITE_URL = "https://edu.example"
    user, other = person("desk"), person("desk")
    told(user, "question", "甲校提问", when=at(9), url="/work/questions/1/")
    told(user, "question", "甲校再问", when=at(10), url="/work/questions/1/")
    told(user, "question", "乙校提问", when=at(11), url="/work/questions/2/")
    told(user, "question", "已经看过", when=at(12), url="/work/questions/3/")
    Notice.objects.filter(subject="已经看过").update(read_at=at(13))
    told(other, "question", "别人的", when=at(12))
    counted[user.pk] = [(at(15), Line("丙校：12 项新到", "/work/review/?institution=丙"))]
    assert digesting.write_due(at=at(8, day=4)) == 2
    body = Mail.objects.get(user=user).text
    assert body == (
        "【单位的提问】\n· 甲校再问（共 2 条）\n  https://edu.example/work/questions/1/\n"
        "· 乙校提问\n  https://edu.example/work/questions/2/\n\n"
        "【新到的资源】\n· 丙校：12 项新到\n  https://edu.example/work/review/?institution=丙"
    )
    assert Mail.objects.get(user=user).subject == "2026-06-04 的汇总：3 条"
    answer = Client().get(PLACE)  # the line's address asks for the sign-in and comes back
    assert answer.status_code == 302
    assert f"next={PLACE}" in answer.url


def test_a_digest_goes_out_once_at_its_hour_whatever_was_killed(person, counted, monkeypatch):
    user, quiet = person("desk"), person("desk")
    told(user, "question", when=at(7, 30))
    counted[user.pk], counted[quiet.pk] = [(at(7, 40), Line("一项", "/a")), (at(9), Line("两项", "/b"))], []

    def killed(*rest, **facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(digesting, "mail_to", killed)
        with pytest.raises(KeyboardInterrupt):
            digesting._write(user.pk, at=at(8))
    Notice.objects.get(awaits_digest=True)  # nothing was lost
    assert not MailChoice.objects.filter(digested_at__isnull=False).exists()
    assert digesting.write_due(at=at(8)) == 1
    assert "一项" in Mail.objects.get().text
    told(user, "question", when=at(8, 30))
    for later in (at(8), at(9), at(23)):  # the same slot again, and the other hours of the day
        assert digesting.write_due(at=later) == 0
    # nobody worked on the fifth: the digest of that day is caught up, with nothing twice and nothing left out
    assert digesting.write_due(at=at(14, day=5)) == 1
    second = Mail.objects.order_by("-pk")[0].text
    assert "两项" in second
    assert "一项" not in second
    assert digesting.write_due(at=at(8, day=6)) == 0  # nothing, so nothing is sent
    assert not Mail.objects.filter(user=quiet).exists()


def test_another_hour_counts_from_now_and_who_left_gets_nothing(person, counted):
    user, gone = person("desk"), person("desk")
    MailChoice.objects.create(user=user, hour=20, digested_at=at(20, day=2))
    told([user, gone], "question", when=at(7))
    gone.is_active = False
    gone.save()
    assert digesting.write_due(at=at(19)) == 0
    assert not Notice.objects.filter(user=gone, awaits_digest=True).exists()
    assert digesting.write_due(at=at(20)) == 1
    MailChoice.objects.filter(user=user).update(hour=6)
    told(user, "question", when=at(21))
    assert digesting.write_due(at=at(22)) == 0
    assert digesting.write_due(at=at(6, day=4)) == 1


def test_a_long_digest_is_cut_with_a_link_to_the_rest(person, counted):
    user = person("desk")
    counted[user.pk] = [(at(7), Line(f"第 {n} 所", f"/{n}")) for n in range(digesting.MOST_LINES + 20)]
    assert digesting.write_due(at=at(8)) == 1
    text = Mail.objects.get().text
    assert "第 99 所" in text
    assert "第 100 所" not in text
    assert "另有 20 条" in text
