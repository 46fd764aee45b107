"""In the child: pictures and sound coded anew, down from what there is; what needs no coding goes as it is."""

import os
from fractions import Fraction
from typing import Any

from lifelong.media.probe.keeper import Reporter
from lifelong.media.repair.recipe import Picture, Recipe, Tone

PRESET = "veryfast"
KEY_EVERY_S = 2
AHEAD = 0.04  # of a film's length: more bits spent before they are due lift a short film above its source
GAP_S = 0.1


class Refused(Exception):
    """The reason, one of those of ``making.CannotRepair``."""


def code(
    report: Reporter, source: int, out: int, between: int, *, recipe: dict[str, Any], length: float, rotation: int
) -> dict[str, Any]:
    """The job: the file behind ``source`` by ``recipe`` into ``out``."""
    from lifelong.media import remux

    wanted = Recipe.from_json(recipe)
    try:
        if wanted.kind == "mp3":
            _Coding(report, wanted, length).run(source, out, "mp3")
            return {}
        _Coding(report, wanted, length, rotation).run(source, between, "mp4")
        return remux.index_first(report, between, out)
    except Refused as reason:
        return {"refused": str(reason)}


class _Coding:
    """One run over the packets of the picture and of every sound."""

    def __init__(self, report: Reporter, recipe: Recipe, length: float, rotation: int = 0) -> None:
        self.report, self.recipe, self.length, self.rotation = report, recipe, length, rotation
        self.tracks: dict[int, _Copied | _Coded] = {}

    def run(self, source: int, out: int, form: str) -> None:
        import av

        from lifelong.media.probe import mpeg_audio
        from lifelong.media.probe.first_pass import main_video, open_media
        from lifelong.media.probe.sniff import HEAD_BYTES, kind_of

        size = os.fstat(source).st_size
        demuxer = kind_of(os.pread(source, HEAD_BYTES, mpeg_audio.after_tags(source, size))).demuxer or "mp3"
        with (
            open_media(source, demuxer) as container,
            os.fdopen(os.dup(out), "wb", buffering=0) as file,
            av.open(file, "w", format=form, buffer_size=1 << 20) as target,
        ):
            picture = main_video(container) if form == "mp4" else None
            if picture is not None:
                self.tracks[picture.index] = self._picture(target, picture)
            sounds = list(container.streams.audio)
            if form == "mp3":
                sounds = [next((s for s in sounds if s.disposition & s.disposition.default), sounds[0])]
            for sound, tone in zip(sounds, self.recipe.tones, strict=False):
                self.tracks[sound.index] = _Tone(target, sound, tone) if tone else _Copied(target, sound)
            try:
                self._pass(container, [s for s in container.streams if s.index in self.tracks])
            except (av.FFmpegError, IndexError) as error:
                raise Refused("damaged") from error

    def _picture(self, target: Any, picture: Any) -> "_Copied | _Coded":
        if self.recipe.picture is None:
            return _Copied(target, picture)
        return _Film(target, picture, self.recipe.picture, self.rotation, self.length)

    def _pass(self, container: Any, streams: list[Any]) -> None:
        for number, packet in enumerate(container.demux(*streams)):
            track = self.tracks.get(packet.stream_index)
            if track is None:
                continue  # one that appeared on the way
            track.take(packet)
            if number % 64 == 0 and packet.pts is not None and self.length:
                self.report.progress(min(max(float(packet.pts * packet.time_base) / self.length, 0.0), 1.0) * 0.98)
        for track in self.tracks.values():
            track.end()


class _Copied:
    """Packets as they are."""

    def __init__(self, target: Any, stream: Any) -> None:
        from lifelong.media.remux import twin

        self.target, self.stream, self.twin = target, stream, twin(target, stream)

    def take(self, packet: Any) -> None:
        from lifelong.media.remux import CannotRemux, timed

        if packet.dts is None:
            return
        try:
            timed(packet, self.stream)
        except CannotRemux as cannot:
            raise Refused(cannot.reason) from cannot
        packet.stream = self.twin
        self.target.mux(packet)

    def end(self) -> None:
        """Nothing is held back."""


