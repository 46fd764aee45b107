"""Addresses that are never asked for, by their writing and by the number behind a name."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.standards.links import refuse_address
from lifelong.standards.links.addresses import LONGEST, closed_number, read_address

CLOSED_HOSTS = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 017700000001 0177.0.0.1 0x7f.1 0x7F.0.0.1 0 0.0.0.0 0x0 127.0.0.1. 00000177.0.0.1
10.0.0.1 10.1 172.16.0.1 172.31.255.255 192.168.1.1 192.168.257 100.64.0.1 100.100.100.200 169.254.169.254 169.254.0.1 0xa9fea9fe
198.18.0.1 192.0.0.1 192.0.2.1 198.51.100.7 203.0.113.7 224.0.0.1 224.0.1.0 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::a00:1]
[64:ff9b:1::1] [fe80::1] [fe80::1%25eth0] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [2001:db8::1] [2002:7f00:1::] [2002:a00:1::1]
[2001::1] [2001:0:4136:e378:8000:63bf:3fff:fdd2] [100::1] [3fff::1] [2400:3200::5efe:127.0.0.1] [::ffff:0:127.0.0.1]
localhost LOCALHOST localhost. foo.localhost localhost.localdomain ip6-localhost metadata.google.internal metadata instance-data
printer.local nas.lan intranet server.internal router.home.arpa wiki.corp
127.0.0.1.nip.io 10-0-0-1.sslip.io app.192.168.0.1.xip.io localtest.me a.lvh.me
１２７.０.０.１ 127。0。0。1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ %31%32%37.0.0.1 %6cocalhost ①②⑦.⓪.⓪.①
""".split()  # noqa: SIM905 - a long list reads better so
OPEN_ADDRESSES = """
https://www.icourse163.org/course/PKU-1002 http://example.com https://example.com:8443/a?b=c#d http://8.8.8.8/ http://134744072/
http://[2400:3200::1]/ http://[2400:3200::1]:8080/ http://[::ffff:8.8.8.8]/ http://[64:ff9b::808:808]/ http://8.8.8.8.nip.io/
http://课程.中国/太极拳?名=值 https://bücher.example.com./ HTTPS://EXAMPLE.COM/A https://a_b.example.com http://172.32.0.1 http://100.128.0.1
https://example.com/path/localhost/127.0.0.1 https://example.com/?u=http://127.0.0.1/ https://localhost.example.com https://my-localhost.com
""".split()  # noqa: SIM905 - a long list reads better so


@pytest.mark.parametrize("host", CLOSED_HOSTS)
@pytest.mark.parametrize("form", ["http://{}/", "https://{}:8443/a?b"])
def test_a_host_that_is_or_names_a_closed_address_is_refused(host: str, form: str) -> None:
    assert refuse_address(form.format(host))


@pytest.mark.parametrize("url", OPEN_ADDRESSES)
def test_a_public_address_is_let_through(url: str) -> None:
    assert refuse_address(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "gopher://example.com", "//example.com", "example.com",
        "", "http://", "http:///a", "http://.", "http://..", "http:example.com", "https:/example.com", "mailto:a@example.org",
        "http://user@example.com", "http://user:word@example.com", "http://@example.com", "http://127.0.0.1@example.com", "http://example.com@127.0.0.1",
        "http://example.com\\@127.0.0.1/", "http://exa mple.com/", "http://example.com/a b", "http://example.com/\x00", "http://example.com/\n", "\thttp://example.com",
        "http://example.com:0/", "http://example.com:65536/", "http://example.com:abc/", "http://example.com:-1/",
        "http://[::1", "http://::1/", "http://[example.com]/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://1.2.3.0x100/", "http://0x/", "http://08.1.1.1/",
        "http://a..b.com/", "http://-a.com/", "http://a-.com/", "http://a!b.com/", "http://" + "a" * 64 + ".com/", "http://" + "a." * 130 + "com/", "http://xn--\udc80.com/",
        "http://%00.com/", "http://%2e%2e/", "http://exam%20ple.com/", "https://example.com/" + "a" * LONGEST,
    ],
)  # fmt: skip
def test_what_is_no_http_address_is_refused(url: str) -> None:
    assert refuse_address(url)


def test_the_reason_is_a_chinese_sentence_for_a_clerk() -> None:
    assert refuse_address("http://10.0.0.1/") == "这不是公共互联网上的地址，学习者打不开"
    assert refuse_address("ftp://example.com") == "只接受以 http:// 或 https:// 开头的地址"


def test_an_address_is_asked_for_in_ascii_without_its_fragment() -> None:
    assert (
        read_address("http://课程.中国/太极 拳".replace(" ", "%20")).url
        == "http://xn--9nzo18a.xn--fiqs8s/%E5%A4%AA%E6%9E%81%20%E6%8B%B3"
    )
    assert read_address("HTTPS://EXAMPLE.com:443/a%20b?c=d#e").url == "https://example.com/a%20b?c=d"
    assert read_address("http://[2400:3200::1]:8080").url == "http://[2400:3200::1]:8080/"


@given(st.integers(0, 2**32 - 1))
def test_every_way_of_writing_a_number_is_judged_as_that_number(number: int) -> None:
    address = IPv4Address(number)
    a, b, c, d = address.packed
    closed = closed_number(address)
    for host in (
        str(number),
        hex(number),
        f"0{number:o}",
        str(address),
        f"{a}.{number & 0xFFFFFF}",
        f"0x{a:x}.0{b:o}.{c << 8 | d}",
        f"[::ffff:{address}]",
    ):
        assert (refuse_address(f"http://{host}/") is not None) == closed, host


@given(st.ip_addresses())
def test_no_number_is_open_that_python_knows_to_be_closed(number: IPv4Address | IPv6Address) -> None:
    special = (
        number.is_loopback
        or number.is_private
        or number.is_link_local
        or number.is_multicast
        or number.is_unspecified
        or number.is_reserved
    )
    if isinstance(number, IPv6Address) and (number.ipv4_mapped or number in IPv6Network("64:ff9b::/96")):
        return  # judged by the IPv4 address inside
    if special:
        assert closed_number(number)


@given(st.ip_addresses(v=4))
def test_a_number_inside_another_form_is_judged_alike(number: IPv4Address) -> None:
    for text in (f"::ffff:{number}", f"64:ff9b::{number}"):
        assert closed_number(ip_address(text)) == closed_number(number)
    six_to_four = IPv6Address(0x2002 << 112 | int(number) << 80 | 1)
    assert closed_number(six_to_four) == closed_number(number)


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    for url in (text, "http://" + text, "https://" + text + "/"):
        reason = refuse_address(url)
        assert reason is None or reason
