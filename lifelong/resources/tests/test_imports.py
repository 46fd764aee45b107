"""Sheets come in as drafts: once, whatever happens on the way."""

import random
import tempfile
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifelong.audit.models import AuditEntry
from lifelong.media.models import MediaFile, Upload
from lifelong.resources.actions import drafts, imports_rows
from lifelong.resources.actions.imports import import_sheet
from lifelong.resources.bundles import Bundle, open_bundle
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Finding, Origin, Resource, Series, Step, Version
from lifelong.resources.queries.sheet_plan import plan_sheet
from lifelong.resources.tests import cast
from lifelong.resources.tests.sheets import ROW, rows, sheet, zipped

NOW = timezone.now


@pytest.fixture
def bring(college, reporter, tmp_path):
    def run(found, files: dict[str, bytes] | Path | None = None, **more):
        path = sheet(tmp_path, found)
        if isinstance(files, dict):
            (tmp_path / "files.zip").write_bytes(zipped(files))
            files = tmp_path / "files.zip"
        with open_bundle(files) as bundle:
            return import_sheet(path, institution=college, by=reporter, at=NOW(), bundle=bundle, **more)

    return run


def counts(plan) -> tuple[int, int, int]:
    said = plan.to_json()
    return said["accepted"], said["rejected"], said["unchanged"]


def codes(plan, number: int = 0) -> set[tuple[str, str]]:
    return {
        (p["column"], p["code"])
        for p in plan.to_json()["problems"]
        if number in {0, p["row"]} and not p["code"].startswith("todo.")
    }


def test_rows_become_drafts_with_their_way_and_verdicts(bring, college, reporter):
    plan = bring(rows("微信入门", "微信支付", series="微信", keywords="微信;手机"))
    assert counts(plan) == (2, 0, 0)
    first = Version.objects.get(title="微信入门")
    assert (first.state, first.origin, first.created_by, first.area) == ("draft", Origin.SHEET, reporter, "community")
    assert (first.series.title, first.keywords, first.title_key) == ("微信", "微信;手机", "微信入门")
    assert first.category.name == "职业技能"
    assert Series.objects.count() == 1
    assert list(first.steps.values_list("verb", flat=True)) == ["imported"]
    assert Finding.objects.filter(version=first, rule="link.protection").exists()
    assert AuditEntry.objects.filter(verb="resources.imported").count() == 2


def test_a_bulk_draft_is_the_same_as_one_saved_alone(bring, college, reporter):
    bring(rows("微信入门", series="微信", series_order="01", duration=725, keywords="微信"))
    made = Version.objects.get()
    single = drafts.create_draft(
        institution=college, by=reporter, at=NOW(),
        values=ROW | {"title": "微信入门", "series": "微信", "series_order": "02", "duration": "00:12:05", "keywords": "微信"},
    )  # fmt: skip
    different = {
        "id", "resource", "origin", "created_at", "saved_at", "state_at", "revision", "series_order", "row_key", "row_digest",
    }  # fmt: skip
    for column in Version._meta.concrete_fields:
        if column.name not in different:
            assert getattr(made, column.name) == getattr(single, column.name), column.name
    assert set(made.findings.values_list("rule", "verdict")) == set(single.findings.values_list("rule", "verdict"))


def test_the_same_sheet_again_changes_nothing(bring):
    found = rows("微信入门", "微信支付", own_number=None) + rows("微信群", own_number="N1")
    bring(found)
    before = list(Version.objects.order_by("pk").values())
    assert counts(bring(found)) == (0, 0, 3)
    assert list(Version.objects.order_by("pk").values()) == before
    assert Step.objects.count() == 3


def test_an_edited_row_updates_its_draft(bring):
    bring(rows("微信入门", "微信支付"))
    changed = rows("微信入门", summary="改过的简介，仍然讲怎样聊天和视频。") + rows("微信支付")
    assert counts(bring(changed)) == (1, 0, 1)
    assert Version.objects.count() == 2
    assert Version.objects.get(title="微信入门").summary.startswith("改过的")


def test_a_title_changed_beside_its_own_number_is_no_double(bring):
    bring(rows("微信入门", own_number="N1"))
    assert counts(bring(rows("微信从零开始", own_number="N1"))) == (1, 0, 0)
    assert Version.objects.get().title == "微信从零开始"


def test_a_number_given_later_goes_to_the_draft_that_had_none_and_one_left_out_finds_it_again(bring):
    bring(rows("微信入门"))
    bring(rows("微信入门", own_number="N1"))
    assert Resource.objects.get().own_number == "N1"
    bring(rows("微信入门"))
    assert Resource.objects.get().own_number == "N1"