class _Coded:
    """Decoded, and coded anew. A frame that comes out broken ends it: no loss is covered up."""

    def __init__(self, target: Any, coder: Any) -> None:
        self.target, self.coder = target, coder

    def take(self, packet: Any) -> None:
        for frame in packet.decode():
            if packet.is_corrupt or frame.is_corrupt:
                raise Refused("damaged")
            self.code(frame)

    def code(self, frame: Any) -> None:
        self.target.mux(self.coder.encode(frame))

    def end(self) -> None:
        self.target.mux(self.coder.encode(None))


class _Tone(_Coded):
    def __init__(self, target: Any, sound: Any, tone: Tone) -> None:
        name = "libmp3lame" if target.format.name == "mp3" else "aac"
        layout = "stereo" if sound.codec_context.layout.nb_channels == 2 else sound.codec_context.layout.name
        coder = target.add_stream(name, rate=tone.sample_rate, layout=layout)
        coder.bit_rate = tone.bit_rate
        coder.disposition = sound.disposition
        if sound.language:
            coder.metadata["language"] = sound.language
        self.next: int | None = None
        super().__init__(target, coder)

    def code(self, frame: Any) -> None:
        """Samples follow one another; only a true gap is kept. Containers round times more coarsely than sound is sampled."""
        rate = frame.sample_rate
        at = round(frame.time * rate) if frame.time is not None else self.next or 0
        if self.next is None or at - self.next > GAP_S * rate:
            self.next = at
        frame.pts, frame.time_base = self.next, Fraction(1, rate)
        self.next += frame.samples
        super().code(frame)


class _Film(_Coded):
    """Every frame at its own time and in its own size."""

    def __init__(self, target: Any, picture: Any, wanted: Picture, rotation: int, length: float) -> None:
        from lifelong.media.probe.first_pass import HDR

        context = picture.codec_context
        if context.color_trc in HDR:
            raise Refused("hdr")
        context.thread_count = 1
        self.width, self.height = context.width & ~1, context.height & ~1
        self.last: int | None = None
        rate = picture.average_rate or Fraction(25)
        coder = target.add_stream("libx264", rate=rate)
        coder.width, coder.height, coder.pix_fmt = self.width, self.height, "yuv420p"
        coder.bit_rate = wanted.bit_rate
        into = coder.codec_context
        into.time_base, into.thread_count = picture.time_base, 1
        into.sample_aspect_ratio = picture.sample_aspect_ratio or Fraction(1)
        self.from_rgb = context.format is not None and context.format.is_rgb
        if self.from_rgb:
            into.color_primaries = into.color_trc = into.colorspace = 1  # BT.709
        else:
            into.color_primaries, into.color_trc = context.color_primaries, context.color_trc
            into.colorspace = context.colorspace
        into.options = {
            "preset": PRESET, "profile": "high", "g": str(max(round(rate * KEY_EVERY_S), 1)),
            "maxrate": str(wanted.bit_rate), "bufsize": str(round(wanted.bit_rate * min(max(length * AHEAD, 0.2), 1))),
        }  # fmt: skip
        if rotation:
            coder.set_display_rotation(360 - rotation)  # the other way round
        super().__init__(target, coder)

    def code(self, frame: Any) -> None:
        from av.video.frame import PictureType

        if frame.interlaced_frame:
            raise Refused("interlaced")
        if frame.pts is None:
            raise Refused("layout")
        if self.last is not None and frame.pts <= self.last:
            return  # at the time of another: nobody ever saw it
        self.last = frame.pts
        colours = {"dst_colorspace": "ITU709"} if self.from_rgb else {}
        drawn = frame.reformat(width=self.width, height=self.height, format="yuv420p", **colours)
        drawn.pts, drawn.time_base, drawn.pict_type = frame.pts, frame.time_base, PictureType.NONE
        super().code(drawn)
