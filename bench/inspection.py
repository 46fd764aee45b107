"""Inspection: links of many hosts on this machine, visited as politely as others' are, and hashes beside ``sha256sum``.

    python bench/inspection.py --links 1400 --hosts 350 --megabytes 1024

Makes a database of its own in a temporary folder, loads linked courses into it, lets one run do all of them at once with
the pause of real use between two visits to one host, and counts what a worker would do in a day: a run may take four
minutes of every ten.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PAGE = "太极拳入门：起势、野马分鬃、白鹤亮翅，每节课十分钟，跟着老师一起练。" * 40
SERVER = """
import asyncio, sys
body = sys.stdin.buffer.read()
head = b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=utf-8\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n" % len(body)
async def talk(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    await asyncio.sleep(0.08)  # as far away as another city
    writer.write(head + body)
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def links(count: int, hosts: int, pause_s: float) -> None:
    import json
    from functools import partial

    import httpcore
    from django.utils import timezone

    from lifelong.catalogue.actions.loading import load
    from lifelong.monitoring.actions import inspection_running, inspection_targets
    from lifelong.monitoring.lifecycle import Subject
    from lifelong.monitoring.models import InspectionTarget
    from lifelong.standards.links.checker import check_link
    from lifelong.standards.queries.judging import metadata_context

    lines = [
        {"title": f"网络课程第 {n} 讲", "type": "A03", "area": "degree", "institution": "4110001", "region": "410300",
         "host_platform": "某平台", "link": f"http://host{n % hosts}.example.org/course/{n}"}
        for n in range(count)
    ]  # fmt: skip
    path = Path(os.environ["LIFELONG_DATA"]) / "links.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    load(path, at=timezone.now(), context=metadata_context("load"))
    inspection_targets.take_up_rest(at=timezone.now())
    due = InspectionTarget.objects.filter(subject=Subject.LINK)
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    server.stdin.write(PAGE.encode())
    server.stdin.close()
    port = int(server.stdout.readline())
    seen: dict[str, int] = {}
    most = {"n": 0}
    lock = threading.Lock()

    def connect(number: str, _port: int, timeout_s: float) -> httpcore.NetworkStream:
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", port, timeout=timeout_s)

    polite = partial(check_link, resolver=lambda host, port: ["93.184.216.34"], connector=connect, references=[])

    def visit(url: str):
        host = url.split("/")[2]
        with lock:
            seen[host] = seen.get(host, 0) + 1
            most["n"] = max(most["n"], seen[host])
        found = polite(url)
        with lock:
            seen[host] -= 1
        return found

    try:
        began, looked = time.perf_counter(), 0
        due.update(look_at=timezone.now())
        while due.filter(look_at__isnull=False).exists():
            looked += inspection_running.inspect_links(visit=visit, pause_s=pause_s).looked
        took = time.perf_counter() - began
    finally:
        server.terminate()
    share = inspection_running.LINK_BUDGET_S / 600
    print(
        f"{looked} links of {hosts} hosts, {pause_s} s apart, at most {most['n']} at a time of one host: {took:.1f} s, {looked / took:.1f}/s"
    )
    print(f"a worker in a day, {share:.0%} of its time: {looked / took * 86_400 * share:,.0f} links")


def hashes(megabytes: int, folder: Path) -> None:
    from lifelong.media.models import MediaFile
    from lifelong.monitoring.looks import files

    path = folder / "files" / "film"
    path.parent.mkdir(parents=True, exist_ok=True)
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for _block in range(megabytes):
            file.write(block)
    from django.conf import settings

    settings.FILES = folder / "files"
    theirs = ours = float("inf")
    for _round in range(3):  # in turns, the best of each: the file is warm then
        began = time.perf_counter()
        summed = subprocess.run(["sha256sum", path], check=True, capture_output=True, text=True).stdout.split()[0]
        theirs = min(theirs, time.perf_counter() - began)
        began = time.perf_counter()
        seen = files.original(MediaFile(original_name="film", sha256=summed, path="film", size=megabytes << 20))
        ours = min(ours, time.perf_counter() - began)
    assert seen.outcome == "ok"
    print(
        f"{megabytes} MB: sha256sum {megabytes / theirs:.0f} MB/s, inspection {megabytes / ours:.0f} MB/s ({theirs / ours:.0%})"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--links", type=int, default=1400)
    asked.add_argument("--hosts", type=int, default=350)
    asked.add_argument("--pause", type=float, default=2.0)
    asked.add_argument("--megabytes", type=int, default=1024)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIFELONG_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "lifelong.config.settings"
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        hashes(given.megabytes, Path(folder))
        links(given.links, given.hosts, given.pause)


if __name__ == "__main__":
    main()
