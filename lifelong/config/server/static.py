"""Style sheets, scripts, fonts and pictures of the pages, from ``STATIC_ROOT``, compressed beforehand where they are."""

import os
import re
from pathlib import Path, PurePosixPath

from django.conf import settings

from lifelong.config.server.compression import accepts
from lifelong.media.ranges import Answer, Header, Headers, not_found, plan

#: ``app-B3xk9_Qd.js`` as Vite names what it builds, ``app.0123456789ab.js`` as Django does: new content, new name.
HASHED = re.compile(r"(?:^built/.*-[\w-]{8}|\.[0-9a-f]{12})\.\w+$", re.ASCII)
FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=600"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".wasm": "application/wasm",
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
    ".vtt": "text/vtt; charset=utf-8",
    ".xsl": "application/xml",
}


class Static:
    def __init__(self) -> None:
        self.root, self.prefix = Path(settings.STATIC_ROOT), settings.STATIC_URL

    def answer(self, method: str, path: str, header: Header) -> Answer:
        name = path[len(self.prefix) :]
        parts = PurePosixPath(name).parts
        if not parts or parts[0] == "/" or any(part.startswith(".") for part in parts):
            return not_found()
        found = self.root / name
        fixed: Headers = [
            ("content-type", TYPES.get(found.suffix.lower(), "application/octet-stream")),
            ("cache-control", FOREVER if HASHED.search(name) else SHORTLY),
            ("vary", "Accept-Encoding"),
        ]
        accepted = header("accept-encoding") or ""
        for coding, suffix in ENCODINGS:
            if accepts(accepted, coding) and os.path.isfile(f"{found}{suffix}"):
                return plan(method, f"{found}{suffix}", header, [*fixed, ("content-encoding", coding)], f"-{coding}")
        return plan(method, found, header, fixed)
