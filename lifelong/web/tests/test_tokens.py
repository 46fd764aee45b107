"""The colours are measured, not judged by eye: every pair that is read, in every mode."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[3] / "frontend" / "src" / "styles" / "_tokens.scss"
GROUNDS = ("paper", "surface", "sunken")
WORDS = ("ink", "muted", "brand", "good", "warn", "bad", "degree", "training", "older", "community")
PAIRS = [
    *[(word, ground) for word in WORDS for ground in GROUNDS],
    *[(word, f"{word}-soft") for word in WORDS if word not in {"ink", "muted"}],
    *[("ink", f"{tone}-soft") for tone in ("brand", "good", "warn", "bad", "degree", "training", "older", "community")],
    ("muted", "brand-soft"), ("ink", "mark"), ("accent", "paper"), ("accent", "surface"),
    ("on-brand", "brand"), ("on-brand", "brand-hover"), ("on-accent", "accent"), ("on-accent", "accent-hover"),
]  # fmt: skip


def colours(name: str) -> dict[str, str]:
    found = re.search(rf"@mixin {name} \{{(.*?)\n\}}", TOKENS.read_text(encoding="utf-8"), re.DOTALL)
    assert found, name
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", found[1]))


LIGHT = colours("light")
MODES = {
    "light": (LIGHT, 4.5),
    "elder": (LIGHT | colours("elder-colours"), 7),
    "dark": (LIGHT | colours("dark"), 7),  # also serves 长辈版 in the dark
    "contrast": (LIGHT | colours("contrast"), 7),
}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
def test_every_word_can_be_read_on_its_ground(mode: str) -> None:
    colour, wanted = MODES[mode]
    faint = {pair: round(contrast(colour[pair[0]], colour[pair[1]]), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < wanted} == {}


@pytest.mark.parametrize("mode", MODES)
def test_the_edge_of_a_control_and_the_focus_can_be_seen(mode: str) -> None:
    colour, _ = MODES[mode]
    for mark in ("edge", "focus"):
        for ground in GROUNDS:
            assert contrast(colour[mark], colour[ground]) >= 3, (mark, ground)


@pytest.mark.parametrize("mode", ["dark", "contrast"])
def test_a_mode_gives_every_colour_a_value_of_its_own(mode: str) -> None:
    assert colours(mode).keys() == LIGHT.keys()


def test_no_style_sheet_but_the_tokens_names_a_colour_of_the_language() -> None:
    """Only what lies on pictures and films (player, cover tag) may: it does not change with the mode."""
    named = re.compile(r"#[0-9a-fA-F]{3,8}\b")
    for sheet in TOKENS.parent.glob("_*.scss"):
        if sheet.name in {"_tokens.scss", "_player.scss", "_embed.scss"}:
            continue
        lines = [line for line in sheet.read_text(encoding="utf-8").splitlines() if named.search(line)]
        assert [line for line in lines if "#fff" not in line and "mask" not in line and "#000" not in line] == [], sheet


def test_the_text_of_the_elder_mode_is_at_least_24_pixels() -> None:
    source = TOKENS.read_text(encoding="utf-8")
    scale = re.search(r"@mixin elder-scale \{(.*?)\n\}", source, re.DOTALL)
    assert scale
    root = float(re.search(r"--root: ([\d.]+)%", scale[1])[1])  # type: ignore[index]
    text = float(re.search(r"--text-0: ([\d.]+)rem", scale[1])[1])  # type: ignore[index]
    assert 16 * root / 100 * text >= 24
    target = float(re.search(r"--target: ([\d.]+)rem", scale[1])[1])  # type: ignore[index]
    assert 16 * root / 100 * target >= 44
