"""In the child: a piece of a film coded anew for thin lines, smaller than it came and never larger."""

import os
from typing import Any

from lifelong.media.adaptive.fragments import copyable, fragmented, main_audio, told
from lifelong.media.probe.keeper import Reporter

KEY_EVERY_S = 2.0
MOST_PICTURES_A_SECOND = 31.0  # of 50 or 60 every second one
LEAST_PICTURE_BIT_RATE = 200_000
SOUND_BIT_RATE = 128_000  # where the source does not say
PRESET = "veryfast"


def code(
    report: Reporter, source: int, out: int, *, width: int, height: int, bit_rate: int, begin: float, end: float
) -> dict[str, Any]:
    """The job: what plays from ``begin`` to before ``end`` seconds; the sound is kept as it is.

    Begins with a key frame, whose time stands in the fragment: pieces written one behind the other are one film.
    """
    from lifelong.media.probe.first_pass import main_video, open_media
    from lifelong.media.probe.sniff import HEAD_BYTES, kind_of

    kind = kind_of(os.pread(source, HEAD_BYTES, 0))
    with (
        open_media(source, kind.demuxer) as container,
        fragmented(out, picture=True, goes_on=bool(begin)) as target,
    ):
        picture, sound = main_video(container), main_audio(container)
        if picture is None or (sound is not None and not copyable(sound)):
            return {"refused": "codec"}
        picture.codec_context.thread_count = 1
        sound_rate = (sound.codec_context.bit_rate or SOUND_BIT_RATE) if sound is not None else 0
        coder = coder_for(target, picture, width, height, max(bit_rate - sound_rate, LEAST_PICTURE_BIT_RATE))
        twin = target.add_stream_from_template(sound) if sound is not None else None
        if begin:
            container.seek(int(begin * 1_000_000), any_frame=False, backward=True)
        chosen = Chosen(begin, end, picture)
        sound_over = sound is None
        for packet in container.demux(*(stream for stream in (picture, sound) if stream is not None)):
            if packet.stream_index == picture.index:
                for frame in packet.decode():
                    if chosen.wants(frame):
                        target.mux(coder.encode(chosen.drawn(frame, width, height)))
                        report.progress(min(max((frame.time - begin) / (end - begin), 0.0), 1.0))
            elif packet.dts is not None:
                at = float(packet.dts * packet.time_base)
                sound_over = at >= end
                if begin <= at < end:
                    packet.stream = twin
                    target.mux(packet)
            if chosen.over and sound_over:
                break
        target.mux(coder.encode(None))
    return told(out) if chosen.count else {"stretches": []}


def coder_for(target: Any, picture: Any, width: int, height: int, bit_rate: int) -> Any:
    coder = target.add_stream("libx264", rate=picture.average_rate)
    coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
    coder.codec_context.time_base = picture.time_base
    coder.codec_context.thread_count = 1
    coder.codec_context.options = {
        "preset": PRESET, "profile": "main", "bf": "0", "crf": "24", "forced-idr": "1", "sc_threshold": "0",
        "maxrate": str(bit_rate), "bufsize": str(2 * bit_rate), "g": "600", "x264-params": "scenecut=0:open-gop=0",
    }  # fmt: skip
    return coder


class Chosen:
    """Which pictures of a film belong to a piece, and which of them can be jumped to."""

    def __init__(self, begin: float, end: float, picture: Any) -> None:
        self.begin, self.end, self.over, self.count = begin, end, False, 0
        rate = float(picture.average_rate or 25)
        self.least_apart = 1.5 / rate if rate > MOST_PICTURES_A_SECOND else 0.0
        self.next_key = begin
        self.last = -1.0e9

    def wants(self, frame: Any) -> bool:
        if frame.pts is None:
            return False
        if frame.time >= self.end:
            self.over = True
            return False
        return (not self.begin or frame.time >= self.begin) and frame.time > self.last + self.least_apart

    def drawn(self, frame: Any, width: int, height: int) -> Any:
        from av.video.frame import PictureType

        small = frame.reformat(width=width, height=height, format="yuv420p")
        small.pts, small.time_base = frame.pts, frame.time_base
        small.pict_type = PictureType.NONE
        if not self.count or frame.time >= self.next_key - 0.001:
            small.pict_type = PictureType.I
            self.next_key = (frame.time // KEY_EVERY_S + 1) * KEY_EVERY_S
        self.count += 1
        self.last = frame.time
        return small
