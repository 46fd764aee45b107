"""The front, asked over a real line."""

import gzip
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lifelong.config.server.bridge import LONGEST_BODY
from lifelong.config.testing import LiveFront
from lifelong.config.tests.wire import ask, get, raw

CARRIED = ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy", "x-request-id")


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "path", ["/echo", "/media/p/nothing", "/static/nothing.css", "/uploads/", "/healthz", "/raises"]
)
def test_every_way_carries_the_same_security_headers(strange: LiveFront, path: str):
    answer = get(strange, path)
    assert all(answer[name] for name in CARRIED)
    assert "'unsafe-inline'" not in answer["content-security-policy"]


def test_a_page_may_say_its_own_policy_but_only_once(strange: LiveFront):
    answer = get(strange, "/own")
    assert answer.headers.get_all("content-security-policy") == ["default-src 'none'"]


@pytest.mark.parametrize("path", ["/echo", "/media/p/x", "/static/x", "/uploads/"])
def test_a_foreign_host_is_turned_away_on_every_way(strange: LiveFront, path: str):
    assert get(strange, path, Host="evil.example").status == 400


def test_a_probe_of_the_machine_needs_no_host_name(strange: LiveFront):
    assert get(strange, "/healthz", Host="10.0.0.7").status == 200


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (b"GET /echo HTTP/1.1\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        (b"GET http://evil.example/echo HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
         b"3\r\nabc\r\n0\r\n\r\n", 411),
        (b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 411),
        (b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        (b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -3\r\n\r\nabc", 400),
        (b"GET /echo%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /echo?a=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /echo%0d%0aX: HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"TRACE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET /static/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /media/p/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /static/..%2f..%2fkeys/secret.key HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /static/%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /echo HTTP/1.1\r\nHost: localhost\r\nX-Strange: \xe4\xb8\xad\r\n\r\n", 200),
        (b"GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /echo?q=\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ],
)  # fmt: skip
def test_what_no_browser_sends_gets_a_clean_answer(strange: LiveFront, request_bytes: bytes, expected: int):
    assert status(raw(strange, request_bytes)) == expected


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [(b"GET /api/v1/resources?q=%00", 400), (b"PROPFIND /api/v1/areas", 405), (b"GET /api/" + b"a" * 9000, 414)],
)
def test_who_asks_the_interface_is_refused_by_a_problem_not_by_a_page(
    strange: LiveFront, request_line: bytes, expected: int
):
    answer = raw(strange, request_line + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert status(answer) == expected
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert json.loads(body)["status"] == expected


def test_letters_typed_as_they_are_reach_the_page_as_a_browser_sends_them(strange: LiveFront):
    answer = raw(strange, "GET /echo?q=太极拳&size=2%20 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert status(answer) == 200
    assert b"q=%E5%A4%AA%E6%9E%81%E6%8B%B3&size=2%20" in answer


def test_forwarding_headers_are_read_once_and_never_passed_on(strange: LiveFront):
    told = json.loads(
        get(strange, "/echo", X_Forwarded_For="198.51.100.9, 203.0.113.7", X_Forwarded_Proto="https").body
    )
    assert told["REMOTE_ADDR"] == "203.0.113.7"
    assert told["wsgi.url_scheme"] == "https"
    assert not {key for key in told if key.startswith("HTTP_X_FORWARDED")}


def test_a_proxy_sends_media_itself_once_it_is_told_that_it_may(strange: LiveFront):
    name = "0" * 31 + "a"
    path = strange.data / "files" / "public" / name[:2] / f"{name}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"film")
    answer = get(strange, f"/media/p/{name}.mp4", Range="bytes=1-2")
    assert (answer.status, answer.body, answer["x-accel-redirect"]) == (200, b"", f"/files/public/00/{name}.mp4")
    assert (answer["content-type"], answer["cache-control"]) == ("video/mp4", "public, max-age=600")
    assert not [each for each in ("etag", "content-range", "last-modified") if answer[each]]
    assert get(strange, f"/media/p/{'1' * 32}.mp4").status == 404


def test_the_number_of_a_request_goes_in_and_comes_out(strange: LiveFront):
    answer = get(strange, "/echo", X_Request_ID="from-the-proxy-1")
    assert answer["x-request-id"] == json.loads(answer.body)["HTTP_X_REQUEST_ID"] == "from-the-proxy-1"
    assert get(strange, "/echo", X_Request_ID="<script>")["x-request-id"] != "<script>"


def test_a_header_with_an_underscore_cannot_pose_as_another(strange: LiveFront):
    answer = raw(strange, b"GET /echo HTTP/1.1\r\nHost: localhost\r\nX_Request_ID: forged-number\r\n\r\n")
    assert b"forged-number" not in answer


def test_too_many_requests_of_one_visitor_wait_while_others_go_on(strange: LiveFront):
    answers = [get(strange, "/echo", X_Forwarded_For="192.0.2.44") for _ in range(60)]
    slowed = [each for each in answers if each.status == 429]
    assert slowed
    assert int(slowed[0]["retry-after"]) >= 1
    assert get(strange, "/echo", X_Forwarded_For="192.0.2.45").status == 200


def test_the_limit_is_one_for_both_workers(strange: LiveFront):
    seen = {json.loads(get(strange, "/echo").body)["pid"] for _ in range(60)}
    assert len(seen) == 2
    passed = sum(get(strange, "/echo", X_Forwarded_For="192.0.2.46").status == 200 for _ in range(60))
    assert passed < 60


def test_text_is_compressed_for_who_can_read_it(strange: LiveFront):
    packed = get(strange, "/text?n=1000", Accept_Encoding="br, gzip")
    assert packed["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == b"text " * 1000
    assert packed["etag"] == 'W/"abc"'
    assert "Accept-Encoding" in packed["vary"]
    plain = get(strange, "/text?n=1000", Accept_Encoding="gzip;q=0")
    assert plain["content-encoding"] == ""
    assert plain["etag"] == '"abc"'
    assert plain.body == b"text " * 1000


def test_what_is_small_or_packed_already_is_left_alone(strange: LiveFront):
    assert get(strange, "/text?n=10", Accept_Encoding="gzip")["content-encoding"] == ""
    assert get(strange, "/packed?n=1000", Accept_Encoding="gzip")["content-encoding"] == "br"


def test_an_answer_too_big_for_memory_arrives_whole(strange: LiveFront):
    answer = get(strange, "/blocks?n=320")
    assert answer["content-length"] == str(320 << 16)
    assert len(answer.body) == 320 << 16


def test_every_answer_is_closed(strange: LiveFront):
    before = (strange.data / "closed").stat().st_size if (strange.data / "closed").exists() else 0
    for path in ("/blocks?n=1", "/blocks?n=40", "/breaks?n=3", "/breaks?n=40"):
        get(strange, path)
    assert (strange.data / "closed").stat().st_size == before + 4


@pytest.mark.parametrize("path", ["/raises", "/breaks?n=3", "/breaks?n=40"])
def test_an_error_at_any_moment_is_a_clean_500_with_its_number(strange: LiveFront, path: str):
    answer = get(strange, path)
    assert answer.status == 500
    assert answer["x-request-id"] in answer.body.decode()


def test_nothing_is_left_of_a_broken_big_answer(strange: LiveFront):
    before = set((strange.data / "spool").iterdir())
    get(strange, "/breaks?n=40")
    assert set((strange.data / "spool").iterdir()) <= before


def test_a_file_of_a_page_leaves_from_the_disk(strange: LiveFront):
    answer = get(strange, "/file")
    assert answer.body == bytes(range(256)) * 4096
    assert answer["content-length"] == str(1 << 20)


def test_two_cookies_stay_two(strange: LiveFront):
    assert get(strange, "/cookies").headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_head_has_the_length_and_no_body(strange: LiveFront):
    answer = ask(strange, "HEAD", "/blocks?n=2")
    assert answer["content-length"] == str(2 << 16)
    assert answer.body == b""
    assert ask(strange, "HEAD", "/blocks?n=40")["content-length"] == str(40 << 16)


def test_an_empty_answer_is_empty(strange: LiveFront):
    answer = get(strange, "/empty")
    assert (answer.status, answer.body) == (204, b"")


def test_a_body_within_the_limit_arrives_whole(strange: LiveFront):
    answer = ask(strange, "POST", "/echo", body=b"b" * LONGEST_BODY)
    assert json.loads(answer.body)["body"] == LONGEST_BODY


def test_a_body_over_the_limit_is_refused_in_words_that_arrive(strange: LiveFront):
    answer = ask(strange, "POST", "/echo", body=b"b" * (LONGEST_BODY + 1))
    assert answer.status == 413
    assert "20 MB" in answer.body.decode()


def test_an_absurd_length_is_refused_before_it_comes(strange: LiveFront):
    request = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    assert status(raw(strange, request)) == 413


def test_half_a_body_never_reaches_a_page(strange: LiveFront):
    request = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"
    answer = raw(strange, request, half_close=True, seconds=3)
    assert answer == b"" or status(answer) == 400


def test_slow_readers_do_not_hold_up_pages(strange: LiveFront):
    lines = []
    try:
        for _ in range(24):
            line = socket.create_connection(("127.0.0.1", strange.port))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(b"GET /blocks?n=160 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            lines.append(line)
        time.sleep(0.5)
        assert all(get(strange, "/echo").status == 200 for _ in range(20))
    finally:
        for line in lines:
            line.close()


def test_slow_senders_do_not_hold_up_pages(strange: LiveFront):
    lines = []
    try:
        for _ in range(600):  # more than the queue of both workers holds
            line = socket.create_connection(("127.0.0.1", strange.port))
            line.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nslow")
            lines.append(line)
        time.sleep(0.2)
        assert all(get(strange, "/echo").status == 200 for _ in range(20))
    finally:
        for line in lines:
            line.close()


def test_a_crowd_gets_an_answer_or_is_asked_to_wait(strange: LiveFront):
    with ThreadPoolExecutor(64) as crowd:
        found = list(crowd.map(lambda _number: get(strange, "/sleeps?n=1").status, range(128)))
    assert set(found) <= {200, 503}
    assert found.count(200) >= 64


def test_a_visitor_who_leaves_does_no_harm(strange: LiveFront):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", strange.port)) as line:
            line.sendall(b"GET /blocks?n=160 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert get(strange, "/echo").status == 200


def test_static_files_come_compressed_and_unchanged_ones_not_at_all(strange: LiveFront):
    folder = strange.data / "static" / "built"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app-B3xk9_Qd.js").write_text("plain" * 500)
    (folder / "app-B3xk9_Qd.js.gz").write_bytes(gzip.compress(b"plain" * 500))
    (folder.parent / "plain.css").write_text("a{}")
    packed = get(strange, "/static/built/app-B3xk9_Qd.js", Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == b"plain" * 500
    assert packed["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in packed["cache-control"]
    plain = get(strange, "/static/built/app-B3xk9_Qd.js")
    assert plain.body == b"plain" * 500
    assert plain["etag"] != packed["etag"]
    assert plain["vary"] == "Accept-Encoding"
    again = get(strange, "/static/plain.css", If_None_Match=get(strange, "/static/plain.css")["etag"])
    assert (again.status, again.body) == (304, b"")
    assert "immutable" not in again["cache-control"]
    assert get(strange, "/static/built/").status == 404
    assert get(strange, "/static/.hidden").status == 404
