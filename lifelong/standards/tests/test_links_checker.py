"""The visit to a linked course: every outcome of the ladder, and a guard that nothing gets round."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lifelong.standards.links.checker import LinkFacts, Outcome, check_link
from lifelong.standards.links.verdicts import judge_link, next_try, should_retry
from lifelong.standards.tests.little_web import REFERENCE, LittleWeb, certificates, little_web, moved, page

COURSE = "太极拳入门：起势、野马分鬃、白鹤亮翅，每节课十分钟，跟着老师一起练。" * 20


@pytest.fixture
def web() -> Iterator[LittleWeb]:
    with little_web() as web:
        yield web


def visit(web: LittleWeb, url: str, **wishes) -> LinkFacts:
    return check_link(
        url, resolver=web.resolver, connector=web.connector, references=[REFERENCE], **{"deadline_s": 5.0, **wishes}
    )


def verdict(facts: LinkFacts, attempts: int = 1) -> str:
    return judge_link(facts, attempts=attempts).verdict


def answer_with(reply: bytes):
    return lambda path, headers: reply


# Works -----------------------------------------------------------------------------------------------------------


def test_a_course_that_opens_passes(web: LittleWeb) -> None:
    web.site("course.example.org", answer_with(page(COURSE)))
    facts = visit(web, "http://course.example.org/c/1")
    assert (facts.outcome, facts.status, facts.redirects) == ("works", 200, 0)
    assert verdict(facts) == "pass"


def test_redirects_are_followed_and_told(web: LittleWeb) -> None:
    def answer(path: str, headers: dict[str, str]) -> bytes:
        return page(COURSE) if path == "/5" else moved(f"/{int(path[1:]) + 1}")

    web.site("course.example.org", answer)
    facts = visit(web, "http://course.example.org/0")
    assert (facts.outcome, facts.redirects, facts.final_url) == ("works", 5, "http://course.example.org/5")


def test_a_sixth_redirect_fails(web: LittleWeb) -> None:
    web.site("course.example.org", lambda path, headers: moved("/again"))
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, facts.redirects) == ("too_many_redirects", 5)
    assert verdict(facts) == "fail"


def test_cookies_are_carried_so_that_a_site_which_asks_for_them_does_not_loop(web: LittleWeb) -> None:
    def answer(path: str, headers: dict[str, str]) -> bytes:
        return (
            page(COURSE) if headers.get("cookie") == "seen=1" else moved("/", headers="Set-Cookie: seen=1; Path=/\r\n")
        )

    web.site("course.example.org", answer)
    assert visit(web, "http://course.example.org/").outcome == "works"


def test_a_refresh_in_the_page_is_followed(web: LittleWeb) -> None:
    web.site(
        "old.example.org",
        answer_with(page('<meta http-equiv="refresh" content="0; url=http://new.example.org/course">')),
    )
    web.site("new.example.org", answer_with(page(COURSE)))
    assert visit(web, "http://old.example.org/").final_url == "http://new.example.org/course"


def test_a_file_instead_of_a_page_opens(web: LittleWeb) -> None:
    web.site(
        "course.example.org",
        answer_with(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 5\r\n\r\n%PDF-"),
    )
    assert visit(web, "http://course.example.org/a.pdf").outcome == "works"


@pytest.mark.parametrize("encoding", ["gb2312", "gbk", "utf-8"])
def test_a_page_in_an_old_encoding_is_read(web: LittleWeb, encoding: str) -> None:
    body = f'<html><head><meta charset="{encoding}"><title>页面不存在</title></head></html>'.encode(
        "gb18030" if "gb" in encoding else encoding
    )
    web.site(
        "course.example.org",
        answer_with(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + body),
    )
    assert visit(web, "http://course.example.org/").outcome == "soft_not_found"


def test_a_compressed_page_is_read(web: LittleWeb) -> None:
    import gzip

    body = gzip.compress(b"<title>404 Not Found</title>" + b" " * 3_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    web.site("course.example.org", answer_with(head + body))
    assert visit(web, "http://course.example.org/").outcome == "soft_not_found"


def test_a_name_in_chinese_is_asked_for_in_ascii(web: LittleWeb) -> None:
    web.site("xn--9nzo18a.xn--fiqs8s", answer_with(page(COURSE)))
    assert visit(web, "http://课程.中国/太极拳").outcome == "works"


def test_tls_is_verified(web: LittleWeb, tmp_path: Path) -> None:
    server, client = certificates(tmp_path, "course.example.org")
    web.site("course.example.org", answer_with(page(COURSE)), port=443, tls=server)
    web.site("other.example.org", answer_with(page(COURSE)), port=443, tls=server)
    assert visit(web, "https://course.example.org/", tls=client).outcome == "works"
    wrong_name = visit(web, "https://other.example.org/", tls=client)
    unknown_authority = visit(web, "https://course.example.org/")
    assert (wrong_name.outcome, unknown_authority.outcome) == ("certificate", "certificate")
    assert verdict(wrong_name) == "fail"


def test_an_expired_certificate_fails(web: LittleWeb, tmp_path: Path) -> None:
    server, client = certificates(tmp_path, "course.example.org", days=-1)
    web.site("course.example.org", answer_with(page(COURSE)), port=443, tls=server)
    assert visit(web, "https://course.example.org/", tls=client).outcome == "certificate"


# Fails -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_a_page_that_is_not_there_fails(web: LittleWeb, status: str) -> None:
    web.site("course.example.org", answer_with(page("", status)))
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, verdict(facts)) == ("not_found", "fail")


@pytest.mark.parametrize(
    "body",
    [
        page("您访问的页面不存在"),
        page("<p>该课程已下架</p><a href='/'>返回首页</a>"),
        page("", title="404"),
        page("Page not found"),
        page("抱歉，您要找的课程已被删除。"),
        page("x" * 2000, title="404 Not Found"),
    ],
)
def test_a_missing_page_that_calls_itself_200_fails(web: LittleWeb, body: bytes) -> None:
    web.site("course.example.org", answer_with(body))
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, verdict(facts)) == ("soft_not_found", "fail")


def test_a_course_that_speaks_of_404_is_no_missing_page(web: LittleWeb) -> None:
    web.site(
        "course.example.org",
        answer_with(page(COURSE + "网页不存在时服务器回答 404 Not Found。" + COURSE, title="HTTP 协议基础")),
    )
    assert visit(web, "http://course.example.org/").outcome == "works"


def test_a_name_that_does_not_exist_fails(web: LittleWeb) -> None:
    facts = visit(web, "http://nowhere.example.org/")
    assert (facts.outcome, verdict(facts)) == ("no_such_name", "fail")


# Passing trouble -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"])
def test_a_server_error_is_tried_again(web: LittleWeb, status: str) -> None:
    web.site("course.example.org", answer_with(page("oops", status)))
    facts = visit(web, "http://course.example.org/")
    assert facts.outcome == "server_error"
    assert [verdict(facts, attempts) for attempts in (1, 2, 3)] == ["warn", "warn", "fail"]


def test_a_refused_connection_and_a_silent_server_are_tried_again(web: LittleWeb) -> None:
    web.names["closed.example.org"] = [["93.184.216.200"]]
    web.site("silent.example.org", lambda path, headers: lambda line: time.sleep(3))
    web.site("rude.example.org", lambda path, headers: b"SSH-2.0-OpenSSH_9\r\n\r\n")
    refused = visit(web, "http://closed.example.org/")
    silent = visit(web, "http://silent.example.org/", deadline_s=0.6)
    rude = visit(web, "http://rude.example.org/")
    assert [facts.outcome for facts in (refused, silent, rude)] == ["no_answer", "timed_out", "no_answer"]
    assert {verdict(facts) for facts in (refused, silent, rude)} == {"warn"}


def test_a_server_that_drips_is_left_at_the_deadline(web: LittleWeb) -> None:
    def drip(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            line.sendall(b"x")
            time.sleep(0.05)

    web.site("course.example.org", lambda path, headers: drip)
    began = time.monotonic()
    assert visit(web, "http://course.example.org/", deadline_s=0.8).outcome == "timed_out"
    assert time.monotonic() - began < 3


def test_an_endless_page_is_read_no_further_than_needed(web: LittleWeb) -> None:
    sent = 0

    def pour(line: socket.socket) -> None:
        nonlocal sent
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<title>course</title>")
        while sent < 200 << 20:
            sent += line.send(b"word " * 10_000)

    web.site("course.example.org", lambda path, headers: pour)
    assert visit(web, "http://course.example.org/").outcome == "works"
    assert sent < 50 << 20


def test_the_waits_are_one_hour_and_six() -> None:
    assert [next_try(attempts) for attempts in (0, 1, 2, 3, 4)] == [
        None,
        timedelta(hours=1),
        timedelta(hours=6),
        None,
        None,
    ]


def test_only_passing_trouble_is_visited_again() -> None:
    again = {outcome for outcome in Outcome.__args__ if should_retry(LinkFacts("http://example.org", outcome), 1)}
    assert again == {"no_answer", "timed_out", "server_error"}
    assert should_retry(LinkFacts("http://example.org", "timed_out"), 3) is None


# Cannot be told --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status",
    ["401 Unauthorized", "403 Forbidden", "405 Method Not Allowed", "429 Too Many Requests", "412 Precondition Failed"],
)
def test_a_server_that_turns_robots_away_leaves_it_open_with_an_excerpt(web: LittleWeb, status: str) -> None:
    web.site("course.example.org", answer_with(page("禁止访问", status)))
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, verdict(facts)) == ("turned_away", "unknown")
    assert facts.excerpt == "禁止访问"
    assert "禁止访问" in judge_link(facts).remedy


@pytest.mark.parametrize(
    "body",
    [
        page("Checking your browser before accessing", "503 Service Unavailable", title="Just a moment..."),
        page("请完成安全验证后继续访问"),
        page("<script>var _cf_chl_opt={}</script>", "403 Forbidden"),
        page("<script>document.cookie='__jsl_clearance_s=1'</script>", "521 "),
        page("访问过于频繁，请稍后再试"),
    ],
)
def test_a_robot_wall_leaves_it_open(web: LittleWeb, body: bytes) -> None:
    web.site("course.example.org", answer_with(body))
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, verdict(facts)) == ("robot_wall", "unknown")


def test_a_login_wall_leaves_it_open(web: LittleWeb) -> None:
    form = "<form>用户名<input name=u>密码<input type='password'></form>"
    web.site(
        "course.example.org",
        lambda path, headers: page(form, title="用户登录") if path.startswith("/login") else moved("/login?next=/c"),
    )
    web.site("sso.example.org", answer_with(page("统一身份认证" + COURSE)))
    web.site("school.example.org", answer_with(moved("http://sso.example.org/cas/login")))
    web.site("small.example.org", answer_with(page(form)))
    for url in ("http://course.example.org/c", "http://school.example.org/", "http://small.example.org/"):
        facts = visit(web, url)
        assert (facts.outcome, verdict(facts)) == ("login_wall", "unknown"), url


def test_a_course_with_a_hidden_login_form_is_no_login_wall(web: LittleWeb) -> None:
    web.site(
        "course.example.org",
        answer_with(page(COURSE + "<div hidden>登录<input type=password></div>", title="太极拳入门")),
    )
    assert visit(web, "http://course.example.org/").outcome == "works"


def test_an_empty_answer_leaves_it_open(web: LittleWeb) -> None:
    web.site(
        "course.example.org", answer_with(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n")
    )
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, verdict(facts)) == ("empty", "unknown")


def test_a_machine_without_internet_knows_nothing_and_says_so(web: LittleWeb) -> None:
    web.online = False
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, verdict(facts)) == ("offline", "unknown")
    assert "不能访问互联网" in judge_link(facts).message


def test_an_excerpt_holds_nothing_that_a_database_refuses(web: LittleWeb) -> None:
    web.site("course.example.org", answer_with(page("No\x00 entry", "403 Forbidden")))
    assert visit(web, "http://course.example.org/").excerpt == "No entry"


# The guard -------------------------------------------------------------------------------------------------------


def secret(web: LittleWeb, number: str) -> list[str]:
    """A server that must never be reached, behind ``number``."""
    reached: list[str] = []

    def answer(path: str, headers: dict[str, str]) -> bytes:
        reached.append(path)
        return page(COURSE)

    web.doors[number, 80] = web._serve(answer, None)
    return reached


CLOSED_NUMBERS = [
    "127.0.0.1",
    "10.0.0.5",
    "169.254.169.254",
    "100.100.100.200",
    "::1",
    "fd00:ec2::254",
    "::ffff:10.0.0.5",
    "fe80::1%eth0",
    "64:ff9b::a00:5",
]


@pytest.mark.parametrize("number", CLOSED_NUMBERS)
def test_a_name_that_leads_to_a_closed_number_is_never_connected_to(web: LittleWeb, number: str) -> None:
    reached = secret(web, number)
    web.names["evil.example.org"] = [[number]]
    facts = visit(web, "http://evil.example.org/")
    assert (facts.outcome, verdict(facts)) == ("refused_address", "fail")
    assert (reached, web.connected) == ([], [])


def test_one_closed_number_among_open_ones_refuses_the_name(web: LittleWeb) -> None:
    number = web.site("evil.example.org", answer_with(page(COURSE)))
    web.names["evil.example.org"] = [[number, "10.0.0.5"]]
    assert visit(web, "http://evil.example.org/").outcome == "refused_address"
    assert web.connected == []


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::1]/",
        "http://localhost/",
        "http://inside.example.org/",
        "//10.0.0.5/",
    ],
)
def test_a_redirect_to_a_closed_address_is_not_followed(web: LittleWeb, to: str) -> None:
    reached = [secret(web, number) for number in ("127.0.0.1", "10.0.0.5", "::1")]
    web.names["inside.example.org"] = [["10.0.0.5"]]
    web.site("course.example.org", answer_with(moved(to)))
    facts = visit(web, "http://course.example.org/")
    assert (facts.outcome, verdict(facts)) == ("refused_address", "fail")
    assert reached == [[], [], []]


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://example.org/", "javascript:alert(1)", "http://user:pw@example.org/"]
)
def test_a_redirect_to_something_else_than_the_web_is_not_followed(web: LittleWeb, to: str) -> None:
    web.site("course.example.org", answer_with(moved(to)))
    assert visit(web, "http://course.example.org/").outcome == "refused_address"


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(web: LittleWeb) -> None:
    """Rebinding: each connection goes to a number that was judged, and each new one is judged anew."""
    reached = secret(web, "127.0.0.1")
    number = web.site("evil.example.org", lambda path, headers: moved("/again"))
    web.names["evil.example.org"] = [[number], ["127.0.0.1"]]
    facts = visit(web, "http://evil.example.org/")
    assert facts.outcome == "refused_address"
    assert web.connected == [(number, 80)]
    assert reached == []


def test_the_connection_goes_to_the_number_that_was_judged_not_to_the_name(web: LittleWeb) -> None:
    number = web.site("course.example.org", answer_with(page(COURSE)))
    visit(web, "http://course.example.org/")
    assert web.connected == [(number, 80)]
    assert web.asked == ["course.example.org"]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "ftp://example.org/", "not an address", "http://user@example.org/"],
)
def test_a_refused_writing_is_not_even_resolved(web: LittleWeb, url: str) -> None:
    assert visit(web, url).outcome == "refused_address"
    assert (web.asked, web.connected) == ([], [])


def test_the_tls_handshake_names_the_host_though_the_number_is_connected(web: LittleWeb, tmp_path: Path) -> None:
    server, client = certificates(tmp_path, "course.example.org")
    named: list[str] = []
    server.sni_callback = lambda line, name, context: named.append(name)
    web.site("course.example.org", answer_with(page(COURSE)), port=443, tls=server)
    assert visit(web, "https://course.example.org/", tls=client).outcome == "works"
    assert named == ["course.example.org"]


# Words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", Outcome.__args__)
def test_every_outcome_has_words_and_a_verdict(outcome: Outcome) -> None:
    finding = judge_link(LinkFacts("http://example.org", outcome, status=200, excerpt="看到的内容"))
    assert finding.id == "link.reachable"
    assert finding.message
    assert finding.remedy or outcome == "works"


def test_facts_survive_the_way_through_json() -> None:
    facts = LinkFacts("http://example.org", "works", "http://example.org/a", 200, 1, "x", "y")
    assert LinkFacts.from_json(facts.to_json()) == facts
