"""Uploads over a real line to a real server, which is killed in between."""

import base64
import hashlib
import os
import signal
import socket
import threading
import time
from typing import Any

import psutil
import pytest

from lifelong.config.testing import LiveFront
from lifelong.config.tests.wire import Reply, ask, raw
from lifelong.media.tests import cast

TUS = {"Tus-Resumable": "1.0.0"}
SIZE = 3_000_000
DATA = cast.content(SIZE)
OPENING = """
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media import actions, queries
college, _ = Institution.objects.get_or_create(code="9990001", defaults={{"name": "虚构学院"}})
by = User.objects.filter(email="reporter@example.org").first() or User.objects.create_user("reporter@example.org")
result = [
    queries.upload_address(
        actions.open_upload(
            institution=college, name="第一讲.mp4", size={size}, purpose="test", by=by, at=timezone.now(), sha256="{sha256}"
        )
    )
    for _ in range({count})
]
"""
ASKING = """
from lifelong.media import queries
upload = queries.upload("{id}")
file = upload.media_file
result = [upload.state, upload.failure, file and [file.sha256, file.location.stat().st_size, file.probe_state]]
"""


def opened(front: LiveFront, size: int = SIZE, *, count: int = 1, sha256: str = "") -> list[str]:
    addresses: list[str] = front.python(OPENING.format(size=size, count=count, sha256=sha256))
    return addresses


def state(front: LiveFront, address: str) -> Any:
    return front.python(ASKING.format(id=address.split("/")[2].partition("?")[0]))


def head(front: LiveFront, address: str) -> int:
    return int(ask(front, "HEAD", address, TUS)["upload-offset"])


