"""Host platforms: proven once by an officer, and every link to their hosts takes the verdict."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.tests.cast import signed_in
from lifelong.audit.models import AuditEntry
from lifelong.standards import events, policy, queries
from lifelong.standards.actions import platforms as actions
from lifelong.standards.actions.platforms import Evidence
from lifelong.standards.models import EvidenceState, HostPlatform, ProtectionEvidence
from lifelong.standards.platforms import Platform, Register, ascii_host, from_toml, protection_finding, to_toml
from lifelong.web.refusals import NotAllowed

TODAY = date(2026, 5, 20)
PAPER = b"%PDF-1.4 report"


def evidence(**more):
    today = timezone.localdate()
    given = {
        "level": 3, "filing_number": "41010099999-00001", "assessment_date": today - timedelta(days=30),
        "expires_date": today + timedelta(days=335), "file": BytesIO(PAPER), "file_name": "测评报告.pdf",
    }  # fmt: skip
    return Evidence(**{**given, **more})


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": kept}


@pytest.fixture
def platform(officer):
    return actions.register_platform(
        "示例在线课堂", ["https://course.example.org/x", "*.example.net"], by=officer, at=timezone.now()
    )


# the verdict, pure


@pytest.mark.parametrize(
    ("platform", "verdict", "word"),
    [
        (None, "fail", "未登记"),
        (Platform("甲"), "fail", "未证明"),
        (Platform("甲", level=2, expires_date=date(2027, 1, 1)), "fail", "二级"),
        (Platform("甲", level=3, expires_date=date(2026, 5, 19)), "fail", "到期"),
        (Platform("甲", level=3, expires_date=date(2026, 5, 20)), "pass", "三级"),
        (Platform("甲", level=3, expires_date=date(2027, 1, 1)), "pass", "三级"),
        (Platform("甲", level=4), "pass", "四级"),
    ],
)
def test_a_link_takes_the_verdict_of_its_platform(platform, verdict, word):
    finding = protection_finding(platform, TODAY)
    assert (finding.id, finding.verdict) == ("link.protection", verdict)
    assert word in finding.measured
    assert bool(finding.remedy) == (verdict == "fail")


def test_a_proof_about_to_run_out_is_said_so():
    assert "2026-06-01" in protection_finding(Platform("甲", level=3, expires_date=date(2026, 6, 1)), TODAY).message


def test_a_host_belongs_to_the_nearest_registered_name():
    register = Register([Platform("大", ("example.org",)), Platform("小", ("course.example.org",))])
    assert register.name_for("course.example.org") == "小"
    assert register.name_for("a.course.example.org") == "小"
    assert register.name_for("WWW.EXAMPLE.ORG.") == "大"
    assert register.name_for("notexample.org") is None
    assert register.name_for("127.0.0.1") is None


@pytest.mark.parametrize(
    ("host", "found"), [("Course.Example.ORG.", "course.example.org"), ("课堂.example.org", "xn--cksr32j.example.org")]
)
def test_a_host_is_compared_in_ascii(host, found):
    assert ascii_host(host) == found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "a b.org", "", "-", "exa_mple", "a..b"])
def test_what_is_no_host_name_is_refused(host):
    with pytest.raises(ValueError):
        ascii_host(host)


def test_the_register_reads_back_as_it_was_written():
    register = Register(
        [
            Platform('甲"课堂', ("a.example.org", "b.example.org"), 3, "号-1", date(2026, 1, 2), date(2027, 1, 2)),
            Platform("乙"),
        ]
    )
    assert from_toml(to_toml(register)).platforms == register.platforms
    with pytest.raises(ValueError, match="level"):
        from_toml('[[platforms]]\nname = "甲"\nlevel = 9')


# the register in service


def test_a_platform_is_found_by_the_host_of_a_link(platform):
    assert queries.platform_for("course.example.org") == platform
    assert queries.platform_for("a.b.example.net") == platform
    assert queries.platform_for("example.org") is None
    assert queries.register().name_for("course.example.org") == "示例在线课堂"


def test_evidence_of_a_reporter_counts_once_an_officer_has_ticked_it(platform, reporter, officer):
    heard = []
    events.platform_verified.connect(lambda **news: heard.append(news["platform"].pk), weak=False, dispatch_uid="t")
    proposed = actions.propose_evidence(platform, evidence(), by=reporter, at=timezone.now())
    assert protection_finding(HostPlatform.objects.get(), timezone.localdate()).verdict == "fail"
    try:
        actions.accept_evidence(proposed, by=officer, at=timezone.now())
    finally:
        events.platform_verified.disconnect(dispatch_uid="t")
    found = HostPlatform.objects.get()
    assert protection_finding(found, timezone.localdate()).verdict == "pass"
    assert (found.verified_by, heard) == (officer, [platform.pk])
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"standards.platform_registered", "standards.evidence_proposed", "standards.evidence_accepted"} <= verbs


def test_evidence_is_decided_once(platform, reporter, officer, operator):
    proposed = actions.propose_evidence(platform, evidence(), by=reporter, at=timezone.now())
    actions.refuse_evidence(proposed, "报告不是这个平台的", by=officer, at=timezone.now())
    with pytest.raises(actions.EvidenceDecided):
        actions.accept_evidence(proposed, by=operator, at=timezone.now())
    assert HostPlatform.objects.get().level is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 0}, {"filing_number": " "}, {"assessment_date": date(2999, 1, 1)}, {"expires_date": date(2000, 1, 1)},
        {"file": BytesIO(b"MZ program"), "file_name": "a.pdf"}, {"file": None}, {"file": BytesIO(b"%PDF-" + b"0" * (8 << 20))},
    ],
)  # fmt: skip
def test_evidence_that_cannot_prove_anything_is_refused(platform, reporter, wrong):
    with pytest.raises(actions.EvidenceUnfit):
        actions.propose_evidence(platform, evidence(**wrong), by=reporter, at=timezone.now())
    assert not ProtectionEvidence.objects.exists()


def test_a_host_belongs_to_one_platform_only(platform, officer):
    for hosts, refusal in (
        (["course.example.org"], actions.HostTaken),
        (["edu.cn"], actions.HostUnfit),
        (["10.0.0.1"], actions.HostUnfit),
        ([""], actions.HostUnfit),
    ):
        with pytest.raises(refusal):
            actions.register_platform("别的课堂", hosts, by=officer, at=timezone.now())
    with pytest.raises(actions.PlatformRefused):
        actions.register_platform(" 示例在线课堂 ", ["other.example.org"], by=officer, at=timezone.now())
    assert HostPlatform.objects.count() == 1


def test_who_may_do_what(platform, reporter, rival, officer, operator, expert):
    proposed = actions.propose_evidence(platform, evidence(), by=reporter, at=timezone.now())
    table = {
        reporter: (False, True, True, False),
        rival: (False, True, False, False),
        officer: (True, True, True, True),
        operator: (True, True, True, True),
        expert: (False, False, False, False),
    }
    for user, (manage, propose, see, decide) in table.items():
        may = policy.abilities(user, proposed)
        assert (may["manage_platforms"], may["propose_evidence"], may["see"], may["decide"]) == (
            manage,
            propose,
            see,
            decide,
        ), user
        if not decide:
            with pytest.raises(NotAllowed):
                actions.accept_evidence(proposed, by=user, at=timezone.now())
            with pytest.raises(NotAllowed):
                actions.refuse_evidence(proposed, "x", by=user, at=timezone.now())
        if not manage:
            with pytest.raises(NotAllowed):
                actions.correct_platform(platform, "新名", ["course.example.org"], by=user, at=timezone.now())
        if not propose:
            with pytest.raises(NotAllowed):
                actions.propose_evidence(platform, evidence(), by=user, at=timezone.now())
    actions.accept_evidence(proposed, by=officer, at=timezone.now())
    assert not policy.can_decide_evidence(operator, ProtectionEvidence.objects.get())


# the pages


def test_a_reporter_registers_a_platform_and_brings_evidence(reporter):
    client = signed_in(reporter)
    page = client.get(reverse("platform-new"), {"host": "course.example.org"})
    assert "course.example.org" in page.content.decode()
    answer = client.post(reverse("platform-new"), {"name": "示例课堂", "hosts": "course.example.org\nwww.example.net"})
    made = HostPlatform.objects.get()
    assert answer.url == reverse("evidence-add", args=[made.pk])
    today = timezone.localdate()
    paper = BytesIO(PAPER)
    paper.name = "C:\\报告\\测评.pdf"
    answer = client.post(
        answer.url,
        {
            "level": "3",
            "filing_number": "号-1",
            "assessment_date": today.isoformat(),
            "expires_date": (today + timedelta(days=365)).isoformat(),
            "file": paper,
        },
    )
    assert answer.status_code == 302
    proposed = ProtectionEvidence.objects.get()
    assert (proposed.state, proposed.level) == (EvidenceState.PROPOSED, 3)
    file = client.get(reverse("evidence-file", args=[proposed.pk]))
    assert b"".join(file.streaming_content) == PAPER
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert client.post(reverse("evidence-accept", args=[proposed.pk])).status_code == 403


def test_mistakes_come_back_on_the_form(officer, platform):
    client = signed_in(officer)
    page = client.post(reverse("platform-new"), {"name": "示例在线课堂", "hosts": "not a host"})
    assert page.status_code == 422
    assert "已经登记了" in page.content.decode()
    page = client.post(reverse("platform-new"), {"name": "新平台", "hosts": "edu.cn"})
    assert "公共后缀" in page.content.decode()
    page = client.post(
        reverse("evidence-add", args=[platform.pk]),
        {"level": "3", "filing_number": "1", "assessment_date": "2026-01-01", "expires_date": "2999-01-01"},
    )
    assert page.status_code == 422
    assert "请上传证明材料" in page.content.decode()


def test_an_officer_ticks_or_refuses_on_the_page(officer, reporter, platform):
    client = signed_in(officer)
    first = actions.propose_evidence(platform, evidence(), by=reporter, at=timezone.now())
    second = actions.propose_evidence(platform, evidence(level=4), by=reporter, at=timezone.now())
    page = client.get(reverse("platform", args=[platform.pk])).content.decode()
    assert "核实无误" in page
    assert client.post(reverse("evidence-refuse", args=[first.pk]), {}).status_code == 422
    assert (
        client.post(
            reverse("evidence-refuse", args=[first.pk]), {f"refuse-{first.pk}-reason": "不是这个平台"}
        ).status_code
        == 302
    )
    assert client.post(reverse("evidence-accept", args=[second.pk])).status_code == 302
    assert HostPlatform.objects.get().level == 4
    assert client.post(reverse("evidence-accept", args=[second.pk])).status_code == 409
    assert "不是这个平台" in client.get(reverse("platform", args=[platform.pk])).content.decode()


def test_the_paper_of_another_institution_is_not_shown(rival, reporter, platform):
    proposed = actions.propose_evidence(platform, evidence(text="登录内网查看"), by=reporter, at=timezone.now())
    client = signed_in(rival)
    assert client.get(reverse("evidence-file", args=[proposed.pk])).status_code == 403
    page = client.get(reverse("platform", args=[platform.pk])).content.decode()
    assert "登录内网查看" not in page
    assert "测评报告" not in page


def test_the_list_filters_and_costs_the_same_for_many(officer, django_assert_max_num_queries):
    client = signed_in(officer)
    for number in range(30):
        HostPlatform.objects.create(name=f"平台{number:02}").hosts.create(host=f"h{number}.example.org")
    with django_assert_max_num_queries(14):
        page = client.get(reverse("platforms")).content.decode()
    assert "平台29" in page
    assert "平台07" in client.get(reverse("platforms"), {"q": "h7.ex"}).content.decode()
    assert "没有这样的平台" in client.get(reverse("platforms"), {"state": "expired"}).content.decode()
    export = client.get(reverse("platforms-export")).content.decode()
    assert len(from_toml(export).platforms) == 30


@pytest.mark.parametrize(
    "name", ["platforms", "platforms-export", "platform-new", "categories-desk", "categories-export"]
)
def test_who_has_no_right_sees_nothing(expert, name):
    assert signed_in(expert).get(reverse(name)).status_code == 403
