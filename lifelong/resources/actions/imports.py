"""表格导入: a sheet handed in, looked at (dry run), brought in for real; each as a job, each safe to repeat."""

import secrets
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.jobs import progress
from lifelong.jobs.queries import job_of
from lifelong.media import actions as media
from lifelong.media import storage
from lifelong.media.actions.uploads import plain_name
from lifelong.media.lifecycle import FileKind
from lifelong.media.models import MediaFile, Upload
from lifelong.media.queries import running_upload
from lifelong.resources import policy
from lifelong.resources.actions import releasing
from lifelong.resources.actions.imports_files import attach_files
from lifelong.resources.actions.imports_rows import RowWriter
from lifelong.resources.actions.imports_undo import take_back
from lifelong.resources.bundles import LARGEST_SHEET, NOTHING, Bundle, open_bundle, open_zip, sheet_in
from lifelong.resources.models import ImportRun
from lifelong.resources.queries.sheet_plan import Plan, Tell, plan_sheet, silent
from lifelong.standards.metadata.sheets import annotate
from lifelong.web.numerals import numeral
from lifelong.web.refusals import NotAllowed, Refusal

TASK = "lifelong.resources.tasks.work_on_sheet"
UNDO = "lifelong.resources.tasks.undo_sheet"
UNDOING = {"undoing", "undone"}
FOLDER = "imports"
PURPOSE = "import:"  # of the upload of a ZIP; the number of the call follows, where there is one
KINDS = {".xlsx", ".xls", ".xlsm", ".ods", ".csv", ".tsv", ".txt"}
KEPT_PROBLEMS = 5000  # of a run; all of them stand in the annotated sheet


class SheetNotTaken(Refusal):
    """What was handed in is no sheet by its name, or empty."""

    code = "sheet_not_taken"
    status = 422


class NotYet(Refusal):
    """The sheet is still being looked at, or could not be read: there is nothing to bring in."""

    code = "sheet_not_checked"