def patch(front: LiveFront, address: str, data: bytes, offset: int, **headers: str) -> Reply:
    sent = {
        **TUS,
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return ask(front, "PATCH", address, sent, data)


def begun(front: LiveFront, address: str, offset: int, length: int) -> socket.socket:
    """A line on which a PATCH has begun."""
    line = socket.create_connection(("127.0.0.1", front.port), timeout=10)
    line.sendall(
        f"PATCH {address} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    return line


def until_received(front: LiveFront, address: str, at_least: int) -> int:
    deadline = time.monotonic() + 10
    while (count := head(front, address)) < at_least and time.monotonic() < deadline:
        time.sleep(0.05)
    return count


def complete(found: Any) -> bool:
    return bool(found == ["complete", "", [hashlib.sha256(DATA).hexdigest(), SIZE, "waiting"]])


def test_an_upload_in_pieces_becomes_a_file(live: LiveFront):
    [address] = opened(live)
    for start in range(0, SIZE, 1_000_000):
        answer = patch(live, address, DATA[start : start + 1_000_000], start)
        assert (answer.status, answer["upload-offset"]) == (204, str(start + 1_000_000))
        assert answer["tus-resumable"] == "1.0.0"
    assert complete(state(live, address))
    assert head(live, address) == SIZE


def test_a_client_may_begin_with_creation(live: LiveFront):
    [address] = opened(live, 5)
    ticket = base64.b64encode(address.partition("ticket=")[2].encode()).decode()
    made = ask(live, "POST", "/uploads/", {**TUS, "Upload-Length": "5", "Upload-Metadata": f"ticket {ticket}"}, b"")
    assert made.status == 201
    assert patch(live, made["location"], b"abcde", 0).status == 204
    assert state(live, address)[0] == "complete"


def test_a_lost_line_keeps_every_byte_that_came(live: LiveFront):
    [address] = opened(live)
    with begun(live, address, 0, SIZE) as line:
        line.sendall(DATA[:1_234_567])
        assert until_received(live, address, 1_000_000)
    count = until_received(live, address, 1_234_567)
    assert count == 1_234_567
    assert patch(live, address, DATA[count:], count).status == 204
    assert complete(state(live, address))


def test_a_reset_line_does_no_harm(live: LiveFront):
    [address] = opened(live)
    with begun(live, address, 0, SIZE) as line:
        line.sendall(DATA[:2_000_000])
        until_received(live, address, 1_000_000)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    time.sleep(0.2)
    count = head(live, address)
    assert patch(live, address, DATA[count:], count).status == 204
    assert complete(state(live, address))


def test_a_server_killed_in_mid_upload_goes_on_where_it_was(live: LiveFront):
    [address] = opened(live)
    with begun(live, address, 0, SIZE) as line:
        line.sendall(DATA[:2_500_000])
        assert until_received(live, address, 1_000_000)
        live.kill()
    live.start()
    count = head(live, address)
    assert 1_000_000 <= count < SIZE
    assert patch(live, address, DATA[count:], count).status == 204
    assert complete(state(live, address))


def test_a_server_killed_between_last_byte_and_end_loses_nothing(live: LiveFront):
    [address] = opened(live)
    upload = address.split("/")[2].partition("?")[0]
    (live.data / "uploads" / upload[:2] / f"{upload}.part").write_bytes(DATA)  # as the kill would leave it
    assert head(live, address) == SIZE
    deadline = time.monotonic() + 10
    while not complete(state(live, address)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert complete(state(live, address))


def test_a_killed_worker_hands_the_upload_to_the_other(live: LiveFront):
    [address] = opened(live)
    assert patch(live, address, DATA[:1_000_000], 0).status == 204
    assert live.process
    for worker in [w for child in psutil.Process(live.process.pid).children() for w in child.children()][:1]:
        os.kill(worker.pid, signal.SIGKILL)
    time.sleep(0.5)
    assert patch(live, address, DATA[1_000_000:], 1_000_000).status == 204
    assert complete(state(live, address))


def test_two_windows_cannot_mix_their_bytes(live: LiveFront):
    [address] = opened(live)
    with begun(live, address, 0, SIZE) as line:
        halt = threading.Event()

        def trickle() -> None:
            sent = 0
            while not halt.is_set() and sent < 300_000:
                line.sendall(DATA[sent : sent + 10_000])
                sent += 10_000
                time.sleep(0.2)

        thread = threading.Thread(target=trickle)
        thread.start()
        until_received(live, address, 1)
        time.sleep(0.3)
        assert patch(live, address, b"z" * 100, 0).status == 423
        halt.set()
        thread.join()
    time.sleep(0.3)
    count = head(live, address)
    assert patch(live, address, DATA[count:], count).status == 204
    assert complete(state(live, address))


def test_a_silent_line_gives_way_within_seconds(live: LiveFront):
    [address] = opened(live)
    with begun(live, address, 0, SIZE) as line:
        line.sendall(DATA[:500_000])
        time.sleep(0.3)
        began = time.monotonic()
        refused = patch(live, address, DATA, 0)  # waits for the silent line, then learns how much is here
        assert (refused.status, refused["upload-offset"]) == (409, "500000")
        assert time.monotonic() - began < 5
    assert patch(live, address, DATA[500_000:], 500_000).status == 204
    assert complete(state(live, address))


def test_content_other_than_announced_is_refused_and_never_served(live: LiveFront):
    [address] = opened(live, sha256="0" * 64)
    answer = patch(live, address, DATA, 0)
    assert answer.status == 460
    assert "不一致" in answer.body.decode()
    assert state(live, address)[0] == "failed"
    assert ask(live, "HEAD", address, TUS).status == 410


def test_giving_up_ends_it(live: LiveFront):
    [address] = opened(live)
    patch(live, address, DATA[:1000], 0)
    assert ask(live, "DELETE", address, TUS).status == 204
    assert state(live, address)[0] == "cancelled"
    assert ask(live, "HEAD", address, TUS).status == 410
    assert patch(live, address, DATA[1000:], 1000).status == 410


def test_what_is_given_up_in_mid_upload_does_not_come_back(live: LiveFront):
    [address] = opened(live)
    with begun(live, address, 0, SIZE) as line:
        line.sendall(DATA[:2_000_000])
        until_received(live, address, 1_000_000)
        assert ask(live, "DELETE", address, TUS).status == 204
        line.sendall(DATA[2_000_000:])
        assert b" 410 " in line.recv(1000)
    assert state(live, address)[0] == "cancelled"


def test_a_refusal_reaches_a_client_that_is_still_sending(live: LiveFront):
    [address] = opened(live, 40_000_000)
    answer = patch(live, address, bytes(20_000_000), 17)
    assert answer.status == 409


def test_a_body_without_a_length_is_refused(live: LiveFront):
    [address] = opened(live)
    answer = raw(
        live,
        f"PATCH {address} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        "Content-Type: application/offset+octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\n\r\n".encode(),
    )
    assert answer.startswith(b"HTTP/1.1 411 ")
    assert head(live, address) == 0


def test_slow_uploads_do_not_hold_up_pages(live: LiveFront):
    addresses = opened(live, count=20)
    lines = [begun(live, address, 0, SIZE) for address in addresses]
    try:
        for line in lines:
            line.sendall(DATA[:100])
        assert all(ask(live, "GET", "/metrics").status == 200 for _ in range(10))
    finally:
        for line in lines:
            line.close()


@pytest.mark.parametrize("path", ["/uploads/../../etc/passwd", "/uploads/%2e%2e/x", "/uploads/" + "a" * 36])
def test_no_address_leads_out_of_the_folder(live: LiveFront, path: str):
    assert ask(live, "HEAD", path, TUS).status == 404
