"""What the headers of a tus request say, or why they are refused."""

import base64
import binascii
import re
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import parse_qs

from lifelong.media.ranges import Answer, Header, Headers, words
from lifelong.media.tickets import NotGenuine, OutOfDate, read_upload_ticket

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
ALGORITHMS = {"sha256": 32, "sha1": 20, "md5": 16}  # name → bytes of a sum
UPLOAD = re.compile(r"/uploads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
NUMBER = re.compile(r"\d{1,18}", re.ASCII)
DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


class Refused(Exception):
    """Carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refuse(status: int, text: str, *headers: tuple[str, str]) -> Refused:
    return Refused(words(status, text, *headers))


@dataclass(frozen=True)
class Ticket:
    upload_id: str
    size: int
    expires: int
    text: str

    @property
    def expiry(self) -> tuple[str, str]:
        return ("upload-expires", formatdate(self.expires, usegmt=True))


@dataclass(frozen=True)
class Patch:
    """``checksum``: algorithm and sum of this request's body. ``whole``: sha256 of the whole file, in hexadecimal."""

    offset: int
    length: int
    checksum: tuple[str, bytes] | None
    whole: str


def check_version(header: Header) -> None:
    if header("tus-resumable") != VERSION:
        raise refuse(412, "请使用 tus 1.0.0 上传协议。", ("tus-version", VERSION))


def ticket_of(path: str, query: str, header: Header) -> Ticket:
    """The ticket in the address (or the header ``Upload-Ticket``), for the upload that the address names."""
    match = UPLOAD.fullmatch(path)
    if not match:
        raise refuse(404, "没有这个上传。")
    text = header("upload-ticket") or (parse_qs(query).get("ticket") or [""])[0]
    ticket = genuine(text)
    if ticket.upload_id != match[1]:
        raise refuse(403, "上传凭证与地址不符，请回到页面重新开始。")
    return ticket


def genuine(text: str) -> Ticket:
    try:
        upload_id, size, expires = read_upload_ticket(text)
    except NotGenuine:
        raise refuse(403, "上传凭证无效，请回到页面重新开始。") from None
    except OutOfDate:
        raise refuse(410, "上传凭证已过期，请回到页面重新开始。") from None
    return Ticket(upload_id, size, expires, text)


def creation_of(header: Header) -> Ticket:
    """The ticket in ``Upload-Metadata``; ``Upload-Length`` must be the size it was issued for."""
    text = metadata_of(header("upload-metadata") or "").get("ticket")
    if not text:
        raise refuse(403, "缺少上传凭证：上传要从页面开始。")
    ticket = genuine(text)
    if header("upload-defer-length"):
        raise refuse(400, "请给出文件大小（Upload-Length）。")
    given = header("upload-length") or ""
    if not NUMBER.fullmatch(given):
        raise refuse(400, "文件大小（Upload-Length）不是数字。")
    if int(given) != ticket.size:
        raise refuse(400, f"文件大小与登记的不符：登记 {ticket.size} 字节，收到 {int(given)} 字节。")
    return ticket


def metadata_of(text: str) -> dict[str, str]:
    """``key base64, key base64`` → texts."""
    found = {}
    for pair in text.split(",") if text else []:
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise refuse(400, "Upload-Metadata 无法解读。") from None
    return found


def patch_of(header: Header) -> Patch:
    if (header("content-type") or "").strip() != "application/offset+octet-stream":
        raise refuse(415, "请用 application/offset+octet-stream 发送。")
    offset, length = header("upload-offset") or "", header("content-length")
    if not NUMBER.fullmatch(offset):
        raise refuse(400, "缺少起点（Upload-Offset）。")
    if length is None:
        raise refuse(411, "请给出 Content-Length。", ("connection", "close"))
    if not NUMBER.fullmatch(length):
        raise refuse(400, "Content-Length 不是数字。", ("connection", "close"))
    return Patch(int(offset), int(length), checksum_of(header("upload-checksum")), whole_of(header("repr-digest")))


def checksum_of(text: str | None) -> tuple[str, bytes] | None:
    if not text:
        return None
    algorithm, _, value = text.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise refuse(400, f"不支持校验算法 {algorithm[:20]}，请用 {'、'.join(ALGORITHMS)}。")
    try:
        wanted = base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        wanted = b""
    if len(wanted) != ALGORITHMS[algorithm]:
        raise refuse(400, "校验值（Upload-Checksum）无法解读。")
    return algorithm, wanted


def whole_of(text: str | None) -> str:
    """``Repr-Digest: sha-256=:…:`` (RFC 9530) as hexadecimal; other algorithms are passed over."""
    match = DIGEST.search(text or "")
    return base64.b64decode(match[1]).hex() if match else ""


def options(largest: int) -> Headers:
    return [
        ("tus-version", VERSION),
        ("tus-extension", EXTENSIONS),
        ("tus-max-size", str(largest)),
        ("tus-checksum-algorithm", ",".join(ALGORITHMS)),
        ("allow", "OPTIONS, POST, HEAD, PATCH, DELETE"),
    ]
