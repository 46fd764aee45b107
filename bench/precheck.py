"""Probing against an ffprobe process, and the whole pass against bare decoding.

    .venv/bin/python bench/precheck.py [--minutes 10] [--keep FOLDER]

Targets (architecture.md): facts, isolation included, faster than an ffprobe process; the whole pass ≥ 80 % of bare PyAV decoding.
Where no ffprobe is installed a fresh Python that opens the file with PyAV stands in for it, and the output says so.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

OPEN = "import sys, av; av.open(sys.argv[1], format='mov').close()"
DECODE = """
import sys, time, av
began = time.perf_counter()
with av.open(sys.argv[1], format="mov") as container:
    video, audio = container.streams.video[0], container.streams.audio[0]
    video.thread_type = "AUTO"
    frames = sum(len(packet.decode()) for packet in container.demux(video, audio))
print(time.perf_counter() - began)
"""
MAIN = "from lifelong.config.command import main; main()"


def film(folder: Path, minutes: int) -> Path:
    """A 720p25 film with sound at about 3 Mbit/s, made once."""
    path = folder / f"film-{minutes}.mp4"
    if not path.exists():
        from lifelong.media.tests import samples

        print(f"making {path} …", file=sys.stderr)
        made = samples.video(seconds=minutes * 60.0, key_every=250)
        shutil.move(made, path)
    return path


def seconds(call: Callable[[], object], times: int) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def facts(path: Path) -> None:
    from lifelong.media.probe import probe_facts

    began = time.perf_counter()
    assert probe_facts(path).readable
    cold = time.perf_counter() - began
    warm = seconds(lambda: probe_facts(path), 15)
    ffprobe = shutil.which("ffprobe")
    words = (
        [ffprobe, "-v", "error", "-show_format", "-show_streams", str(path)]
        if ffprobe
        else [sys.executable, "-c", OPEN, str(path)]
    )
    peer = seconds(lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL), 7)
    name = "ffprobe process" if ffprobe else "fresh Python + av.open (no ffprobe on PATH)"
    print(f"facts, warm child    {warm * 1e3:7.1f} ms   cold {cold * 1e3:.1f} ms")
    print(f"{name:20} {peer * 1e3:7.1f} ms   ours {peer / warm:.1f}× as fast")


def command(path: Path, folder: Path) -> None:
    """The command itself: one file, and what each of thirty adds."""
    many = folder / "many"
    many.mkdir(exist_ok=True)
    for number in range(30):
        link = many / f"{number:02}.mp4"
        if not link.exists():
            link.hardlink_to(path)

    def run(where: Path) -> None:
        words = [sys.executable, "-c", MAIN, "precheck", "--facts-only", str(where)]
        subprocess.run(words, check=False, stdout=subprocess.DEVNULL, cwd=ROOT)

    one, thirty = seconds(lambda: run(path), 5), seconds(lambda: run(many), 3)
    print(
        f"precheck --facts-only: one file {one * 1e3:.0f} ms with start-up; each of thirty {(thirty - one) / 29 * 1e3:.1f} ms more"
    )


def whole(path: Path) -> None:
    from lifelong.media.probe import probe_facts, probe_whole

    known = probe_facts(path)
    ours, bare = [], []
    for _ in range(3):
        ours.append(seconds(lambda: probe_whole(path, known, full=True), 1))
        bare.append(
            float(subprocess.run([sys.executable, "-c", DECODE, str(path)], check=True, capture_output=True).stdout)
        )
    mine, floor = statistics.median(ours), statistics.median(bare)
    print(f"whole pass           {mine:7.2f} s    {(known.duration_s or 0) / mine:.0f}× real time")
    print(f"bare PyAV decoding   {floor:7.2f} s    ours {floor / mine * 100:.0f} % of its speed")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=int, default=10)
    options.add_argument("--keep", type=Path, help="folder in which the film is kept for the next run")
    wishes = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = wishes.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = film(folder, wishes.minutes)
        print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB")
        facts(path)
        command(path, folder)
        whole(path)


if __name__ == "__main__":
    main()
