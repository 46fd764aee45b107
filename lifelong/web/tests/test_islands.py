"""The islands in a real browser, under the real content security policy."""

import re
from typing import Any

import pytest

from lifelong.web.tests import island_pages
from lifelong.web.tests.conftest import until
from lifelong.web.tests.island_pages import DRAFT, MOOD, UPLOADS

pytestmark = pytest.mark.journey
MIB = 1024 * 1024
VIDEO = "document.querySelector('video')"


# The player


def test_a_film_plays_seeks_and_is_steered_by_keys(visit: Any) -> None:
    page = visit("/page/player")
    page.get_by_role("button", name="播放").first.click()
    until(page, "document.querySelector('video').currentTime > 0.5")
    assert page.evaluate("document.querySelector('video').videoWidth") == 320
    player = page.locator(".player")
    player.focus()
    player.press("k")
    assert page.evaluate("document.querySelector('video').paused")
    player.press("l")
    assert page.evaluate("document.querySelector('video').currentTime") > 10
    player.press("ArrowLeft")
    assert 5 < page.evaluate("document.querySelector('video').currentTime") < 10
    player.press(">")
    assert page.evaluate("document.querySelector('video').playbackRate") == 1.25
    player.press("m")
    assert page.evaluate("document.querySelector('video').muted")
    player.press("5")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(20, abs=0.2)
    page.reload()
    page.locator(".player[data-attached]").wait_for()
    assert page.evaluate("document.querySelector('video').playbackRate") == 1.25  # the speed that was chosen stays
    assert page.get_by_role("combobox", name="速度").input_value() == "1.25"


def test_nothing_plays_by_itself(visit: Any) -> None:
    page = visit("/page/player?t=12")
    until(page, "Math.abs(document.querySelector('video').currentTime - 12) < 0.2")
    assert page.evaluate("document.querySelector('video').paused")


def test_a_chapter_is_a_jump_and_is_marked(visit: Any) -> None:
    page = visit("/page/player")
    page.get_by_role("link", name="二").click()
    until(page, "document.querySelector('video').currentTime > 20.2")
    assert page.get_by_role("link", name="二").get_attribute("aria-current") == "true"
    assert page.get_by_role("link", name="一").get_attribute("aria-current") is None


def test_captions_can_be_shown_and_hidden(visit: Any) -> None:
    page = visit("/page/player")
    button = page.get_by_role("button", name="字幕")
    button.click()
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "hidden"


def test_it_offers_to_go_on_where_one_stopped_and_the_home_page_knows_it(visit: Any, site: str) -> None:
    page = visit("/page/player?t=25")
    until(page, "document.querySelector('video').readyState > 2 && document.querySelector('video').currentTime > 24")
    page.get_by_role("button", name="播放").first.click()
    until(page, "document.querySelector('video').currentTime > 25.5")
    page.locator("video").click()
    page.goto(site + "/page/player")
    page.get_by_text(re.compile("上次看到 0:2")).wait_for()
    assert page.evaluate("document.querySelector('video').currentTime") == 0
    page.goto(site + "/page/player?t=0")
    page.locator(".player[data-attached]").wait_for()
    assert page.locator(".player-offer").count() == 0
    page.goto(site + "/page/continue")
    page.get_by_role("link", name=re.compile("练习.*上次看到 0:2")).click()
    page.get_by_role("button", name="接着看").click()
    until(page, "document.querySelector('video').currentTime > 25")
    page.goto(site + "/page/continue")
    page.evaluate(
        "() => localStorage.setItem('resume:R1', localStorage.getItem('resume:R1').replace('{', '{\"who\":\"7\",'))"
    )
    page.reload()  # who was signed in as 7 no longer is
    assert page.evaluate("() => localStorage.getItem('resume:R1')") is None
    assert page.locator("[data-continue]").is_hidden()


def test_at_the_end_the_next_one_is_offered_and_begins_only_when_wanted(visit: Any) -> None:
    page = visit("/page/player")
    page.get_by_role("button", name="播放").first.click()
    until(page, f"{VIDEO}.currentTime > 0.3")
    page.evaluate(f"{VIDEO}.currentTime = {VIDEO}.duration - 0.5")
    page.get_by_text("下一讲：第二讲").wait_for()
    assert page.get_by_role("link", name="去下一讲").get_attribute("href") == "/page/tabs"
    page.get_by_role("button", name="再看一遍").click()
    until(page, f"!{VIDEO}.paused && {VIDEO}.currentTime < 20")
    assert page.locator(".player-offer").count() == 0