def test_of_several_alike_a_row_without_number_is_not_guessed(bring):
    bring(rows("微信入门", own_number="N1") + rows("微信入门", own_number="N2"))
    plan = bring(rows("微信入门"))
    assert codes(plan, 2) == {("资源名称", "title.unclear")}
    assert Resource.objects.count() == 2


def test_what_was_edited_on_the_page_stays_when_the_same_sheet_comes_again(bring, reporter):
    bring(rows("微信入门"))
    version = Version.objects.get()
    drafts.save_draft(version, values={"title": "微信聊天"}, revision=version.revision, by=reporter, at=NOW())
    assert counts(bring(rows("微信入门"))) == (0, 0, 1)
    assert Version.objects.get().title == "微信聊天"


def test_a_column_left_empty_empties_its_field(bring):
    bring(rows("微信入门", keywords="微信"))
    bring(rows("微信入门"))
    assert Version.objects.get().keywords == ""


def test_a_deleted_draft_comes_back_with_its_row(bring, reporter):
    bring(rows("微信入门"))
    drafts.delete_draft(Version.objects.get(), by=reporter, at=NOW())
    assert counts(bring(rows("微信入门"))) == (1, 0, 0)
    assert Version.objects.get().deleted_at is None


@pytest.mark.parametrize(
    ("state", "said"),
    [(State.SUBMITTED, "撤回"), (State.PUBLISHED, "开始新版本"), (State.WITHDRAWN, "换一个本单位编号")],
)
def test_what_left_the_desk_is_not_changed_by_a_sheet(bring, state, said):
    bring(rows("微信入门", own_number="N1"))
    Version.objects.update(state=state)
    plan = bring(rows("微信从零开始", own_number="N1"))
    assert codes(plan, 2) == {("资源名称", "title.locked")}
    assert said in plan.rows[0].problems[-1].message
    assert Version.objects.get().title == "微信入门"


def test_a_row_that_says_what_is_under_review_already_is_unchanged(bring, college, reporter):
    cast.draft(college, reporter, **(ROW | {"title": "微信入门", "keywords": "微信", "area": "community"}))
    Version.objects.update(state=State.SUBMITTED)
    assert counts(bring(rows("微信入门", keywords="微信"))) == (0, 0, 1)
    assert counts(bring(rows("微信入门", keywords="手机"))) == (0, 1, 0)


def test_the_new_version_under_way_takes_the_row_not_the_one_online(bring):
    bring(rows("微信入门", own_number="N1"))
    online = Version.objects.get()
    Version.objects.update(state=State.PUBLISHED)
    second = Version.objects.create(resource=online.resource, number=2, title="微信入门", type="A03")
    assert counts(bring(rows("微信入门", own_number="N1"))) == (0, 0, 1)
    assert counts(bring(rows("微信从零开始", own_number="N1"))) == (1, 0, 0)
    second.refresh_from_db()
    online.refresh_from_db()
    assert (online.title, second.title) == ("微信入门", "微信从零开始")


def test_places_in_a_series_may_change_hands_within_one_sheet(bring):
    one, two = {"own_number": "N1", "series_order": "1"}, {"own_number": "N2", "series_order": "2"}
    bring(rows("甲课", series="课", **one) + rows("乙课", series="课", **two))
    swapped = rows("甲课", series="课", **(one | {"series_order": "2"}))
    swapped += rows("乙课", series="课", **(two | {"series_order": "1"}))
    assert counts(bring(swapped)) == (2, 0, 0)
    assert dict(Version.objects.values_list("title", "series_order")) == {"甲课": "2", "乙课": "1"}
    assert not any(version.problems for version in Version.objects.all())


def test_a_place_that_another_resource_holds_is_refused_by_row_and_column(bring):
    bring(rows("甲课", series="课", series_order="01", own_number="N1"))
    plan = bring(rows("乙课", series="课", series_order="1", own_number="N2"))
    assert codes(plan, 2) == {("所属顺序", "series_order.taken")}
    # nor where the one that would leave it is itself refused
    chain = rows("甲课", series="课", series_order="2", own_number="N1", type="B09")
    chain += rows("丙课", series="课", series_order="1", own_number="N3")
    assert counts(bring(chain)) == (0, 2, 0)


