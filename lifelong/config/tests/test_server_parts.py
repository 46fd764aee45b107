"""The front's parts, one by one: visitor's address, compression, counters, static names."""

import gzip
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.config.server import compression, static
from lifelong.config.server.bridge import SentFile
from lifelong.config.server.compression import accepts, squeezed
from lifelong.config.server.counters import Counters, exposition
from lifelong.config.server.visit import Proxies, Visit, without_port


@pytest.mark.parametrize(
    ("client", "host"),
    [("203.0.113.7:5000", "203.0.113.7"), ("[2001:db8::1]:5000", "2001:db8::1")],
)
def test_a_peer_is_named_without_its_port(client: str, host: str):
    assert without_port(client) == host


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/activate/MTI:1wQx9c:Zk3vJ0aXq_8mDn2rLs7tYw", "/activate/MTI:…"),
        ("/registrations/Zk3vJ0aXq8mDn2rLs7tYw0aB/form.pdf", "/registrations/Zk3v…/form.pdf"),
        ("/resources/P8KQ9H93K", "/resources/P8KQ9H93K"),
    ],
)
def test_a_log_is_told_no_address_that_lets_somebody_in(path: str, told: str):
    scope = SimpleNamespace(
        headers={}, method="GET", path=path, query_string="", http_version="1.1", client="203.0.113.7:5", scheme="http"
    )
    assert Visit(scope, Proxies([])).told == told


@pytest.mark.parametrize(
    ("forwarded", "visitor"),
    [
        (None, "10.0.0.1"),
        ("", "10.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("forged, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, nonsense", "10.0.0.1"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("10.0.0.2, 10.0.0.3", "10.0.0.2"),
    ],
)
def test_only_our_own_proxies_are_believed(forwarded: str | None, visitor: str):
    proxies = Proxies(["10.0.0.0/8"])
    assert proxies.knows("10.0.0.1")
    assert not proxies.knows("203.0.113.7")
    assert not proxies.knows("nonsense")
    assert proxies.visitor("10.0.0.1", forwarded) == visitor


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("identity", False),
        ("", False),
        (None, False),
        ("xgzip", False),
    ],
)
def test_gzip_goes_to_who_asks_for_it(header: str | None, expected: bool):
    assert accepts(header) is expected


@given(st.binary(max_size=5000), st.booleans())
def test_what_is_compressed_comes_back_the_same(body: bytes, common: bool):
    headers, sent = squeezed([("Content-Type", "text/html"), ("Content-Length", "9")], body, "gzip", common=common)
    told = {name.lower(): value for name, value in headers}
    if told.get("content-encoding") == "gzip":
        assert gzip.decompress(sent) == body
        assert told["content-length"] == str(len(sent))
    else:
        assert sent == body
    assert told["vary"] == "Accept-Encoding"


def test_a_picture_is_left_alone():
    headers = [("Content-Type", "image/png")]
    assert squeezed(headers, b"x" * 5000, "gzip", common=True) == (headers, b"x" * 5000)


def test_a_common_answer_is_compressed_once(monkeypatch: pytest.MonkeyPatch):
    compression._known.clear()
    headers, body = [("Content-Type", "text/html")], os.urandom(20) * 200
    _headers, first = squeezed(headers, body, "gzip", common=True)
    monkeypatch.setattr(compression.gzip, "compress", lambda *_a, **_k: pytest.fail("compressed again"))
    assert squeezed(headers, body, "gzip", common=True)[1] == first


def test_only_so_many_answers_are_remembered():
    compression._known.clear()
    for number in range(200):
        squeezed([("Content-Type", "text/html")], str(number).encode() * 1000, "gzip", common=True)
    assert len(compression._known) == compression.KEPT


@pytest.mark.parametrize("told", [[("Vary", "Cookie")], [("Vary", "Cookie"), ("Vary", "Accept-Language")]])
def test_other_reasons_to_vary_are_kept(told: list[tuple[str, str]]):
    headers, _body = squeezed([("Content-Type", "text/html"), *told], b"", None, common=True)
    [varied] = [value for name, value in headers if name.lower() == "vary"]
    assert varied == ", ".join(value for _name, value in told) + ", Accept-Encoding"


def counted(path: Path) -> dict[str, float]:
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in exposition(path) if not line.startswith("#")
    }


def test_what_the_workers_did_is_summed_and_outlives_them(tmp_path: Path):
    path = tmp_path / "counters"
    counters = Counters(path)
    counters.answered(0, 200, 0.01)
    counters.answered(0, 404, 9.0)
    counters.taken(1000)
    pid = os.fork()
    if not pid:
        other = Counters(path)
        other.answered(0, 200, 0.0)
        other.queued(3)
        os._exit(0 if other.base != counters.base else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    found = counted(path)
    assert found['lifelong_requests_total{way="page",status="2xx"}'] == 2
    assert found['lifelong_requests_total{way="page",status="4xx"}'] == 1
    assert found['lifelong_request_seconds_bucket{way="page",le="0.02"}'] == 2
    assert found['lifelong_request_seconds_bucket{way="page",le="5.0"}'] == 2
    assert found['lifelong_request_seconds_bucket{way="page",le="+Inf"}'] == 3
    assert found["lifelong_upload_bytes_total"] == 1000


def test_before_anybody_served_all_counts_are_zero(tmp_path: Path):
    assert set(counted(tmp_path / "none").values()) == {0.0}


@pytest.mark.parametrize(
    ("name", "forever"),
    [
        ("built/assets/app-B3xk9_Qd.js", True),
        ("css/app.0123456789ab.css", True),
        ("web/bootstrap-overrides.css", False),
        ("built/icons.svg", False),
        ("app.js", False),
    ],
)
def test_only_names_with_a_hash_are_kept_for_ever(name: str, forever: bool):
    assert bool(static.HASHED.search(name)) is forever


def test_a_file_that_is_no_longer_what_its_name_says_is_read_instead(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.read(4)
        assert SentFile(file).stretch() == (str(path), 4, 10)
        path.unlink()
        assert SentFile(file).stretch() is None
        assert b"".join(SentFile(file)) == b"456789"
