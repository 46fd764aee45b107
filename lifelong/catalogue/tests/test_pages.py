"""What a visitor without an account and without a script sees."""

import json
import re

import pytest
from django.utils import timezone
from lxml import etree

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.catalogue.actions import availability
from lifelong.catalogue.models import Entry, Report
from lifelong.catalogue.oai.schema import xsd
from lifelong.catalogue.queries.listing import CARD, rows_of
from lifelong.catalogue.tests import world
from lifelong.review.actions import batches

pytestmark = pytest.mark.django_db
SUSPENDED, GONE = 404, 410


@pytest.fixture
def library(feed, final):
    world.loaded()
    world.published(final, "太极拳起势", "八段锦")
    feed()
    return feed


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


ADDRESSES = [
    "/", "/search", "/search?q=太极拳", "/search?q=没有这样的词", "/areas/older", "/categories/older.health", "/institutions/",
    "/institutions/4110001", "/batches/", "/batches/2026-01", "/about", "/help", "/terms", "/privacy", "/report", "/complaint",
    "/reports/", "/sitemap.xml", "/sitemap-lists.xml", "/sitemap-0.xml", "/feeds/older.atom", "/feeds/older.health.atom",
    "/api/docs",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("elder", ["", "1"])
def test_every_public_page_opens_without_an_account(client, library, address, elder):
    client.cookies["elder"] = elder
    assert client.get(address).status_code == 200
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_public_page_opens_in_an_empty_library(client, feed, address):
    feed()
    expected = 404 if address in {"/institutions/4110001", "/batches/2026-01", "/sitemap-0.xml"} else 200
    assert client.get(address).status_code == expected


@pytest.mark.parametrize("address", ["/", "/areas/older", "/institutions/", "/batches/", "/api/v1/areas"])
def test_pages_open_before_there_is_an_index_and_search_says_so(client, db, address):
    world.loaded()
    assert client.get(address).status_code == 200
    answer = client.get("/search?q=太极拳")
    assert answer.status_code == 503
    assert answer["Retry-After"]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/search?q=太极拳",
        "/areas/older",
        "/categories/older.health",
        "/institutions/4110001",
        "/batches/2026-01",
        "RES",
        "SERIES",
    ],
)
def test_the_number_of_queries_is_small_and_does_not_grow(client, library, django_assert_max_num_queries, address):
    entry = world.entry("二十四式太极拳入门")
    address = {"RES": f"/resources/{entry.identifier}", "SERIES": f"/series/{entry.series_id}"}.get(address, address)
    client.get(address)
    world.loaded(
        *[{"title": f"太极拳第 {n} 讲", "series": "太极拳系列", "series_order": str(n + 3)} for n in range(15)],
        name="m.jsonl",
    )
    library()
    with django_assert_max_num_queries(8):
        client.get(address)


def test_home_shows_the_last_batch_first_with_live_counts(client, library):
    page = text(client.get("/"))
    assert page.index("太极拳起势") < page.index("大家常回来学")
    assert "第 2026-01 批" in page
    assert re.search(r"area-older.*?<b>5</b>", page)


def test_home_in_the_elders_edition_is_doors_without_statistics_and_short(client, library):
    def longest_row(page):
        return max(row.count("<li>") for row in re.findall(r'<ul class="cards">.*?</ul>', page, re.S))

    assert longest_row(text(client.get("/"))) > 3
    client.cookies["elder"] = "1"
    page = text(client.get("/"))
    assert longest_row(page) == 3
    assert "data-elder" in page
    assert 'class="strip"' not in page
    assert page.index('class="doors"') < page.index("最近新上")


def test_search_marks_what_was_found_and_counts_exactly(client, library):
    page = text(client.get("/search?q=太极拳"))
    assert "<mark>太极拳</mark>" in page
    assert "共 3 项" in page


def test_chosen_filters_are_chips_that_can_be_taken_off_and_facets_keep_their_counts(client, library):
    page = text(client.get("/search?q=太极拳&type=A02"))
    assert "类型：音频" in page
    assert "共 1 项" in page
    assert re.search(r'value="A01"[^>]*><label[^>]*>视频 <span class="facet-count">2</span>', page)


def test_nothing_in_these_filters_offers_the_words_without_them(client, library):
    page = text(client.get("/search?q=太极拳&area=degree"))
    assert "去掉筛选条件，有 3 项" in page


def test_a_search_without_hits_helps(client, library):
    page = text(client.get("/search?q=量子纠缠"))
    assert "没有找到“量子纠缠”" in page
    assert "大家常学的" in page


def test_a_homophone_is_understood_and_said(client, library):
    page = text(client.get("/search?q=太级拳"))
    assert "没有找到“太级拳”" in page
    assert "<mark>太极拳</mark>" in page


