"""The operator writes the agreement, the privacy policy, the help and the footer; everybody reads every version."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lifelong.accounts.actions import agree, withdraw_consent
from lifelong.accounts.models import Consent, Role
from lifelong.accounts.tests.cast import holder, person, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.texts import actions, queries
from lifelong.texts.markup import as_html
from lifelong.texts.models import OperatorDetails, TextVersion

pytestmark = pytest.mark.django_db
DRAFT = {"revision": "0", "chinese": "新的约定\n\n# 学习\n\n- 一\n- 二", "english": "New rules"}
FOOTER = {"operator": "", "phone": "", "email": "", "icp": "", "police": ""}


@pytest.fixture
def operator():
    return holder(Role.OPERATOR)


@pytest.fixture
def desk(operator):
    return signed_in(operator)


def put(by, name="terms", *, at=None, day=None, material=False, chinese="新的约定", changes="改了期限"):
    """A version drafted and put in force at ``at``."""
    at = at or timezone.now()
    draft = actions.save_draft(name, chinese=chinese, english="New rules", revision=0, by=by, at=at)
    return actions.put_in_force(
        name,
        revision=draft.revision,
        begins_date=day,
        material=material,
        changes=changes,
        changes_english="",
        by=by,
        at=at,
    )


def read(path: str, client: Client | None = None) -> str:
    return (client or Client()).get(path).content.decode()


def test_a_text_is_drafted_previewed_and_put_in_force_and_the_old_one_stays(desk):
    assert "使用本平台，即表示同意" in read("/terms")
    assert desk.post("/work/texts/terms/", DRAFT)["Location"] == "/work/texts/terms/preview"
    seen = read("/work/texts/terms/preview", desk)
    assert "<h2>学习</h2>" in seen
    assert "<li>二</li>" in seen
    assert "<ins>新的约定</ins>" in seen
    assert "<del># 资源的使用</del>" in seen
    assert "新的约定" not in read("/terms")
    chosen = {"revision": "1", "begins_date": "", "material": "no", "changes": "换了说法"}
    assert desk.post("/work/texts/terms/preview", chosen)["Location"] == "/work/texts/"
    today = timezone.localdate().isoformat()
    assert "新的约定" in read("/terms")
    assert "New rules" in Client(headers={"cookie": "django_language=en"}).get("/terms").content.decode()
    assert "使用本平台，即表示同意" in read("/terms?version=2026-11")
    listed = read("/terms/versions")
    assert listed.index(today) < listed.index("换了说法") < listed.index("随软件提供")
    assert Client().get("/terms?version=2020-01").status_code == 404
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"texts.draft_saved", "texts.put_in_force"} <= verbs


def test_a_later_day_is_announced_comes_by_the_clock_and_can_be_called_off(operator, desk):
    now = timezone.now()
    day = timezone.localdate(now) + timedelta(days=8)
    coming = put(operator, "privacy", day=day, material=True)
    assert "新的约定" not in read("/privacy")
    assert f"{day} 版将于 {day} 起施行" in read("/privacy")
    assert "现在还没有施行" in read(f"/privacy?version={day}")
    assert queries.in_force("privacy", coming.begins_at).version == day.isoformat()
    assert queries.in_force("privacy", coming.begins_at - timedelta(seconds=1)).version == "2026-11-27"
    desk.post("/work/texts/privacy/change", {"do": "call_off", "version": day.isoformat()})
    assert queries.coming("privacy", now) == []
    assert "新的约定" in read("/work/texts/privacy/", desk)
    now_in_force = put(operator, "help")
    with pytest.raises(actions.Conflict):
        actions.call_off("help", now_in_force.version, by=operator, at=timezone.now())


def test_two_of_a_day_have_two_names(operator):
    assert [put(operator).version for _ in range(3)] == [
        timezone.localdate().isoformat() + end for end in ("", ".2", ".3")
    ]


def test_two_editors_at_once_lose_no_word(desk):
    other = signed_in(holder(Role.OPERATOR, email="second@example.org"))
    desk.post("/work/texts/help/", DRAFT | {"chinese": "先存的文字"})
    late = other.post("/work/texts/help/", DRAFT | {"chinese": "后写的文字"})
    shown = late.content.decode()
    assert late.status_code == 422
    assert "后写的文字" in shown
    assert "先存的文字" in shown
    assert 'name="revision" value="1"' in shown
    assert TextVersion.objects.get().chinese == "先存的文字"
    other.post("/work/texts/help/", DRAFT | {"chinese": "后写的文字", "revision": "1"})
    stale = desk.post("/work/texts/help/preview", {"revision": "1"})
    assert stale.status_code == 422, "what is put in force is what was previewed"
    assert TextVersion.objects.get().version == ""
    desk.post("/work/texts/help/change", {"do": "drop", "revision": "1"})
    assert TextVersion.objects.get().chinese == "后写的文字"


def test_empty_and_far_too_long_texts_are_refused_and_long_ones_kept(desk):
    full = "# 一\n" * 25_000
    assert len(full) == 100_000
    assert desk.post("/work/texts/about/", DRAFT | {"chinese": " \n"}).status_code == 422
    too_long = desk.post("/work/texts/about/", DRAFT | {"chinese": "长" * 100_001})
    assert too_long.status_code == 422
    assert "长" * 100_001 in too_long.content.decode()
    assert (
        desk.post("/work/texts/about/", DRAFT | {"chinese": full.replace("\n", "\r\n"), "english": ""}).status_code
        == 302
    )
    assert read("/work/texts/about/preview", desk).count("<h2>一</h2>") == 25_000
    refused = desk.post("/work/texts/about/preview", {"revision": "1"})
    assert "中文和英文都写好以后才能公布" in refused.content.decode()
    with pytest.raises(actions.NotReady):
        put(holder(Role.OPERATOR, email="o@example.org"), "terms", day=timezone.localdate())
    with pytest.raises(actions.NotReady):
        put(holder(Role.OPERATOR, email="p@example.org"), "privacy", material=True, changes=" ")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("[点](javascript:alert(1))", "<p>[点](javascript:alert(1))</p>"),
        ("[点](//evil.example)", "<p>[点](//evil.example)</p>"),
        ("[点](/\\evil.example)", "<p>[点](/\\evil.example)</p>"),
        ('[点](https://a.example/"onclick="x)', '<p><a href="https://a.example/&quot;onclick=&quot;x" rel="noopener">点</a></p>'),
        ("[**点**](/help)", '<p><a href="/help" rel="noopener"><strong>点</strong></a></p>'),
        ("1. 一\n2. 二\n\n段\n接", "<ol><li>一</li><li>二</li></ol>\n<p>段<br>接</p>"),
        ("2026. 是年份", "<p>2026. 是年份</p>"),
        ("## 小", "<h3>小</h3>"),
    ],
)  # fmt: skip
def test_marks_become_html_and_nothing_else_does(typed, shown):
    assert as_html(typed) == shown


def test_the_footer_follows_the_operator_and_two_editors_see_each_other(desk, settings):
    settings.OPERATOR = settings.OPERATOR | {"phone": "010-1", "icp": "京ICP备1号"}
    assert "京ICP备1号" in read("/terms")
    seen = {"seen": "0"}
    saved = desk.post("/work/texts/", FOOTER | seen | {"operator": "新运营单位", "phone": "010-12345678 转 8"})
    assert saved.status_code == 302
    foot = read("/terms")
    assert "新运营单位" in foot
    assert "010-12345678 转 8" in foot
    assert "京ICP备1号" in foot, "what is left empty follows the settings"
    late = desk.post("/work/texts/", FOOTER | seen | {"operator": "别的单位"})
    assert late.status_code == 422
    assert 'value="别的单位"' in late.content.decode()
    wrong = desk.post("/work/texts/", FOOTER | {"seen": "1", "phone": "javascript:1"})
    assert wrong.status_code == 422
    assert OperatorDetails.objects.count() == 1


@pytest.mark.parametrize("role", Role)
def test_only_the_operator_writes(role):
    client, may = signed_in(holder(role)), role == Role.OPERATOR
    for path in ("/work/texts/", "/work/texts/terms/"):
        assert client.get(path).status_code == (200 if may else 403)
    assert client.post("/work/texts/terms/", DRAFT).status_code == (302 if may else 403)


def test_a_material_change_asks_once_and_leads_on(operator):
    learner = person("learner@example.org")
    began = timezone.now() - timedelta(hours=2)
    agree(learner, by=learner, at=began)
    client = signed_in(learner, both=False)
    put(operator, at=began + timedelta(minutes=1))
    assert client.get("/account/").status_code == 200, "a minor change asks nobody"
    put(operator, at=began + timedelta(minutes=2), material=True, changes="延长了保存期限")
    asked = client.get("/account/?tab=1")
    assert asked["Location"] == "/account/consent?next=%2Faccount%2F%3Ftab%3D1"
    page = read(asked["Location"], client)
    assert "延长了保存期限" in page
    assert client.post("/account/", {"name": "新名"}).status_code == 302, "what is sent is taken in"
    assert client.get("/account/", headers={"x-fragment": "1"}).status_code == 200
    for free in ("/terms", "/terms/versions", "/learning/privacy-and-data"):
        assert client.get(free).status_code == 200
    version = queries.in_force("terms", timezone.now()).version
    answer = {"do": "agree", "shown": f"terms:{version}", "next": "/account/?tab=1"}
    put(operator, at=timezone.now() - timedelta(minutes=1), material=True, changes="又改了")
    assert client.post("/account/consent", answer).status_code == 422, "nobody agrees to what was not shown"
    version = queries.in_force("terms", timezone.now()).version
    assert client.post("/account/consent", answer | {"shown": f"terms:{version}"})["Location"] == "/account/?tab=1"
    assert Consent.objects.get(user=learner, to="terms", withdrawn_at=None).version == version
    assert Consent.objects.filter(user=learner, to="terms").count() == 2
    assert client.get("/account/").status_code == 200
    assert client.get("/account/consent?next=//evil.example")["Location"] == "/learning/"
    assert signed_in(learner, both=False).get("/account/").status_code == 200, "not asked again at the next sign-in"


def test_staff_are_asked_too_and_who_took_it_back_is_not(operator):
    officer, gone = holder(Role.FINAL_REVIEWER), person("gone@example.org")
    agree(gone, by=gone, at=timezone.now())
    withdraw_consent(gone, by=gone, at=timezone.now())
    put(operator, material=True)
    client = signed_in(officer)
    assert client.get("/work/")["Location"].startswith("/account/consent")
    assert signed_in(gone, both=False).get("/account/").status_code == 200
    assert client.post("/account/consent", {"do": "leave"})["Location"] == "/"
    assert not Consent.objects.filter(user=officer).exists()
    assert client.get("/work/")["Location"].startswith("/accounts/login")


def test_a_guardian_agrees_anew_for_a_child(operator):
    child = person("child@example.org")
    agree(child, guardian=True, by=child, at=timezone.now())
    put(operator, "privacy", material=True)
    client = signed_in(child, both=False)
    version = queries.in_force("privacy", timezone.now()).version
    answer = {"do": "agree", "shown": f"privacy:{version}", "next": "/"}
    assert "监护人" in client.post("/account/consent", answer).content.decode()
    assert client.post("/account/consent", answer | {"guardian": "on"})["Location"] == "/"
    assert set(Consent.objects.filter(user=child, withdrawn_at=None).values_list("to", "version")) == {
        ("terms", "2026-11"),
        ("privacy", version),
        ("guardian", version),
    }


def test_pages_cost_no_query_for_it(operator, django_assert_num_queries):
    learner = person("learner@example.org")
    client = signed_in(learner, both=False)
    put(operator, material=True)
    agree(learner, by=learner, at=timezone.now())
    client.get("/terms/versions")
    client.get("/account/")  # looked up once, then the session knows
    queries.state()
    with django_assert_num_queries(1):  # the words
        Client().get("/terms")
