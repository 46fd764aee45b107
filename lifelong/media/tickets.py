"""Signed papers that let the front act without the database: an upload's ticket, a private file's address."""

import time
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

UPLOAD = "lifelong.media.upload"
FILE = "lifelong.media.file"
SESSION = "lifelong.media.session"
LONGEST_SECONDS = 3600


class NotGenuine(Exception):
    """The paper was not issued here, or was altered."""


class OutOfDate(Exception):
    """The paper was genuine and has expired."""


def issue_upload_ticket(*, upload_id: object, size: int, expires_at: datetime) -> str:
    """Lets its holder send, ask for and end this one upload until ``expires_at``, signed in or not."""
    return Signer(salt=UPLOAD).sign_object({"u": str(upload_id), "z": size, "e": int(expires_at.timestamp())})


def read_upload_ticket(ticket: str) -> tuple[str, int, int]:
    """``(upload id, size, expiry in seconds since 1970)``; raises ``NotGenuine`` or ``OutOfDate``."""
    paper = opened(ticket, UPLOAD)
    if paper["e"] < time.time():
        raise OutOfDate
    return paper["u"], paper["z"], paper["e"]


def mark_of_session(session_key: str) -> str:
    return salted_hmac(SESSION, session_key, algorithm="sha256").hexdigest()[:32]


def issue_file_paper(*, path: str, session_key: str, seconds: int, content_type: str, download_name: str) -> str:
    """The last part of an address under ``/media/s/``; good for this session alone, at most an hour."""
    return Signer(salt=FILE).sign_object(
        {
            "p": path,
            "s": mark_of_session(session_key),
            "e": int(time.time()) + min(seconds, LONGEST_SECONDS),
            "t": content_type,
            "n": download_name,
        }
    )


def read_file_paper(paper: str, session_key: str) -> tuple[str, str, str]:
    """``(path, content type, download name)``; raises ``NotGenuine`` (also for another session) or ``OutOfDate``."""
    read = opened(paper, FILE)
    if not session_key or not constant_time_compare(read["s"], mark_of_session(session_key)):
        raise NotGenuine
    if read["e"] < time.time():
        raise OutOfDate
    return read["p"], read["t"], read["n"]


def opened(paper: str, salt: str) -> dict[str, Any]:
    if not paper.isascii() or len(paper) > 2000:
        raise NotGenuine
    try:
        read = Signer(salt=salt).unsign_object(paper)
    except (BadSignature, ValueError) as error:
        raise NotGenuine from error
    return dict(read)
