"""The whole look on its page of samples: it fits a phone, reads well for everyone, and every mode keeps that."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.journey
AXE = Path(__file__).resolve().parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["/work/style/", "/work/style/?public&video=/film.mp4&audio=/tune.mp3", "/elder"]
MODES: dict[str, dict[str, Any]] = {
    "light": {}, "dark": {"scheme": "dark"}, "contrast": {"theme": "contrast"}, "elder": {"elder": True},
    "elder-dark": {"elder": True, "theme": "dark"}, "elder-phone": {"elder": True, "width": 390},
}  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("elder", [False, True])
def test_nothing_leaves_a_narrow_screen(visit: Any, address: str, elder: bool) -> None:
    page = visit(address, width=390, elder=elder)
    for width, zoom in [(390, 0), (390, 3), (390, 6), (320, 0)]:
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(f"document.documentElement.dataset.zoom = '{zoom if elder else 0}'")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, zoom)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("address", PAGES[:2])
def test_axe_finds_nothing(visit: Any, address: str, mode: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core comes with npm ci in frontend/")
    page = visit(address, **MODES[mode])
    # what floats at the bottom covers another link at every scroll position; what is under it is no smaller for that
    page.evaluate("document.querySelector('.elder-bar')?.style.setProperty('position', 'static')")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
    )
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]][:4]) for one in found["violations"]] == []


def test_targets_are_large_enough_for_old_fingers(visit: Any) -> None:
    page = visit("/work/style/?public&video=/film.mp4", elder=True, width=390)
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, select, input:not([type=hidden]), summary')].filter((e) => e.offsetParent)
        .filter((e) => !e.closest('p, .title, .prose, .skip, .byline') && !e.matches('[type=checkbox], [type=radio], [type=range], .skip'))
        .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()]).filter(([, r]) => r.height < 43.5 || r.width < 43.5).map(([html, r]) => `${html} ${r.width}×${r.height}`)"""
    )
    assert small == []


def test_the_keyboard_reaches_the_main_part_by_one_press(visit: Any) -> None:
    page = visit("/elder")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_frame_of_a_public_page_is_light(visit: Any) -> None:
    """HTML, CSS and JS of the frame, compressed: the home page must stay below 100 KB with what it adds."""
    from lifelong.web import assets

    page = visit("/elder")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((e) => e.name).filter((n) => /\\.(js|css)$/.test(n)).map((n) => n.split('/').pop())"
    )
    assert sum((assets.BUILT / f"{name}.gz").stat().st_size for name in loaded) < 45 * 1024