@pytest.mark.parametrize("late", [False, True])
def test_a_film_that_is_not_there_says_whose_fault_it_is_and_plays_when_it_is_back(visit: Any, late: bool) -> None:
    """Whether the answer is there before the script or, on a slow line, after it."""
    page = visit("/page/tabs")
    held: list[Any] = []
    page.route("**/film.mp4", lambda route: held.append(route) if late else route.fulfill(status=404))
    page.goto(page.url.replace("tabs", "player"), wait_until="commit")
    page.locator(".player[data-attached]").wait_for()
    late = False
    for route in held:
        route.fulfill(status=404)
    page.get_by_text("是平台的问题，不是您的设备坏了").wait_for()
    page.unroute("**/film.mp4")
    page.get_by_role("button", name="再试一次").click()
    until(page, f"{VIDEO}.currentTime > 0.3 && {VIDEO}.videoWidth === 320")
    assert page.locator(".player-error").count() == 0


def test_only_what_really_ran_is_told(visit: Any) -> None:
    page = visit("/page/player")
    page.evaluate(
        "window.spans = []; document.addEventListener('player:span', (e) => spans.push([e.detail.from, e.detail.to]))"
    )
    page.get_by_role("button", name="播放").first.click()
    until(page, "document.querySelector('video').currentTime > 1")
    page.evaluate("document.querySelector('video').currentTime = 30")
    until(page, "document.querySelector('video').currentTime > 31")
    page.locator("video").click()
    until(page, "spans.length >= 2")
    ran = sum(end - start for start, end in page.evaluate("spans"))
    assert 1 < ran < 6  # not the 29 s that were skipped


NOT_BY_ITSELF = """const asked = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (kind) { return /mpegurl/.test(kind) ? "" : asked.call(this, kind); };"""
BY_ITSELF = "delete window.MediaSource;"  # as on a telephone that lets no script feed its player


def adaptive(visit: Any, *, by_itself: bool, playlist: str = "") -> Any:
    """The page of a film in stretches, in a browser that reads HLS by itself or does not."""
    page = visit("/page/tabs")
    page.add_init_script(BY_ITSELF if by_itself else NOT_BY_ITSELF)
    if playlist:
        page.route("**/master.m3u8", lambda route: route.fulfill(status=200, body=playlist))
    page.goto(page.url.replace("tabs", "hls"))
    page.locator(".player[data-attached]").wait_for()
    return page


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_film_in_stretches_plays_and_seeks_with_its_captions(visit: Any, by_itself: bool) -> None:
    page = adaptive(visit, by_itself=by_itself)
    page.locator(".player-big").click()
    until(page, f"{VIDEO}.currentTime > 0.5 && {VIDEO}.videoWidth === 320")
    if not by_itself:
        assert page.evaluate(f"{VIDEO}.src").startswith("blob:")
    page.get_by_role("button", name="字幕", exact=True).click()
    until(page, f"{VIDEO}.textTracks[0].activeCues?.length === 1")
    page.get_by_label("字幕大小").select_option("2")
    assert page.locator(".player").get_attribute("data-caption-size") == "2"
    page.evaluate(f"{VIDEO}.currentTime = 30")
    until(page, f"{VIDEO}.currentTime > 30.3 && !{VIDEO}.paused")


def test_a_broken_playlist_falls_back_to_the_progressive_film(visit: Any) -> None:
    page = adaptive(visit, by_itself=False, playlist="nonsense")
    page.locator(".player-big").click()
    until(page, f"{VIDEO}.currentTime > 0.5 && {VIDEO}.src.endsWith('film.mp4')")
    assert page.locator(".player-error").count() == 0


def test_the_first_part_of_the_lowest_rung_is_at_hand_before_play_and_nothing_more(visit: Any) -> None:
    page = adaptive(visit, by_itself=False)
    names = "performance.getEntriesByType('resource').map((one) => one.name).filter((one) => one.includes('/hls/'))"
    assert page.evaluate(names) == []
    until(page, f"{names}.filter((one) => one.endsWith('.m4s')).length === 2")  # its head and its first part
    page.wait_for_timeout(500)
    assert len(page.evaluate(names)) == 4
    assert page.evaluate(f"{VIDEO}.paused && !{VIDEO}.src.startsWith('blob:')")
    page = visit("/page/player")
    page.wait_for_timeout(2500)
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert not [address for address in fetched if "hls" in address]


