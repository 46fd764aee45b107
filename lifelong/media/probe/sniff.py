"""What a file is by its first bytes. Compares bytes, follows nothing, opens nothing else."""

from codecs import getincrementaldecoder
from dataclasses import dataclass

HEAD_BYTES = 4096


@dataclass(frozen=True)
class Kind:
    """``demuxer``: the one FFmpeg is told to use, empty where the file is no sound and no moving picture."""

    name: str
    demuxer: str = ""
    reason: str = ""  # one of facts.UNREADABLE where there is no demuxer


_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"fLaC", Kind("flac", "flac")),
    (b"OggS", Kind("ogg", "ogg")),
    (b"FLV\x01", Kind("flv", "flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind("wmv", "asf")),
    (b"\x00\x00\x01\xba", Kind("mpg", "mpeg")),
    (b"\x00\x00\x01\xb3", Kind("mpg", "mpegvideo")),
    (b"\x00\x00\x00\x01\x67", Kind("h264", "h264")),
    (b"\x00\x00\x00\x01\x40\x01", Kind("hevc", "hevc")),
    (b"#!AMR", Kind("amr", "amr")),
    (b"caff", Kind("caf", "caf")),
    (b"MAC ", Kind("ape", "ape")),
    (b"wvpk", Kind("wv", "wv")),
    (b".RMF", Kind("rm", "rm")),
    (b"\x0b\x77", Kind("ac3", "ac3")),
    (b"DKIF", Kind("ivf", "ivf")),
    (b"\x06\x0e\x2b\x34", Kind("mxf", "mxf")),
    (b"\xff\xd8\xff", Kind("jpeg", reason="picture")),
    (b"\x89PNG\r\n\x1a\n", Kind("png", reason="picture")),
    (b"GIF8", Kind("gif", reason="picture")),
    (b"II*\x00", Kind("tiff", reason="picture")),
    (b"MM\x00*", Kind("tiff", reason="picture")),
    (b"8BPS", Kind("psd", reason="picture")),
    (b"%PDF-", Kind("pdf", reason="document")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind("office", reason="document")),
    (b"{\\rtf", Kind("rtf", reason="document")),
    (b"PK\x03\x04", Kind("zip", reason="archive")),
    (b"Rar!", Kind("rar", reason="archive")),
    (b"7z\xbc\xaf\x27\x1c", Kind("7z", reason="archive")),
    (b"\x1f\x8b", Kind("gzip", reason="archive")),
)
_RIFF = {
    b"WAVE": Kind("wav", "wav"),
    b"AVI ": Kind("avi", "avi"),
    b"WEBP": Kind("webp", reason="picture"),
}
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof", b"uuid")
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis", b"jpeg", b"jp2 ")
_PLAYLISTS = (b"#ext", b"ffconcat", b"[playlist]", b"<mpd", b"<smil")
_MARK_UP = (b"<!doctype", b"<html", b"<?xml", b"<svg")
_UNKNOWN = Kind("", reason="unknown_format")


def kind_of(head: bytes) -> Kind:
    """The kind of a file whose first bytes (HEAD_BYTES of them, or all) are ``head``, after any ID3v2 tag.

    MPEG audio is told by its chain of frames (mpeg_audio), not here.
    """
    if head[4:8] in _BOXES:
        return _boxed(head)
    if head[:4] == b"RIFF" or head[:4] == b"RF64":
        return _RIFF.get(head[8:12], _UNKNOWN)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return Kind("webm" if b"webm" in head[:64] else "mkv", "matroska")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Kind("aiff", "aiff")
    if head.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in head:
        return Kind("office", reason="document")
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if len(head) >= 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return Kind("aac", "aac")  # ADTS: the sync word of MPEG audio with layer 0
    for step, skip in ((188, 0), (192, 4)):
        if len(head) > 3 * step and all(head[skip + n * step] == 0x47 for n in range(3)):
            return Kind("ts", "mpegts")
    return _text(head)


def _boxed(head: bytes) -> Kind:
    """ISO base media: the brands tell MP4 from QuickTime; a QuickTime file older than brands has none."""
    if head[4:8] == b"styp" or head[4:8] == b"moof":
        return Kind("mp4", "mov")
    if head[4:8] != b"ftyp":
        return Kind("mov", "mov")
    major = head[8:12]
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {major, *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if major in _PICTURE_BRANDS:
        return Kind("heic", reason="picture")
    if major == b"qt  ":
        return Kind("mov", "mov")
    if major[:3] in (b"3gp", b"3g2") and not any(brand[:3] in (b"iso", b"mp4", b"avc") for brand in brands):
        return Kind("3gp", "mov")
    return Kind("mp4", "mov")


def _text(head: bytes) -> Kind:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Kind("text", reason="text")
    if not head or any(byte < 0x20 and byte not in b"\t\r\n\x0c\x1b" for byte in head):
        return _UNKNOWN
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_PLAYLISTS):
        return Kind("playlist", reason="playlist")
    if start.startswith(_MARK_UP):
        return Kind("html", reason="document")
    return Kind("text", reason="text") if _reads_as_text(head) else _UNKNOWN


def _reads_as_text(head: bytes) -> bool:
    """UTF-8 or GB 18030; a last character that the end of ``head`` cuts through does not count."""
    for encoding in ("utf-8", "gb18030"):
        try:
            getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return True
    return False