def test_planted_mistakes_are_told_by_row_column_and_code(bring):
    found = rows("甲课", "乙课", "丙课", "丁课", "戊课", "甲课", "")
    found[1]["duration"], found[2]["type"], found[3]["link"] = "1:2", "B09", "http://127.0.0.1/x"
    found[4]["series_order"] = "1"
    plan = bring(found)
    assert counts(plan) == (1, 6, 0)
    assert codes(plan, 3) == {("资源时长", "duration.format")}
    assert {code for _column, code in codes(plan, 4)} == {"type.format"} or "type" in str(codes(plan, 4))
    assert {column for column, _code in codes(plan, 5)} >= {"资源链接"}
    assert codes(plan, 6) == {("所属顺序", "series_order.series")}
    assert codes(plan, 7) == {("资源名称", "title.duplicate")}
    assert ("资源名称", "title.missing") in codes(plan, 8)
    assert Version.objects.get().title == "甲课"


def test_a_file_that_two_rows_name_is_told_and_stops_neither(bring):
    plan = bring([*rows("甲课", files="第一讲.mp4"), *rows("乙课", files="第二讲.mp4;第一讲.MP4")])
    assert {row.status for row in plan.rows} == {"accepted"}
    told = [problem for problem in plan.rows[1].problems if problem.code == "files.twice"]
    assert [problem.found for problem in told] == ["第一讲.MP4"]
    assert "第 2 行" in told[0].message


def test_a_dry_run_writes_nothing(college, reporter, tmp_path, call):
    (tmp_path / "files.zip").write_bytes(
        zipped({"a.mp4": cast.content(), "c.jpg": cast.jpeg(), "d.jpg": b"no picture"})
    )
    found = rows("甲课", files="a.mp4", cover="c.jpg") + rows("乙课", cover="d.jpg") + rows("丙课", files="x.mp4")
    path = sheet(tmp_path, found)
    audited = AuditEntry.objects.count()
    with open_bundle(tmp_path / "files.zip") as bundle:
        plan = plan_sheet(path, institution=college, at=NOW(), bundle=bundle, call=call)
    assert counts(plan) == (3, 0, 0)
    assert codes(plan, 3) == {("资源封面", "cover.refused")}
    assert {p["code"] for p in plan.to_json()["problems"] if p["row"] == 4} == {"todo.cover", "todo.files"}
    for model in (Resource, Version, Series, MediaFile, Upload):
        assert not model.objects.exists()
    assert AuditEntry.objects.count() == audited
    assert not (tmp_path / "uploads").exists()


def test_what_a_call_does_not_ask_for_is_told_and_the_draft_is_its(bring, call):
    plan = bring(rows("甲课", category="老年教育-技能提升"), call=call)
    assert ("资源类型", "call.scope") in codes(plan, 2)
    assert counts(plan) == (1, 0, 0)
    assert Version.objects.get().call == call


def test_files_by_name_are_attached_once(bring):
    files = {"甲/Ａ.MP4": cast.content("a"), "封面.jpg": cast.jpeg(), "授权.pdf": b"%PDF-1.7 paper"}
    found = rows("甲课", files="a.mp4", cover="封面.jpg", rights_file="授权.pdf", rights_holder="示例公司")
    plan = bring(found, files)
    assert not [p for p in plan.to_json()["problems"] if p["code"].startswith("todo.")]
    version = Version.objects.get()
    kept = (version.cover_id, version.rights_file_id, [entry.media_file_id for entry in version.files.all()])
    assert all(kept)
    assert version.files.get().media_file.sha256
    assert counts(bring(found, files)) == (0, 0, 1)
    version.refresh_from_db()
    assert (version.cover_id, version.rights_file_id, [entry.media_file_id for entry in version.files.all()]) == kept
    assert not Upload.objects.exclude(state="complete").exists()


def test_a_sheet_brings_the_last_day_of_a_licence_and_takes_it_away(bring):
    paper = {"授权.pdf": b"%PDF-1.7 paper"}
    found = rows("甲课", rights_file="授权.pdf", rights_until="2099年12月31日")
    assert ("授权截止日期", "rights_until.converted") in codes(bring(found, paper))
    assert Version.objects.get().rights_until == date(2099, 12, 31)
    assert counts(bring(rows("甲课", rights_file="授权.pdf", rights_until=date(2099, 12, 31)), paper)) == (0, 0, 1)
    bring(rows("甲课", rights_file="授权.pdf"), paper)
    assert Version.objects.get().rights_until is None