@pytest.mark.parametrize("words", ["长辈版", "关怀版", " 長輩版 ", "关怀模式"])
def test_searching_for_the_elders_edition_opens_it(client, library, words):
    answer = client.get("/search", {"q": words})
    assert answer.cookies["elder"].value == "1"
    assert "data-elder" in text(client.get(answer["Location"]))


def test_a_resource_id_in_the_search_box_opens_the_resource(client, library):
    entry = world.entry("高等数学")
    answer = client.get("/search", {"q": entry.identifier.lower()})
    assert answer["Location"] == f"/resources/{entry.identifier}"


def test_deeper_than_ten_thousand_is_a_400_with_words(client, library):
    answer = client.get("/search?page=501")
    assert answer.status_code == 400
    assert "10,000" in text(answer)


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "sort=nonsense", "area=mars&type=B1", "size=9999", "q=%00%ff", "region=abc"]
)
def test_nonsense_in_the_address_is_passed_over(client, library, query):
    assert client.get(f"/search?{query}").status_code == 200


def test_what_was_typed_is_never_markup(client, library):
    page = client.get("/search", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_a_resource_page_has_player_owner_contents_and_figures_apart(client, library, final):
    entry = world.entry("太极拳起势")
    page = text(client.get(f"/resources/{entry.identifier}"))
    assert f'<source src="{entry.files[0]["url"]}"' in page
    assert entry.institution.name in page
    assert "0 次浏览" in page
    loaded = world.entry("二十四式太极拳入门")
    page = text(client.get(f"/resources/{loaded.identifier}"))
    assert "单位申报点击 36,500" in page
    assert 'href="?t=95"' not in page  # nothing to play: the contents are only told
    assert "野马分鬃" in page
    assert "太极拳进阶" in page  # the series on the right
    assert "张建华" in page


def test_contents_of_what_can_be_played_jump_to_their_second(client, library):
    entry = world.entry("八段锦")
    entry.outline = '<catalog version="1"><item no="1" title="双手托天" start="00:01:35"/></catalog>'
    entry.save()
    for moment in ("95", "95s", "1m35s", "1M35", "1:35", "0:01:35", "0h1m35s"):
        page = text(client.get(f"/resources/{entry.identifier}", {"t": moment}))
        assert 'data-start="95"' in page
        assert 'data-start-at="95"' in page
    begin = text(client.get(f"/resources/{entry.identifier}", {"t": "0"}))
    assert 'data-start-at="0"' in begin
    for nothing in ("", "s", "-5", "1:2:3:4", "1e3", "９５", "99999999", "1m5s5", ":", "h"):
        assert "data-start-at" not in text(client.get(f"/resources/{entry.identifier}", {"t": nothing}))


def test_a_course_of_many_offers_its_next_part_and_then_the_next_of_its_series(client, library):
    entry = world.entry("八段锦")
    entry.files = [entry.files[0], entry.files[0] | {"position": 2, "title": "左右开弓"}]
    entry.save()
    first = text(client.get(f"/resources/{entry.identifier}"))
    assert 'data-file="1"' in first
    assert 'data-next="?file=2" data-next-title="左右开弓"' in first
    last = text(client.get(f"/resources/{entry.identifier}?file=2"))
    assert 'data-file="2"' in last
    assert 'data-part="左右开弓"' in last
    assert "data-next" not in last
    assert '<a href="?file=2">' in text(client.get(f"/embed/{entry.identifier}"))


def test_machines_are_told_every_part_of_a_course_of_many(client, library):
    entry = world.entry("八段锦")
    entry.files = [entry.files[0], entry.files[0] | {"position": 2, "title": "左右开弓</script>"}]
    entry.save()
    page = client.get(f"/resources/{entry.identifier}").content.decode()
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert "contentUrl" not in told
    assert [(part["position"], part["name"]) for part in told["hasPart"]] == [
        (1, entry.files[0]["title"]),
        (2, "左右开弓</script>"),
    ]
    assert told["hasPart"][1]["embedUrl"].endswith(f"/embed/{entry.identifier}?file=2")
    asked = f"/oai?verb=GetRecord&identifier=oai:localhost:{entry.identifier}&metadataPrefix="
    place = f"/resources/{entry.identifier}?file=2"
    for prefix, said in (("oai_dc", "2. 左右开弓&lt;/script&gt;"), ("lom", place), ("lifelong", place)):
        record = client.get(asked + prefix).content.decode()
        assert said in record
    own = etree.fromstring(record.encode()).find(".//{urn:lifelong:metadata:2022}resource")
    etree.XMLSchema(etree.fromstring(xsd().encode())).assertValid(own)


def test_a_linked_course_names_its_platform_and_opens_apart(client, library):
    page = text(client.get(f"/resources/{world.entry('高等数学').identifier}"))
    assert "到中国大学MOOC学习" in page
    assert 'target="_blank" rel="noopener external"' in page


def test_machines_read_the_page_too(client, library, settings):
    entry = world.entry("二十四式太极拳入门")
    page = client.get(f"/resources/{entry.identifier}").content.decode()
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert told["@type"] == ["LearningResource", "VideoObject"]
    assert told["author"] == [{"@type": "Person", "name": "张建华"}]
    assert f'property="og:url" content="{settings.SITE_URL}/resources/{entry.identifier}"' in page


def test_a_crawler_is_led_to_the_sitemap_and_by_it_to_every_list_that_holds_something(client, library, settings):
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in robots.content.decode()
    listed = re.findall(rf"<loc>{settings.SITE_URL}([^<]+)</loc>", client.get("/sitemap-lists.xml").content.decode())
    assert {"/", "/areas/older", "/categories/older.health", "/institutions/4110001", "/batches/2026-01"} <= set(listed)
    assert len(listed) == len(set(listed))
    assert {place: client.get(place).status_code for place in listed} == dict.fromkeys(listed, 200)


def test_a_title_cannot_break_out_of_the_json(client, feed):
    world.loaded({"title": "</script><script>alert(1)</script>"})
    feed()
    page = client.get(Entry.objects.get().get_absolute_url()).content.decode()
    assert "<script>alert" not in page


def test_another_way_to_write_an_id_leads_to_the_right_one(client, library):
    entry = world.entry("高等数学")
    assert client.get(f"/resources/{entry.identifier.lower()}")["Location"] == f"/resources/{entry.identifier}"
    assert client.get(f"/r/{entry.identifier}")["Location"] == f"/resources/{entry.identifier}"
    for address in (f"/r/{entry.identifier}", f"/resources/{entry.identifier.lower()}"):
        assert client.get(f"{address}?t=95&file=2")["Location"] == f"/resources/{entry.identifier}?t=95&file=2"
    assert client.get(f"/resources/{entry.identifier}/qr.svg")["Content-Type"] == "image/svg+xml"
    assert client.get("/resources/NOPE").status_code == 404


def test_suspended_explains_itself_and_is_nowhere_else(client, library, operator):
    entry = world.entry("太极拳起势")
    for address in ("/", "/search?q=太极拳", "/areas/older"):
        client.get(address)  # now kept
    availability.suspend(entry.resource, by=operator, reason="画面有误", at=timezone.now())
    page = client.get(f"/resources/{entry.identifier}")
    assert page.status_code == SUSPENDED
    assert "画面有误" in text(page)
    library()
    for address in (
        "/",
        "/search?q=太极拳",
        "/areas/older",
        "/api/v1/resources?q=太极拳",
        "/sitemap-0.xml",
        "/feeds/older.atom",
    ):
        shown = text(client.get(address)).replace(entry.title, "", 0)
        assert entry.identifier not in shown, address
    assert client.get(f"/api/v1/resources/{entry.identifier}").status_code == SUSPENDED
    batch = text(client.get("/batches/2026-01"))
    assert "<del>太极拳起势</del>" in batch
    assert "画面有误" in batch


def test_retired_is_gone_with_an_explanation(client, library, final):
    entry = world.entry("八段锦")
    availability.retire(entry.resource, by=final, reason="版权到期", at=timezone.now())
    page = client.get(f"/resources/{entry.identifier}")
    assert page.status_code == GONE
    assert "版权到期" in text(page)
    assert client.get(f"/api/v1/resources/{entry.identifier}").status_code == GONE


def test_a_series_lists_in_order_and_offers_the_next(client, library):
    first, second = world.entry("二十四式太极拳入门"), world.entry("太极拳进阶")
    page = text(client.get(f"/series/{first.series_id}"))
    assert page.index(first.title) < page.index(second.title)
    assert "下一讲" in text(client.get(f"/resources/{first.identifier}"))
    assert "下一讲" not in text(client.get(f"/resources/{second.identifier}"))


def test_a_speaker_has_a_page(client, library):
    key = world.entry("二十四式太极拳入门").speakers[0]["id"]
    assert "二十四式太极拳入门" in text(client.get(f"/speakers/{key}"))
    assert client.get("/speakers/999999").status_code == 404


def test_a_prepared_batch_is_nobodys_business_yet(client, library, final):
    batch = world.batch_of(world.accepted("还没公布"), final, "2026-09")
    batches.prepare(batch, at=timezone.now())
    assert client.get("/batches/2026-09").status_code == 404
    hidden = Entry.objects.prepared().get()
    assert client.get(f"/resources/{hidden.identifier}").status_code == 404


def test_a_report_needs_no_account_and_is_followed_by_its_number(client, library, operator):
    entry = world.entry("八段锦")
    answer = client.post(
        f"/report?resource={entry.identifier}",
        {"kind": "playback", "text": "第三分钟没有声音", "contact": "13800000000"},
    )
    report = Report.objects.get()
    assert answer["Location"] == f"/reports/{report.number}"
    assert report.resource == entry.resource
    page = text(client.get(answer["Location"]))
    assert "处理中" in page
    assert "13800000000" not in page
    typed = {"number": f" {report.number[:7].lower()} {report.number[7:]}　"}
    assert client.get("/reports/", typed)["Location"] == f"/reports/{report.number}"
    answerer = signed_in(operator)
    assert report.number in text(answerer.get("/work/reports/"))
    assert answerer.post(f"/work/reports/{report.number}", {"answer": ""}).status_code == 422
    answerer.post(f"/work/reports/{report.number}", {"answer": "已更换文件"})
    assert "已更换文件" in text(client.get(f"/reports/{report.number}"))


def test_few_words_are_a_report_and_what_is_too_short_or_long_is_told_in_words_of_people(client, library):
    said = {"kind": "playback", "text": "卡"}
    assert "至少写 2 个字，现在有 1 个。" in text(client.post("/report", said))
    assert "最多 1000 个字，现在有 1001 个。" in text(client.post("/report", said | {"text": "卡" * 1001}))
    assert client.post("/report", said | {"text": "没声音"}).status_code == 302


def test_a_robot_that_fills_every_field_is_not_heard(client, library):
    answer = client.post("/report", {"kind": "other", "text": "buy now", "website": "http://spam.example"})
    assert answer.status_code == 422
    assert not Report.objects.exists()


def test_the_operator_suspends_with_one_form_and_the_ministry_restores(client, library, operator, final):
    entry = world.entry("八段锦")
    place = f"/work/catalogue/{entry.identifier}/"
    desk_ = signed_in(operator)
    assert "立即下架" in text(desk_.get(place))
    assert "恢复上线" not in text(desk_.get(place))
    refused = desk_.post(f"{place}suspend", {"reason": ""})
    assert "请写明原因" in text(refused)
    assert desk_.post(f"{place}suspend", {"reason": "画面有误"}).status_code == 302
    assert client.get(f"/resources/{entry.identifier}").status_code == SUSPENDED
    assert desk_.post(f"{place}restore", {"reason": "我说行"}).status_code == 403
    assert signed_in(final).post(f"{place}restore", {"reason": "已核实"}).status_code == 302
    assert client.get(f"/resources/{entry.identifier}").status_code == 200


@pytest.mark.parametrize("role", [Role.EXPERT, Role.HANDLING_OFFICER, Role.AUDIT_ADMINISTRATOR])
def test_others_who_work_here_do_not_open_the_librarys_desk(library, role):
    assert signed_in(holder(role)).get("/work/catalogue/").status_code == 403


def test_the_desk_finds_by_name_id_state_and_institution(library, operator):
    entry = world.entry("八段锦")
    there = signed_in(operator)
    for query in (
        {"text": "八段"},
        {"text": entry.identifier.lower()},
        {"institution": entry.institution.code},
        {"state": "online"},
    ):
        assert "八段锦" in text(there.get("/work/catalogue/", query))
    assert "八段锦" not in text(there.get("/work/catalogue/", {"state": "hidden"}))


def test_what_waits_for_operator_and_ministry_stands_on_their_desk(client, library, operator, final):
    client.post("/report", {"kind": "other", "text": "建议增加戏曲"})
    assert "待答复的问题反馈" in text(signed_in(operator).get("/work/"))
    availability.suspend(world.entry("八段锦").resource, by=operator, reason="画面有误", at=timezone.now())
    assert "已下架、待决定恢复或出库的资源" in text(signed_in(final).get("/work/"))


def test_rows_of_a_list_come_in_the_order_asked_for_whatever_its_length(library, final):
    world.loaded(*({"title": f"剪纸第{number}课"} for number in range(44)), name="more.jsonl")
    keys = list(Entry.objects.online().order_by("-published_at", "title").values_list("resource_id", flat=True))
    hidden = Entry.objects.get(resource_id=keys[0])
    availability.suspend(hidden.resource, reason="画面有误", by=final, at=timezone.now())
    for fields in (CARD, ("resource_id", "visibility", "speakers", "published_at", "resource__count__views")):
        same = {row["resource_id"]: row for row in Entry.objects.filter(resource_id__in=keys).values(*fields)}
        for size in (1, 2, 19, 20, 21, 45):
            assert rows_of([*keys[:size], 10**9], fields) == [same[key] for key in keys[1:size]]
    assert rows_of([]) == []
