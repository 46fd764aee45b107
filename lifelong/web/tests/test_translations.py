"""The English is complete: every Chinese text of the screens has its translation, with the same holes to fill."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[2]
CATALOGUES = sorted(PACKAGE.glob("*/locale/en/LC_MESSAGES/django.po"))
WORDS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]")


def texts_of_python(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORDS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def texts_of_template(path: Path) -> set[str]:
    source = templatize(path.read_text(), origin=str(path))
    found = re.findall(r"""\b(?:_|n?gettext)\(\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", source)
    return {ast.literal_eval(text) for text in found}


def every_text() -> set[str]:
    python = [path for path in PACKAGE.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]
    templates = list(PACKAGE.glob("*/templates/**/*.html"))
    found = set().union(*map(texts_of_python, python), *map(texts_of_template, templates))
    return {text for text in found if re.search(r"[\u4e00-\u9fff]", text)}


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    pairs: dict[str, str] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            catalogue = read_po(file)
        assert not catalogue.fuzzy, path  # a doubtful head makes the compiler skip the whole file, silently
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            name = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string if isinstance(message.string, str) else message.string[0]
            assert pairs.setdefault(name, text) == text, f"two ways to say {name}: {path}"
    return pairs


def test_every_text_has_its_english(english):
    texts = every_text()
    assert len(texts) > 1500
    missing = sorted(text for text in texts if not english.get(text))
    assert not missing, f"{len(missing)}: {missing[:20]}"


def test_translations_fill_the_same_holes(english):
    wrong = {k: v for k, v in english.items() if v and sorted(HOLES.findall(k)) != sorted(HOLES.findall(v))}
    assert not wrong


def test_no_english_text_is_left_in_chinese(english):
    left = {k: v for k, v in english.items() if v and len(re.findall(r"[\u4e00-\u9fff]", v)) > 6}
    assert len(left) < 40, list(left.items())[:10]
