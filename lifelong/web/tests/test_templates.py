"""Every page of the house: it compiles, its icons exist, and it holds nothing that the content security policy forbids."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from lifelong.web import vocabulary

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted((ROOT / "lifelong").glob("*/templates/**/*.html"))
ICONS = {path.stem for path in (ROOT / "frontend" / "src" / "icons").glob("*.svg")}
SCRIPTS = sorted((ROOT / "frontend" / "src").rglob("*.ts"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(params=TEMPLATES, ids=name_of)
def page(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_it_compiles(page: Path) -> None:
    get_template(page.as_posix().split("/templates/", 1)[1])


def test_its_icons_exist(page: Path) -> None:
    assert set(re.findall(r'{% icon "([^"]+)"', page.read_text(encoding="utf-8"))) <= ICONS


def test_it_holds_no_inline_style_script_or_handler(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", source)
    for attributes in re.findall(r"<script([^>]*)>", source):
        assert "src=" in attributes or "application/json" in attributes or "ld+json" in attributes


def test_the_frame_of_public_pages_carries_no_token() -> None:
    """One copy of such a page is kept for everybody; a form that needs a token has a page of its own or comes as a fragment."""
    for name in ("base", "public", "_footer", "_switches", "_searchbox", "_elder_bar"):
        assert "csrf_token" not in (ROOT / f"lifelong/web/templates/web/{name}.html").read_text(encoding="utf-8")


def test_the_icons_that_scripts_draw_exist() -> None:
    drawn = {
        name
        for path in SCRIPTS
        for name in re.findall(r'(?<![\w.])icon\("([\w-]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert drawn
    assert drawn <= ICONS


def test_the_icons_of_types_and_verdicts_exist() -> None:
    assert set(vocabulary.TYPE_ICONS.values()) | {"pass", "warn", "fail", "unknown", "file"} <= ICONS


def test_an_icon_is_drawn_in_the_colour_of_its_words() -> None:
    for path in (ROOT / "frontend" / "src" / "icons").glob("*.svg"):
        source = path.read_text(encoding="utf-8")
        assert 'viewBox="0 0 24 24"' in source, path.name
        assert not re.search(r"#[0-9a-fA-F]{3,6}\b", source), path.name


def test_every_sentence_of_a_script_has_its_english() -> None:
    words = (ROOT / "frontend" / "src" / "words.ts").read_text(encoding="utf-8")
    translated = set(re.findall(r'"([^"]+)": "', words))
    said = {
        sentence
        for path in SCRIPTS
        if path.name != "words.ts"
        for sentence in re.findall(
            r'"([^"\n]*[\u4e00-\u9fff][^"\n]*)"',
            re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL),
        )
    }
    assert said - translated == set()


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_can_be_drawn_when_nothing_else_works(status: int) -> None:
    html = get_template(f"{status}.html").render({})
    assert "<h1>" in html
    assert "site" in html