def test_a_mended_file_takes_the_place_of_the_one_of_its_name(bring):
    found = rows("甲课", files="a.mp4;b.mp4")
    bring(found, {"a.mp4": cast.content("a"), "b.mp4": cast.content("b")})
    bring(found, {"a.mp4": cast.content("mended")})
    names = [entry.media_file.original_name for entry in Version.objects.get().files.all()]
    assert names == ["a.mp4", "b.mp4"]


def test_files_that_come_later_go_to_rows_that_did_not_change(bring):
    found = rows("甲课", files="a.mp4", cover="c.jpg")
    first = bring(found)
    assert {p["code"] for p in first.to_json()["problems"]} == {"todo.cover", "todo.files"}
    plan = bring(found, {"a.mp4": cast.content(), "c.jpg": cast.jpeg()})
    assert counts(plan) == (0, 0, 1)
    assert Version.objects.get().files.count() == 1
    again = bring(found)
    assert not again.to_json()["problems"], "what is done is not asked for again"


def test_a_bad_cover_costs_the_cover_not_the_row(bring):
    plan = bring(rows("甲课", cover="c.jpg"), {"c.jpg": b"\xff\xd8\xff but no picture"})
    assert counts(plan) == (1, 0, 0)
    assert codes(plan, 2) == {("资源封面", "cover.refused")}
    assert Version.objects.get().cover is None


def test_media_beyond_the_quota_are_told_and_leave_no_upload_behind(bring, college):
    college.quota_bytes = 10
    college.save()
    plan = bring(rows("甲课", files="a.mp4"), {"a.mp4": cast.content()})
    assert codes(plan, 2) == {("资源文件", "files.refused")}
    assert not Upload.objects.exists()


class Killed(BaseException):
    """As ``kill -9`` looks from inside."""


@pytest.mark.parametrize("at_call", [1, 2, 3])
def test_killed_in_the_middle_and_repeated_makes_no_doubles(bring, monkeypatch, at_call):
    monkeypatch.setattr(imports_rows, "CHUNK", 4)
    found = rows(*[f"第 {n} 课" for n in range(10)])
    calls = 0

    def tell(note, done, total):
        nonlocal calls
        calls += bool(total)
        if calls == at_call:
            raise Killed

    with pytest.raises(Killed):
        bring(found, tell=tell)
    assert Version.objects.count() == min(4 * at_call, 10)
    bring(found)
    assert Version.objects.count() == Resource.objects.count() == 10


def test_killed_while_a_file_is_read_and_repeated_makes_no_doubles(bring, monkeypatch):
    found, files = rows("甲课", files="a.mp4;b.mp4"), {"a.mp4": cast.content("a"), "b.mp4": cast.content("b")}
    real = Bundle.open

    def killing(self, entry):
        if entry.name == "b.mp4":
            raise Killed
        return real(self, entry)

    monkeypatch.setattr(Bundle, "open", killing)
    with pytest.raises(Killed):
        bring(found, files)
    monkeypatch.setattr(Bundle, "open", real)
    bring(found, files)
    names = [entry.media_file.original_name for entry in Version.objects.get().files.all()]
    assert names == ["a.mp4", "b.mp4"]
    assert not Upload.objects.exclude(state="complete").exists()


def test_a_stranger_does_not_import_for_the_institution(college, rival, tmp_path):
    path = sheet(tmp_path, rows("甲课"))
    with pytest.raises(Exception, match="报送工作负责人"):
        import_sheet(path, institution=college, by=rival, at=NOW())
    assert not Version.objects.exists()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(college, reporter, seed):
    """The same rows in another order: the same drafts, and then nothing more to do."""
    Version.objects.all().delete()
    Resource.objects.all().delete()
    dice = random.Random(seed)
    found = [
        ROW | {
            "title": f"第 {n} 课", "own_number": f"N{n}" if dice.random() < 0.5 else None, "series": "课",
            "series_order": str(n), "duration": "1:2" if dice.random() < 0.2 else 60,
        }
        for n in range(8)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        first = sheet(Path(folder), found)
        begun = import_sheet(first, institution=college, by=reporter, at=NOW())
        kept = set(Version.objects.values_list("title", "series_order", "resource__own_number", "pk"))
        moved = dice.sample(found, len(found))
        again = import_sheet(sheet(Path(folder), moved), institution=college, by=reporter, at=NOW())
    accepted, rejected, _none = counts(begun)
    assert counts(again) == (0, rejected, accepted)
    assert set(Version.objects.values_list("title", "series_order", "resource__own_number", "pk")) == kept
