"""``lifelong intake SHEET --institution CODE``: a sheet of metadata comes in as drafts (interfaces.md)."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from lifelong.calls.models import Call
from lifelong.calls.queries import joined_calls, open_calls_for, reaches
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import reporter_of
from lifelong.resources.actions.imports import give_back, import_sheet
from lifelong.resources.bundles import BundleRefused, open_bundle
from lifelong.resources.queries.sheet_plan import Plan, Tell, plan_sheet, silent
from lifelong.standards.metadata.sheets import SheetRefused
from lifelong.web.refusals import Refusal

FINDINGS, WRONG_USE = 1, 2
SHOWN = 200


class WrongUse(Exception):
    """Said on stderr; nothing was read or written."""


class Command(BaseCommand):
    help = (
        "把元数据表成批导入为草稿；同一张表再导入不会重复。退出码：0 全部接受，1 有行被拒收或表格读不出来，2 用法不对。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sheet", metavar="SHEET", help="元数据表（.xlsx、.xls、.csv）")
        parser.add_argument("--institution", metavar="CODE", required=True, help="单位代码")
        parser.add_argument("--files", metavar="DIR|ZIP", help="表中所列文件所在的文件夹或 ZIP 压缩包")
        parser.add_argument("--call", metavar="NUMBER", default="", help="征集编号；不写则为该单位唯一开放的征集")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入，不联网")
        parser.add_argument("--json", action="store_true", help="只打印一个 JSON 对象")
        parser.add_argument("--annotated", metavar="OUT.xlsx", help="把问题写进单元格的表格另存到这里")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = self._work(options)
        except WrongUse as wrong:
            self.stderr.write(str(wrong))
            sys.exit(WRONG_USE)
        except SheetRefused as refused:
            empty = {"rows": 0, "accepted": 0, "rejected": 0, "unchanged": 0, "problems": []}
            why = {"code": refused.code, "message": str(refused)}
            if options["json"]:
                self.stdout.write(json.dumps({**empty, "refused": why}, ensure_ascii=False))
            else:
                self.stderr.write(str(refused))
            sys.exit(FINDINGS)
        if options["annotated"]:
            give_back(Path(options["sheet"]), plan, Path(options["annotated"]))
        report = plan.to_json()
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._tell(report, options["dry_run"])
        if report["rejected"]:
            sys.exit(FINDINGS)

    def _work(self, options: dict[str, Any]) -> Plan:
        at, sheet = timezone.now(), Path(options["sheet"])
        _there(sheet)
        institution = Institution.objects.filter(code=options["institution"]).first()
        if institution is None:
            raise WrongUse(f"没有代码为 {options['institution']} 的单位。")
        files = options["files"]
        if files and not Path(files).exists():
            raise WrongUse(f"没有找到：{files}")
        if options["annotated"] and not Path(options["annotated"]).resolve().parent.is_dir():
            raise WrongUse(f"没有这个文件夹：{Path(options['annotated']).resolve().parent}")
        call = _call(options["call"], institution, at)
        reporter = reporter_of(institution, at)
        if reporter is None and not options["dry_run"]:
            raise WrongUse(f"{institution} 还没有报送工作负责人，不能导入。请先完成登记；只检查请加 --dry-run。")
        try:
            with open_bundle(files) as bundle, _bar(options["json"]) as tell:
                if options["dry_run"] or reporter is None:
                    return plan_sheet(sheet, institution=institution, at=at, call=call, bundle=bundle, tell=tell)
                return import_sheet(
                    sheet, institution=institution, by=reporter.user, at=at, call=call, bundle=bundle, tell=tell
                )
        except BundleRefused as refusal:
            raise WrongUse(f"{files}：{refusal}") from refusal
        except SheetRefused:
            raise
        except Refusal as refusal:
            raise WrongUse(str(refusal)) from refusal

    def _tell(self, report: dict[str, Any], dry_run: bool) -> None:
        for problem in report["problems"][:SHOWN]:
            mark = "错误" if problem["severity"] == "error" else "提示"
            self.stdout.write(f"第 {problem['row']} 行　{mark}　{problem['message']}（{problem['code']}）")
        if len(report["problems"]) > SHOWN:
            rest = len(report["problems"]) - SHOWN
            self.stdout.write(f"……另有 {rest} 条；全部用 --json 查看，或用 --annotated 写进表格。")
        done = "检查完毕（没有写入）" if dry_run else "导入完毕"
        took = "可以导入" if dry_run else "已导入"
        self.stdout.write(
            f"{done}：共 {report['rows']} 行，{took} {report['accepted']}，拒收 {report['rejected']}，没有变化 {report['unchanged']}。"
        )


def _there(sheet: Path) -> None:
    if not sheet.is_file():
        raise WrongUse(f"没有这个文件：{sheet}")


def _call(number: str, institution: Institution, at: Any) -> Call | None:
    if not number:
        open_now = open_calls_for(institution, at)
        open_now = joined_calls(open_now, institution) or open_now
        return open_now[0] if len(open_now) == 1 else None
    call = Call.objects.public().with_windows().filter(number=number).first()
    if call is None:
        raise WrongUse(f"没有编号为 {number} 的征集。")
    if not reaches(call, institution):
        raise WrongUse(f"征集 {number} 不面向 {institution}。")
    return call


@contextmanager
def _bar(quiet: bool) -> Iterator[Tell]:
    """On a terminal alone."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    with tqdm(unit="行") as bar:
        now = ""

        def tell(note: str, done: int, total: int) -> None:
            nonlocal now
            if note != now:
                now = note
                bar.reset(total or None)
                bar.set_description(note)
            bar.update(done - bar.n)

        yield tell
