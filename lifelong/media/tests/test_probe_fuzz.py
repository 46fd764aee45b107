"""Some hundreds of mutated files: every one gets an answer, none takes long, and the next file does not notice."""

import random
import time
from pathlib import Path

import pytest

from lifelong.media.probe import UNREADABLE, Facts, WholeFacts, probe_facts, probe_whole
from lifelong.media.tests.samples import sound, video
from lifelong.standards.technical import judge, packaged, verdict_of

SMALL = {"size": (64, 48), "seconds": 1.0, "bit_rate": 60_000}
SEEDS = {
    "mp4": lambda: video(**SMALL),
    "mp4 index last": lambda: video(**SMALL, movflags=""),
    "mp4 fragments": lambda: video(**SMALL, movflags="+frag_keyframe+empty_moov"),
    "mov": lambda: video(**SMALL, container="mov"),
    "mkv": lambda: video(**SMALL, container="mkv"),
    "mp3": lambda: sound(seconds=1.0),
    "mp3 variable": lambda: sound(seconds=1.0, quality=4, xing=False),
    "wav": lambda: sound(codec="pcm_s16le", container="wav", seconds=0.2),
}
ROUNDS = 45


def mutated(content: bytes, dice: random.Random) -> bytes:
    """The bytes with a few of them changed, cut out, doubled, zeroed, or the whole cut off; the head most often."""
    changed = bytearray(content)
    for _ in range(dice.choice((1, 2, 5, 20))):
        reach = len(changed) if dice.random() < 0.5 else min(len(changed), 2000)
        at = dice.randrange(max(reach, 1))
        match dice.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                changed[at : at + 4] = dice.choice((b"\x00" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", dice.randbytes(4)))
            case 2:
                del changed[at : at + dice.randrange(1, 200)]
            case 3:
                changed[at:at] = changed[at : at + dice.randrange(1, 500)]
            case 4:
                changed[at : at + 100] = bytes(100)
            case _ if dice.random() < 0.2:
                del changed[max(at, 30) :]
    return bytes(changed)


@pytest.mark.parametrize("kind", SEEDS)
def test_a_mutated_file_always_gets_an_answer(kind: str, tmp_path: Path) -> None:
    content = SEEDS[kind]().read_bytes()
    standard = packaged()
    for number in range(ROUNDS):
        dice = random.Random(f"{kind} {number}")
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(mutated(content, dice))
        began = time.monotonic()
        facts = probe_facts(path)
        assert Facts.from_json(facts.to_json()) == facts
        assert facts.readable or facts.reason in UNREADABLE, facts
        assert facts.reason not in ("crashed", "timed_out"), (number, facts)
        whole = probe_whole(path, facts) if facts.readable else None
        assert whole is None or whole.reason in ("", *UNREADABLE)
        assert whole is None or whole.reason not in ("crashed", "timed_out"), (number, whole)
        assert whole is None or WholeFacts.from_json(whole.to_json()) == whole
        findings = judge(facts, standard, whole=whole, declared=1)
        assert verdict_of(findings) == "fail" or facts.readable
        assert all(finding.message and len(finding.measured) <= 300 for finding in findings)
        assert time.monotonic() - began < 15
    assert probe_facts(SEEDS[kind]()).readable
