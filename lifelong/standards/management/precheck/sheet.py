"""A metadata sheet judged by the metadata validator, as ``intake`` would, without a database."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lifelong.standards.management.precheck.files import Listed, Result, names
from lifelong.standards.management.precheck.standards import Chosen

if TYPE_CHECKING:
    from lifelong.standards.metadata import Context, Media


def check(path: str, chosen: Chosen, files: Sequence[Listed], results: Iterable[Result] = ()) -> dict[str, Any]:
    """The report as ``intake --json`` prints it, with ``path``; a sheet that is none has ``refused`` instead of rows.

    Names in 资源文件 are looked for among ``files`` where there are any; kind and length of a row's files, all of them
    together, are those of ``results``.
    """
    from lifelong.standards.metadata.sheets import SheetRefused, check_sheet

    try:
        report = check_sheet(Path(path), context(chosen, files, results))
    except SheetRefused as refused:
        return {"path": path, "refused": {"code": refused.code, "message": str(refused)}}
    return {"path": path, **report.to_json()}


def declared(path: str, chosen: Chosen) -> dict[str, int]:
    """The length in seconds that a row declares for its one file, by the file's folded name."""
    from lifelong.standards import metadata
    from lifelong.standards.metadata.sheets import SheetRefused, checked_rows, open_sheet

    found: dict[str, int] = {}
    known = context(chosen, (), ())
    try:
        with open_sheet(Path(path), by=known.standard) as sheet:
            for row in checked_rows(sheet, known):
                files = metadata.split(row.result.values.get("files", ""))
                if len(files) == 1 and "duration" in row.result.values:
                    found[metadata.fold_file_name(files[0])] = row.result.values["duration"]
    except SheetRefused:
        return {}
    return found


def context(chosen: Chosen, files: Sequence[Listed], results: Iterable[Result]) -> "Context":
    from lifelong.standards import categories, metadata

    return metadata.Context(
        today=datetime.now(ZoneInfo("Asia/Shanghai")).date(),
        tree=chosen.tree or categories.packaged(),
        stage="sheet",
        file_names=frozenset(metadata.fold_file_name(name) for name in names(files)),
        media_of=_measured(results),
        **({"standard": chosen.fields} if chosen.fields else {}),
    )


def _measured(results: Iterable[Result]) -> "Callable[[str], Media | None]":
    from lifelong.standards import metadata

    readable = {metadata.fold_file_name(Path(r.path).name): r for r in results if r.facts.readable}

    def media_of(files: str) -> "Media | None":
        named = [readable.get(metadata.fold_file_name(name)) for name in metadata.split(files)]
        known = [result for result in named if result is not None]
        if not known:
            return None
        lengths = [result.duration_s for result in known]
        whole = len(known) == len(named) and all(lengths)
        kinds = frozenset(result.facts.type for result in known if result.facts.type)
        return metadata.Media(kinds, sum(length or 0 for length in lengths) if whole else None)

    return media_of


def failed(report: dict[str, Any] | None) -> bool:
    """Whether the sheet is refused or has an error."""
    if report is None:
        return False
    return "refused" in report or any(problem["severity"] == "error" for problem in report["problems"])
