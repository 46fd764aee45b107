"""A long upload over loopback against ``cp`` of the same file: ``python bench/upload.py [megabytes]``"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from served import Served, answer, served

PIECE = 16 << 20
OPENING = """
from django.utils import timezone
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.media import actions, queries
college, _ = Institution.objects.get_or_create(code="9990001", defaults={{"name": "虚构学院"}})
by = User.objects.filter(email="reporter@example.org").first() or User.objects.create_user("reporter@example.org")
upload = actions.open_upload(institution=college, name="a.mp4", size={size}, purpose="bench", by=by, at=timezone.now())
print(queries.upload_address(upload))
"""


def send(site: Served, source: Path, address: str) -> float:
    """Seconds from the first byte to the answer to the last."""
    size = source.stat().st_size
    room = memoryview(bytearray(1 << 16))
    with socket.create_connection(("127.0.0.1", site.port)) as line, source.open("rb") as file:
        began, offset = time.perf_counter(), 0
        while offset < size:
            piece = min(PIECE, size - offset)
            line.sendall(
                f"PATCH {address} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
                f"Content-Type: application/offset+octet-stream\r\nContent-Length: {piece}\r\n\r\n".encode()
            )
            end = offset + piece
            while offset < end:
                offset += os.sendfile(line.fileno(), file.fileno(), offset, end - offset)
            _length, status = answer(line, room)
            assert status == 204, status
        return time.perf_counter() - began


def main(megabytes: int) -> None:
    with served() as site:
        source = site.data / "source"
        with source.open("wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
        os.sync()
        copying, sending = [], []
        before = site.megabytes()
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run(["cp", source, site.data / "copy"], check=True)
            with (site.data / "copy").open("rb") as copy:
                os.fsync(copy.fileno())
            copying.append(time.perf_counter() - began)
            (site.data / "copy").unlink()
            used = site.processor_seconds()
            sending.append(send(site, source, site.python(OPENING.format(size=source.stat().st_size))))
            used = site.processor_seconds() - used
            os.sync()
            shutil.rmtree(site.data / "files")
            print(
                f"cp {megabytes / copying[-1]:.0f} MB/s, upload {megabytes / sending[-1]:.0f} MB/s, {used:.1f} s of processor"
            )
        copied, sent = megabytes / min(copying), megabytes / min(sending)
        print(
            f"best: cp {copied:.0f} MB/s, upload {sent:.0f} MB/s with sha256, both to the disk; ratio {sent / copied:.0%}"
        )
        print(f"memory {before:.0f} → {site.megabytes():.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)
