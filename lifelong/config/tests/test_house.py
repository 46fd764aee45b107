"""The house rules, checked: order of the chapters, sizes, names, who may write, which address needs which right."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from lifelong.config.rights import right_of_foreign_view
from lifelong.web.rights import right_of

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "lifelong"
CHAPTERS = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
BANNED_NAMES = {"utils", "helpers", "common", "misc", "base", "core", "manager"}


def sources() -> list[Path]:
    return [
        path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts and "node_modules" not in path.parts
    ]


def own_code() -> list[Path]:
    return [path for path in sources() if "tests" not in path.parts]


def test_chapters_import_only_what_stands_above_them():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_is_longer_than_four_hundred_lines():
    long = {str(p.relative_to(ROOT)): n for p in own_code() if (n := len(p.read_text().splitlines())) > 400}
    assert not long


def test_no_function_is_longer_than_fifty_lines():
    long = []
    for path in own_code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > 50:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not long


def test_no_module_hides_behind_a_name_that_says_nothing():
    assert not [str(p) for p in own_code() if p.stem in BANNED_NAMES]


WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create"}
MAY_WRITE = {"actions", "migrations", "tests", "demo"}


def test_only_actions_write_models():
    """Calls of ``.objects.….create/update/delete`` and ``.save()`` stand in ``actions`` alone."""
    found = []
    for path in own_code():
        parts = set(path.relative_to(PACKAGE).with_suffix("").parts)
        if parts & MAY_WRITE or path.name == "apps.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
                continue
            text = ast.unparse(node.func)
            if ".objects" in text or (node.func.attr == "save" and not node.args and "image" not in text.lower()):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {text}")
    allowed = re.compile(
        r"lifelong/(jobs/(backend|worker|queue|lease)|accounts/(models|sessions)|catalogue/(load|feeder))"
    )
    assert not [line for line in found if not allowed.match(line)]


def test_a_page_shown_again_with_what_is_wrong_says_so_in_its_status():
    """Who judges a form and shows a page names a status: 422 for machines, tests and who reads the logs."""
    found = []
    for path in (path for path in own_code() if "views" in path.relative_to(PACKAGE).with_suffix("").parts):
        for node in ast.walk(ast.parse(path.read_text())):
            text = ast.unparse(node) if isinstance(node, ast.FunctionDef) else ""
            if ".is_valid()" in text and "render(" in text and "status" not in text:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    redirects = {"preview"}  # goes back to the list of work, which says what is wrong
    assert not [one for one in found if one.rpartition(" ")[2] not in redirects]


def test_relations_to_other_chapters_name_the_class():
    """A string would hide the dependency from the import contract; the person (AUTH_USER_MODEL) is known to all."""
    found = []
    for path in PACKAGE.glob("*/models*"):
        for file in [path] if path.is_file() else path.rglob("*.py"):
            chapter = file.relative_to(PACKAGE).parts[0]
            for target in re.findall(
                r"(?:ForeignKey|OneToOneField|ManyToManyField)\(\s*\"(\w+)\.\w+\"", file.read_text()
            ):
                if target not in {chapter, "self"}:
                    found.append(f"{file}: {target}")
    assert not found


def patterns(resolver: URLResolver, prefix: str = ""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry
        else:
            yield from patterns(entry, prefix + str(entry.pattern))


class Match:
    def __init__(self, name: str, namespaces: list[str], route: str) -> None:
        self.url_name, self.namespaces, self.route = name, namespaces, route


def test_every_address_declares_the_right_it_needs():
    undeclared = []
    for address, entry in patterns(get_resolver()):
        if right_of(entry.callback):
            continue
        namespace = ["api-v1"] if address.startswith("api/v1/") else []
        if right_of_foreign_view(Match(entry.name or "", namespace, address)) is None:
            undeclared.append(address)
    assert not undeclared


def test_declared_rights_stand_in_the_table():
    from lifelong.accounts.policy import RIGHTS

    known = set(RIGHTS) | {"public", "signed-in"}
    assert not {
        f"{address}: {right}"
        for address, e in patterns(get_resolver())
        if (right := right_of(e.callback)) and right not in known
    }


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_model_is_named_in_the_glossary():
    glossary = (ROOT / "GLOSSARY.md").read_text()
    ours = [m for m in apps.get_models() if m.__module__.startswith("lifelong.")]
    missing = [m.__name__ for m in ours if not re.search(rf"\b{m.__name__}\b", glossary)]
    assert not missing


def test_no_lock_file_names_an_address():
    for path in [*ROOT.glob("requirements/*.txt"), ROOT / "frontend" / "package-lock.json"]:
        text = path.read_text()
        assert '"resolved"' not in text, path
        assert not re.search(r"^-|index.url", text, re.M), path  # no option of the installer, whatever its name
        assert not re.search(r"^\s*[^#\s].*https?://", text if path.suffix == ".txt" else "", re.M), path


def test_the_map_names_places_that_exist():
    text = (ROOT / "docs" / "map.md").read_text()
    rows = [line for line in text.split("## Twenty questions")[1].splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) >= 20
    for row in rows:
        places = re.findall(r"`(lifelong/[\w/]+\.py):(\w+)`", row)
        assert 1 <= len(places) <= 3, row
        for file, name in places:
            source = (ROOT / file).read_text()
            assert re.search(rf"^(async )?(def|class) {name}\b", source, re.M), f"{file}:{name}"


def test_the_map_has_a_line_for_every_package():
    text = (ROOT / "docs" / "map.md").read_text()
    assert not [chapter for chapter in CHAPTERS if f"`lifelong/{chapter}/`" not in text]
