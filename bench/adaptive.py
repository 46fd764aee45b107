"""How long after its last byte a film of 200 MB can be played adaptively: facts, progressive name, stretches, public names.

    .venv/bin/python bench/adaptive.py [--megabytes 200]

Target (architecture.md): ≤ 10 s by stream copy, against a plain copy of the same bytes in the same run.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def film(folder: Path, megabytes: int) -> Path:
    """A film of about so many megabytes: twenty seconds, remuxed one behind the other."""
    import av

    from lifelong.media.tests import samples

    piece, path = samples.video(seconds=20.0, key_every=50), folder / "film.mp4"
    rounds = max(1, round(megabytes * 1e6 / piece.stat().st_size))
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out, av.open(str(piece)) as first:
        twins = [out.add_stream_from_template(stream) for stream in first.streams]
        for number in range(rounds):
            with av.open(str(piece)) as source:
                for packet in source.demux():
                    if packet.dts is None or (source.streams[packet.stream_index].type == "audio" and packet.dts < 0):
                        continue
                    shift = round(number * 20.05 / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = twins[packet.stream_index]
                    out.mux(packet)
    return path


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--megabytes", type=int, default=200)
    megabytes = asked.parse_args().megabytes
    from lifelong.media.adaptive import ladder
    from lifelong.media.probe import probe_facts

    with tempfile.TemporaryDirectory() as place:
        source = film(Path(place), megabytes)
        began = time.perf_counter()
        shutil.copyfile(source, Path(place) / "copy.mp4")
        copied = time.perf_counter() - began
        began = time.perf_counter()
        facts = probe_facts(source)
        ladder.stream_copy(source, Path(place) / "hls", facts)
        took = time.perf_counter() - began
    size = f"{source.name}: {megabytes} MB, {facts.duration_s:.0f} s"
    print(
        f"{size}; plain copy {copied:.2f} s; facts and stretches {took:.2f} s ({facts.duration_s / took:.0f} × real time)"
    )


if __name__ == "__main__":
    main()
