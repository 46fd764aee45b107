"""The standard as a file: what is packaged, what another file may say, and what is refused."""

from pathlib import Path

import pytest

from lifelong.media.probe import probe_facts
from lifelong.media.tests.samples import video
from lifelong.standards.technical import StandardError, judge, load, packaged
from lifelong.standards.technical.judging import RULES
from lifelong.standards.technical.standard import SHAPES

PACKAGED = Path(load.__code__.co_filename).with_name("2022.toml")


def test_the_packaged_standard_has_every_requirement_that_can_be_judged() -> None:
    standard = packaged()
    assert standard.version == "2022"
    assert [requirement.id for requirement in standard.requirements] == list(SHAPES)
    assert set(RULES) == set(SHAPES)
    assert all(requirement.clause for requirement in standard.requirements)


def test_another_file_changes_the_verdict_and_a_left_out_requirement_is_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'version = "2030"\n[[requirement]]\nid = "file.readable"\n'
        '[[requirement]]\nid = "video.resolution"\nclause = "1080P"\nlong_side = 1920\nshort_side = 1080\n'
    )
    standard = load(path)
    findings = judge(probe_facts(video()), standard)
    assert standard.version == "2030"
    assert [(finding.id, finding.verdict) for finding in findings] == [
        ("file.readable", "pass"),
        ("video.resolution", "fail"),
    ]
    assert findings[1].required == "≥ 1920×1080"


def test_a_tolerance_named_in_the_file_lets_24975_pass(tmp_path: Path) -> None:
    path = tmp_path / "mild.toml"
    path.write_text(PACKAGED.read_text("utf-8").replace('tolerance = "0/1"', 'tolerance = "1/1000"'), "utf-8")
    from fractions import Fraction

    facts = probe_facts(video(rate=Fraction(999, 40)))
    verdicts = [
        {f.id: f.verdict for f in judge(facts, standard)}["video.frame_rate"] for standard in (packaged(), load(path))
    ]
    assert verdicts == ["fail", "pass"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 2022", "version"),
        ("[[requirement]]", "version"),
        ('version = "1"', "requirement"),
        ('version = "1"\nrequirement = []', "requirement"),
        ("not toml at all [", "TOML"),
        ('version = "1"\n[[requirement]]\nid = "video.colour"', "video.colour"),
        ('version = "1"\n[[requirement]]\nid = "video.resolution"\nlong_side = 1', "short_side"),
        (
            'version = "1"\n[[requirement]]\nid = "video.resolution"\nlong_side = 1\nshort_side = 1\nheight = 2',
            "height",
        ),
        ('version = "1"\n[[requirement]]\nid = "video.resolution"\nlong_side = "wide"\nshort_side = 1', "long_side"),
        ('version = "1"\n[[requirement]]\nid = "video.resolution"\nlong_side = -1\nshort_side = 1', "long_side"),
        ('version = "1"\n[[requirement]]\nid = "video.codec"\ncodecs = "h264"', "codecs"),
        ('version = "1"\n[[requirement]]\nid = "video.frame_rate"\nleast = "25/0"\ntolerance = 0', "least"),
        ('version = "1"\n[[requirement]]\nid = "audio.playable"\n[[requirement]]\nid = "audio.playable"', "id"),
    ],
)
def test_a_file_that_is_no_standard_is_refused_with_the_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(StandardError, match=words):
        load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StandardError):
        load(path)


def test_only_known_versions_are_packaged() -> None:
    for version in ("2021", "../2022", ""):
        with pytest.raises(KeyError):
            packaged(version)
