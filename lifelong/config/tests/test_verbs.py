"""Every verb that the code records has a word for the auditor's page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from lifelong.audit.words import known_verbs
from lifelong.config.tests.test_house import PACKAGE, own_code
from lifelong.resources.lifecycle import Verb

# What adds an entry, or hands a verb on to what does.
RECORDERS = {"record", "_changed", "_note"}


def first_words() -> Iterator[tuple[Path, int, ast.expr]]:
    """The first argument of every call that records, taken apart where it is one of two."""
    for path in own_code():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in RECORDERS:
                given = node.args[0]
                for word in [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]:
                    yield path, node.lineno, word


def test_every_recorded_verb_has_a_word():
    known, nameless, seen = known_verbs(), [], 0
    for path, line, word in first_words():
        where = f"{path.relative_to(PACKAGE)}:{line}"
        if isinstance(word, ast.Constant) and isinstance(word.value, str):
            seen += 1
            if word.value not in known:
                nameless.append(f"{where} {word.value}")
        elif isinstance(word, ast.JoinedStr):
            parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[a-z_]+" for p in word.values]
            if not any(re.fullmatch("".join(parts), verb) for verb in known):
                nameless.append(f"{where} {ast.unparse(word)}")
    assert seen > 90, "the verbs are recorded in another way now: teach this test"
    assert not nameless


def test_what_is_put_together_has_words_too():
    """Verbs that no literal shows: the steps of a version, its papers, the changes of the category tree."""
    tree = (PACKAGE / "standards/actions/categories.py").read_text()
    changes = set(re.findall(r'_changed\(\w+, "(\w+)"', tree))
    wanted = {f"resources.{verb}" for verb in Verb} | {f"standards.category_{change}" for change in changes}
    wanted |= {f"resources.{paper}_{did}" for paper in ("cover", "rights_file") for did in ("set", "removed")}
    assert len(changes) >= 5
    assert not wanted - set(known_verbs())


def test_the_words_are_chinese():
    assert not [verb for verb, word in known_verbs().items() if not re.search(r"[\u4e00-\u9fff]", word)]
