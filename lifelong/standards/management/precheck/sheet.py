"""A metadata sheet judged by the metadata validator, as ``intake`` would, without a database."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lifelong.standards.management.precheck.files import Listed, names
from lifelong.standards.management.precheck.standards import Chosen


def check(path: str, chosen: Chosen, files: Sequence[Listed]) -> dict[str, Any]:
    """The report as ``intake --json`` prints it, with ``path``; a sheet that is none has ``refused`` instead of rows.

    Names in 资源文件 are looked for among ``files`` where there are any.
    """
    from lifelong.standards import categories, metadata
    from lifelong.standards.metadata.sheets import SheetRefused, check_sheet

    context = metadata.Context(
        today=datetime.now(ZoneInfo("Asia/Shanghai")).date(),
        tree=chosen.tree or categories.packaged(),
        stage="sheet",
        file_names=frozenset(metadata.fold_file_name(name) for name in names(files)),
        **({"standard": chosen.fields} if chosen.fields else {}),
    )
    try:
        report = check_sheet(Path(path), context)
    except SheetRefused as refused:
        return {"path": path, "refused": {"code": refused.code, "message": str(refused)}}
    return {"path": path, **report.to_json()}


def failed(report: dict[str, Any] | None) -> bool:
    """Whether the sheet is refused or has an error."""
    if report is None:
        return False
    return "refused" in report or any(problem["severity"] == "error" for problem in report["problems"])