def test_sound_has_a_face_and_plays(visit: Any) -> None:
    page = visit("/page/sound")
    page.get_by_role("button", name="播放").first.click()
    until(page, "document.querySelector('audio').currentTime > 0.5")
    assert page.get_by_role("button", name="全屏").count() == 0


def test_without_a_script_the_browser_s_own_controls_are_there(visit: Any) -> None:
    page = visit("/page/player", script=False)
    assert page.locator("video[controls]").count() == 1


# Upload


def chosen(page: Any, name: str, content: bytes) -> None:
    page.set_input_files("#f", {"name": name, "mimeType": "video/mp4", "buffer": content})


def chosen_large(page: Any, name: str, mebibytes: int) -> bytes:
    """A file made in the browser itself, always the same by name, size and date; its content."""
    page.evaluate(
        """([name, size]) => { const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
        const list = new DataTransfer(); list.items.add(new File([bytes], name, { lastModified: 1_700_000_000_000 }));
        const field = document.querySelector('#f'); field.files = list.files; field.dispatchEvent(new Event('change', { bubbles: true })); }""",
        [name, mebibytes * MIB],
    )
    return (bytes(range(251)) * (mebibytes * MIB // 251 + 1))[: mebibytes * MIB]


def test_a_file_goes_up_in_parts_and_its_verdict_shows_rule_by_rule(visit: Any) -> None:
    page = visit("/page/upload")
    content = chosen_large(page, "课.mp4", 20)
    page.get_by_text("画面太小。").wait_for()
    [one] = UPLOADS.values()
    assert one["bytes"] == content
    assert one["parts"] == 3
    assert page.locator(".finding-fail .got").inner_text() == "640×480"
    assert page.locator(".uploads > li").count() == 1


def test_a_platform_that_is_down_is_waited_for_with_a_sentence(visit: Any) -> None:
    MOOD["broken"] = 2
    page = visit("/page/upload")
    chosen(page, "课.mp4", b"x" * MIB)
    page.get_by_text("秒后自动再试").wait_for()
    page.get_by_text("画面太小。").wait_for(timeout=20_000)


def test_a_closed_browser_goes_on_where_it_stopped(visit: Any, site: str) -> None:
    MOOD["slow"] = 0.5
    page = visit("/page/upload")
    page.on("dialog", lambda dialog: dialog.accept())
    content = chosen_large(page, "长课.mp4", 20)
    until(page, "document.querySelector('progress')?.value > 30")
    page.get_by_role("button", name="暂停").click()
    page.get_by_text("已暂停").wait_for()
    page.wait_for_timeout(700)
    [one] = UPLOADS.values()
    before, parts = len(one["bytes"]), one["parts"]
    assert 0 < before < len(content)
    page.goto(site + "/page/upload")
    page.get_by_text("重新选择同一个文件即可接着传").wait_for()
    MOOD["slow"] = 0
    chosen_large(page, "长课.mp4", 20)
    page.get_by_text("画面太小。").wait_for()
    assert len(UPLOADS) == 1
    assert one["bytes"] == content
    assert one["parts"] - parts == -(-(len(content) - before) // (8 * MIB))
    assert page.locator(".uploads > li").count() == 1


def test_a_refused_file_says_why(visit: Any) -> None:
    page = visit("/page/upload")
    chosen(page, "病毒.exe", b"MZ")
    page.locator(".uploads").get_by_text("只收 MP4 或 MP3").wait_for()
    chosen(page, "空.mp4", b"")
    page.locator(".uploads").get_by_text("这个文件是空的").wait_for()
    assert UPLOADS == {}


def test_a_file_can_be_taken_out_again(visit: Any) -> None:
    MOOD["broken"] = 99
    page = visit("/page/upload")
    chosen(page, "错.mp4", b"x" * MIB)
    page.get_by_text("秒后自动再试").wait_for()
    MOOD["broken"] = 0
    page.get_by_role("button", name="移除").click()
    page.get_by_role("dialog").get_by_role("button", name="移除").click()
    until(page, "!document.querySelector('.uploads > li')")
    page.wait_for_timeout(200)
    assert UPLOADS == {}


# Autosave


def test_what_is_typed_is_saved_and_the_time_is_said(visit: Any) -> None:
    page = visit("/page/form")
    page.fill("#t", "新名")
    page.get_by_text(re.compile(r"已保存 \d\d:\d\d")).wait_for()
    assert (DRAFT["title"], DRAFT["revision"]) == ("新名", 2)
    assert MOOD["saves"] == ["1"]
    page.fill("#t", "更新的名")
    page.locator("#t").blur()
    until(page, "document.querySelector('[name=revision]').value === '3'")
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('autosave:')).length") == 0


def test_two_windows_never_overwrite_each_other(visit: Any) -> None:
    page = visit("/page/form")
    DRAFT.update(title="别人", revision=5)
    page.fill("#t", "我的")
    page.get_by_text("别处写的：").wait_for()
    assert DRAFT["title"] == "别人"
    assert page.input_value("#t") == "我的"
    page.get_by_role("button", name="保留我写的").click()
    page.get_by_text("已保存").wait_for()
    assert (DRAFT["title"], DRAFT["revision"]) == ("我的", 6)


def test_a_lost_session_keeps_the_text_and_brings_it_back(visit: Any, site: str) -> None:
    page = visit("/page/form")
    MOOD["save_status"] = 403
    page.fill("#t", "没保存的话")
    page.get_by_text("登录已失效").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    MOOD["save_status"] = 0
    page.goto(site + "/page/form")
    page.get_by_text("已保存").wait_for()
    assert page.input_value("#t") == "没保存的话"
    assert DRAFT["title"] == "没保存的话"


def test_text_of_an_older_state_is_offered_not_forced(visit: Any, site: str) -> None:
    page = visit("/page/form")
    MOOD["save_status"] = 503
    page.fill("#t", "旧话")
    page.get_by_text("文字已留在本机").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    MOOD["save_status"] = 0
    DRAFT.update(title="后来的", revision=9)
    page.goto(site + "/page/form")
    assert page.input_value("#t") == "后来的"
    page.get_by_role("button", name="恢复").click()
    page.get_by_text("已保存").wait_for()
    assert DRAFT["title"] == "旧话"


# The smaller ones


def test_suggestions_are_chosen_by_keys(visit: Any) -> None:
    page = visit("/page/tabs")
    field = page.get_by_role("combobox")
    field.press_sequentially("太极")
    page.get_by_role("option", name="太极剑").wait_for()
    field.press("ArrowDown")
    field.press("ArrowDown")
    assert field.input_value() == "太极剑"
    assert page.get_by_role("option", name="太极剑").get_attribute("aria-selected") == "true"
    field.press("Escape")
    assert field.input_value() == "太极"
    assert field.get_attribute("aria-expanded") == "false"
    field.press("ArrowDown")
    page.get_by_role("option", name="太极拳").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert "found 太极拳" in page.content()


def test_the_search_box_works_without_a_script(visit: Any) -> None:
    page = visit("/page/tabs", script=False)
    page.fill("input[type=search]", "剪纸")
    page.click(".searchbox button")
    assert "found 剪纸" in page.content()


def test_many_rows_at_once(visit: Any) -> None:
    page = visit("/page/bulk")
    bar = page.locator("[data-bulk]")
    assert bar.is_hidden()
    page.locator(".tick [value='1']").click()
    page.locator(".tick [value='4']").click(modifiers=["Shift"])
    assert bar.locator("output").inner_text() == "已选 4 件"
    page.get_by_label("全选").click()
    assert bar.locator("output").inner_text() == "已选 5 件"
    page.locator("[value='3']").click()
    page.get_by_role("button", name="办理").click()
    assert "go 1,2,4,5" in page.content()


def test_two_presses_of_a_button_are_one(visit: Any) -> None:
    sent = visit("/page/bulk").evaluate(
        """() => {
          let sent = 0;
          addEventListener("submit", (event) => { sent += event.defaultPrevented ? 0 : 1; event.preventDefault(); });
          const button = document.querySelector("button[value=go]");
          button.click();
          button.click();
          return sent;
        }"""
    )
    assert sent == 1


def test_what_takes_away_asks_first(visit: Any) -> None:
    page = visit("/page/bulk")
    page.locator("[value='2']").click()
    page.get_by_role("button", name="删除").click()
    dialog = page.get_by_role("dialog", name="删除所选？")
    dialog.get_by_role("button", name="取消").click()
    assert page.url.endswith("/page/bulk")
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    page.wait_for_url("**/did")
    assert "drop 2" in page.content()


def test_filters_send_themselves_and_leave_the_address_clean(visit: Any) -> None:
    page = visit("/page/filters")
    page.check("#a")
    page.wait_for_url("**/page/filters?area=older")
    page = visit("/page/filters")
    page.select_option("select", "draft")
    page.wait_for_url("**/page/filters?state=draft")


def test_a_fragment_brings_itself_up_to_date_until_it_is_done(visit: Any) -> None:
    page = visit("/page/refresh")
    page.locator("summary", has_text="细节").click()
    page.locator("#turn[data-done]").wait_for()
    assert page.locator("details[open]", has_text="细节").count() == 1  # what was unfolded stays so
    page.wait_for_timeout(600)
    assert MOOD["turns"] == 3


def test_tabs_turn_by_arrow_and_by_address(visit: Any) -> None:
    page = visit("/page/tabs#deep")
    assert page.locator("#two").is_visible()
    assert page.locator("#one").is_hidden()
    page.get_by_role("tab", name="二").press("ArrowLeft")
    assert page.locator("#one").is_visible()
    page.get_by_role("tab", name="二").click()
    assert page.url.endswith("#two")


def test_tabs_are_sections_without_a_script(visit: Any) -> None:
    page = visit("/page/tabs", script=False)
    assert page.locator("#one").is_visible()
    assert page.locator("#two").is_visible()


def test_keys_press_buttons_but_not_while_one_types(visit: Any) -> None:
    page = visit("/page/keys")
    page.evaluate(
        "document.querySelector('#n').addEventListener('click', () => document.querySelector('#said').append('!'))"
    )
    page.fill("#i", "")
    page.press("#i", "n")
    assert page.inner_text("#said") == ""
    page.locator("#i").blur()
    page.keyboard.press("n")
    assert page.inner_text("#said") == "!"
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def test_the_elder_bar_zooms_and_remembers(visit: Any) -> None:
    page = visit("/page/tabs", elder=True, width=390)
    size = "parseFloat(getComputedStyle(document.querySelector('main')).fontSize)"
    first = page.evaluate(size)
    assert first >= 24
    page.get_by_role("button", name="放大").click()
    assert page.evaluate(size) > first * 1.1
    page.evaluate("location.assign('/page/bulk')")
    page.wait_for_url("**/page/bulk")
    until(page, "document.querySelector('.elder-bar').dataset.attached")
    assert page.evaluate(size) > first * 1.1
    page.get_by_role("link", name="返回").click()
    page.wait_for_url("**/page/tabs")


def test_every_island_is_named_once_in_the_list() -> None:
    named = {
        word
        for source in island_pages.PAGES.values()
        for match in re.findall(r'data-island="([^"]+)"', source)
        for word in match.split()
    }
    assert {"upload", "autosave", "bulk", "filters", "refresh", "tabs", "keys"} <= named


def test_the_page_is_read_aloud_from_where_one_taps(visit: Any) -> None:
    """The browser's voice is replaced: what it is given to say is what counts."""
    page = visit("/elder", elder=True, wait=False)
    page.evaluate(
        """() => { window.said = []; speechSynthesis.cancel = () => {};
        speechSynthesis.speak = (words) => { said.push(words.text); words.onstart(); window.ends = words.onend; }; }"""
    )
    until(page, "document.querySelector('.elder-bar').dataset.attached")
    page.get_by_role("button", name="朗读").click()
    assert page.evaluate("said") == ["长辈版"]
    page.evaluate("ends()")
    until(page, "said.length === 2")
    assert page.evaluate("said[1]").startswith("字更大")
    page.locator("main h1").click()
    assert page.evaluate("said.length") == 3
    page.get_by_role("button", name="停止").click()
    assert page.locator(".reading").count() == 0


@pytest.mark.parametrize("voices", ["[]", "[{lang: 'en-US'}]"])
def test_a_device_without_a_voice_for_it_is_told_of_in_words(visit: Any, voices: str) -> None:
    """The first is silent, the second would read Chinese as nothing."""
    page = visit("/elder", elder=True, wait=False)
    page.evaluate(f"() => {{ speechSynthesis.getVoices = () => {voices}; speechSynthesis.speak = () => {{}}; }}")
    until(page, "document.querySelector('.elder-bar').dataset.attached")
    page.get_by_role("button", name="朗读").click()
    page.get_by_role("status").filter(has_text="这台设备没有能朗读的声音").wait_for()
    assert page.locator(".reading, [data-read][aria-pressed=true]").count() == 0
    page.get_by_role("button", name="知道了").click()
    assert page.get_by_text("这台设备没有").count() == 0
    assert page.evaluate("document.activeElement.matches('[data-read]')")
