"""What a file is, told from its first bytes or, for a file of our own making, from its suffix. Never from the client."""

from pathlib import Path

OTHER = "application/octet-stream"

#: What may be shown in place. Everything else is handed out as a download.
SHOWN = {
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".pdf": "application/pdf",
    ".vtt": "text/vtt; charset=utf-8",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/mp4",
    ".txt": "text/plain; charset=utf-8",
}
HANDED_OUT = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".json": "application/json",
}
SAFE_TO_SHOW = frozenset(SHOWN.values())
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"WEBVTT", "text/vtt; charset=utf-8"),
    (0, b"ID3", "audio/mpeg"),
    (4, b"ftypqt  ", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"OggS", "application/ogg"),
    (0, b"RIFF", "audio/wav"),
    (0, b"PK\x03\x04", "application/zip"),
)


def of_suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return SHOWN.get(suffix) or HANDED_OUT.get(suffix) or OTHER


def of_bytes(head: bytes) -> str:
    """From the first 16 bytes or more; ``application/octet-stream`` where nothing is recognised."""
    for offset, mark, name in SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "audio/mpeg"
    return OTHER


def of_file(path: Path) -> str:
    with path.open("rb") as file:
        return of_bytes(file.read(32))