def import_sheet(
    path: str | Path, *, institution: Institution, by: User, at: datetime, call: Call | None = None,
    bundle: Bundle = NOTHING, tell: Tell = silent, run: ImportRun | None = None,
) -> Plan:  # fmt: skip
    """Bring a sheet in as drafts, with its files. The plan says what became of each row.

    Many transactions, one for each hundred rows and each file: killed anywhere, the same call again does the rest and
    makes no doubles. Raises ``SheetRefused``, ``NotAllowed``.
    """
    if not policy.can_create(by, institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以导入资源。"))
    plan = plan_sheet(path, institution=institution, at=at, call=call, bundle=bundle, tell=tell)
    RowWriter(institution, columns=plan.columns, call=call, by=by, at=at, run=run).write(plan.rows, tell=tell)
    if bundle:
        attach_files(plan.rows, bundle, by=by, at=at, tell=tell)
    said = plan.to_json()
    counts = {name: said[name] for name in ("rows", "accepted", "rejected", "unchanged")}
    audit.record("resources.sheet_imported", by=by, of=institution, at=at, detail=counts)
    return plan


@transaction.atomic
def take_sheet(
    *, institution: Institution, name: str, content: bytes, by: User, at: datetime, call: Call | None = None,
    archive: bytes = b"",
) -> ImportRun:  # fmt: skip
    """Keep a sheet (and a ZIP of its files) and have it looked at by a job. Raises ``SheetNotTaken``, ``BundleRefused``."""
    if not policy.can_create(by, institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以导入资源。"))
    suffix = PurePath(name).suffix.lower()
    if suffix not in KINDS or not content:
        text = _("请选择 .xlsx、.xls 或 .csv 表格。") if content else _("表格文件是空的，请重新选择。")
        raise SheetNotTaken(text, fields={"sheet": text})
    if archive:
        open_zip(BytesIO(archive)).close()
    folder = f"{FOLDER}/{at:%Y%m}/{secrets.token_hex(16)}"
    storage.write_once(content, storage.files() / folder / f"sheet{suffix}")
    if archive:
        storage.write_once(archive, storage.files() / folder / "files.zip")
    run = ImportRun.objects.create(
        institution=institution, call=call, by=by, name=PurePath(name).name[:200], path=f"{folder}/sheet{suffix}",
        created_at=at,
    )  # fmt: skip
    audit.record("resources.sheet_received", by=by, of=run, at=at, detail={"name": run.name, "files": bool(archive)})
    return _begin(run)


@transaction.atomic
def open_archive(
    *, institution: Institution, name: str, size: int, by: User, at: datetime, call: Call | None = None, mark: str = ""
) -> Upload:
    """Room for a ZIP that holds a sheet and its files; the same ZIP begun before goes on where it stopped.

    Raises ``NotAllowed``, ``SheetNotTaken`` and what ``media.actions.open_upload`` raises.
    """
    if not policy.can_create(by, institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以导入资源。"))
    if not name.lower().endswith(".zip"):
        raise SheetNotTaken(_("请选择 ZIP 压缩包，里面放一张元数据表和表中写的文件。"))
    purpose = f"{PURPOSE}{call.pk if call else ''}"
    begun = running_upload(institution=institution, purpose=purpose, name=plain_name(name), size=size, mark=mark)
    return begun or media.open_upload(
        institution=institution, name=name, size=size, purpose=purpose, by=by, at=at, mark=mark,
        kind=FileKind.ARCHIVE,
    )  # fmt: skip


@transaction.atomic
def receive_archive(media_file: MediaFile, upload: Upload, *, at: datetime) -> ImportRun | None:
    """A ZIP has arrived: have it looked at by a job. None for what came for something else."""
    if not upload.purpose.startswith(PURPOSE):
        return None
    call = Call.objects.filter(pk=numeral(upload.purpose.removeprefix(PURPOSE)) or 0).first()
    run = ImportRun.objects.create(
        institution=upload.institution, call=call, by=upload.by, name=upload.name[:200], archive=media_file,
        path=f"{FOLDER}/{at:%Y%m}/{secrets.token_hex(16)}/sheet", created_at=at,
    )  # fmt: skip
    audit.record("resources.sheet_received", by=upload.by, of=run, at=at, detail={"name": run.name, "files": True})
    return _begin(run)


def _unpack_sheet(run: ImportRun, bundle: Bundle) -> None:
    """The sheet of a ZIP beside where the run keeps its own; its name there says of what kind it is."""
    if run.archive is None or PurePath(run.path).suffix:
        return
    entry = sheet_in(bundle)
    with bundle.open(entry) as stream:
        content = stream.read(LARGEST_SHEET + 1)
    path = f"{run.path}{PurePath(entry.name).suffix.lower()}"
    storage.write_once(content, storage.files() / path)
    _set(run, path=path)


@transaction.atomic
def confirm(run: ImportRun, *, by: User, at: datetime) -> ImportRun:
    """The dry run was seen: now for real. Pressed twice, the second finds it under way. Raises ``NotYet``."""
    run = _own(run, by)
    if not run.dry_run:
        return run
    if run.state != "done":
        raise NotYet(_("表格还没有检查完，或没有读出来，不能导入。"))
    run.dry_run = False
    audit.record("resources.sheet_confirmed", by=by, of=run, at=at)
    return _begin(run)


@transaction.atomic
def try_again(run: ImportRun, *, by: User, at: datetime) -> ImportRun:
    """Once more what failed; what is waiting, running or done is left alone."""
    run = _own(run, by)
    if run.state in {"done", *UNDOING} or (run.state != "failed" and not is_stuck(run)):
        return run
    audit.record("resources.sheet_tried_again", by=by, of=run, at=at)
    return _begin(run)


@transaction.atomic
def undo(run: ImportRun, *, by: User, at: datetime) -> ImportRun:
    """Take the whole import back, by a job; pressed twice, the second finds it under way. Raises ``NotYet``."""
    run = _own(run, by)
    if run.state in UNDOING and not is_stuck(run):
        return run
    if run.dry_run or run.state not in {"done", "undoing"}:
        raise NotYet(_("这张表还没有导入完，没有可以撤销的。"))
    run.state = "undoing"
    run.job_id = jobs.enqueue(UNDO, run.pk, by.pk, owner=by, party=run.institution_id).id
    run.save(update_fields=["state", "job_id"])
    audit.record("resources.sheet_undo_asked", by=by, of=run, at=at)
    return run


def work_on_undo(run: ImportRun, *, by: User, at: datetime) -> None:
    """What its job does; repeated after a kill it does the rest."""
    if run.state == "undoing":
        take_back(run, by=by, at=at, tell=_report)
        _set(run, state="undone", finished_at=at)


def is_stuck(run: ImportRun) -> bool:
    """Its job came to an end without the run coming to one."""
    job = job_of(run.job_id)
    return run.state in {"waiting", "running", "undoing"} and (job is None or job.is_finished)


def work_on(run: ImportRun, *, dry_run: bool, at: datetime) -> ImportRun:
    """What the job does. Safe to repeat: what is done is left alone, a run that was confirmed meanwhile is another job's."""
    run = ImportRun.objects.select_related("institution", "call", "by", "archive").get(pk=run.pk)
    if run.state == "done" or run.dry_run != dry_run or run.by is None:
        return run
    _set(run, state="running")
    try:
        with _bundle(run) as bundle:
            _unpack_sheet(run, bundle)
            path = storage.files() / run.path
            if dry_run:
                plan = plan_sheet(
                    path, institution=run.institution, at=at, call=run.call, bundle=bundle, tell=_report
                )  # fmt: skip
            else:
                plan = import_sheet(
                    path, institution=run.institution, by=run.by, at=at, call=run.call, bundle=bundle, tell=_report,
                    run=run,
                )  # fmt: skip
        give_back(path, plan, path.with_name("annotated.xlsx"))
    except Refusal as refusal:
        audit.record(
            "resources.sheet_refused", by=run.by, of=run, at=at, detail={"code": refusal.code}, result="failed"
        )
        return _set(run, state="failed", failure=str(refusal), finished_at=at)
    _set(run, state="done", report=_kept(plan), failure="", finished_at=at)
    if not dry_run:
        releasing.release_archive(run, at=at)
    return run


def give_back(path: Path, plan: Plan, out: Path) -> None:
    """The sheet with its problems in its cells; whole or not at all."""
    beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        annotate(path, plan.problems(), beside)
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def _kept(plan: Plan) -> dict[str, Any]:
    """``intake --json`` with what is only still to do as counts by field: it would hide the rest."""
    said = plan.to_json()
    kept = [problem for problem in said["problems"] if not problem["code"].startswith("todo.")]
    todo: dict[str, int] = {}
    for row in plan.rows:
        for problem in row.problems:
            if row.status != "rejected" and problem.code.startswith("todo."):
                todo[problem.column] = todo.get(problem.column, 0) + 1
    kept.sort(key=lambda problem: problem["severity"] != "error")  # what rejects a row is kept before what does not
    said |= {"problems": sorted(kept[:KEPT_PROBLEMS], key=lambda p: p["row"]), "found": len(kept), "todo": todo}
    said["versions"] = [row.version for row in plan.rows if row.status == "accepted" and row.version][:KEPT_PROBLEMS]
    return said


def _report(note: str, done: int, total: int) -> None:
    progress.report(done, total, note if total else _("%(note)s：%(done)s 行") % {"note": note, "done": done})


def _bundle(run: ImportRun) -> AbstractContextManager[Bundle]:
    if run.archive is not None:
        return open_bundle(run.archive.location)
    archive = (storage.files() / run.path).with_name("files.zip")
    return open_bundle(archive) if archive.exists() else nullcontext(NOTHING)


def _begin(run: ImportRun) -> ImportRun:
    run.state, run.failure, run.finished_at = "waiting", "", None
    run.job_id = jobs.enqueue(TASK, run.pk, run.dry_run, owner=run.by, party=run.institution_id).id
    run.save(update_fields=["dry_run", "state", "failure", "finished_at", "job_id"])
    return run


def _own(run: ImportRun, by: User) -> ImportRun:
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("institution", "by").get(pk=run.pk)
    if not policy.can_create(by, locked.institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以导入资源。"))
    return locked


def _set(run: ImportRun, **columns: Any) -> ImportRun:
    for name, value in columns.items():
        setattr(run, name, value)
    run.save(update_fields=list(columns))
    return run
