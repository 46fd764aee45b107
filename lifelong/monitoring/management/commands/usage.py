"""``lifelong usage``: days counted again, old days moved to Parquet, what stands compared with its raw events."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lifelong.monitoring.actions import usage_counting, usage_history
from lifelong.monitoring.models import UsageRun
from lifelong.monitoring.usage import history


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} 不是日期，应写成 2026-11-03。") from None


class Command(BaseCommand):
    help = "使用统计：重算（rerun）、归档（archive）、核对（compare）。核对发现不同时返回 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for name, words in (
            ("rerun", "按原始记录重新统计这些天"),
            ("compare", "按原始记录重建并与现有数字比较，不改动"),
        ):
            verb = verbs.add_parser(name, help=words)
            verb.add_argument("--from", dest="since", type=day, required=True, metavar="日期")
            verb.add_argument("--to", dest="until", type=day, required=True, metavar="日期")
        verbs.add_parser("archive", help=f"把 {usage_history.KEPT_MONTHS} 个月以前的原始记录移到 Parquet 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "archive":
            self.archive()
            return
        since, until = options["since"], options["until"]
        if since > until:
            self.stderr.write("开始日期晚于结束日期。")
            sys.exit(2)
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        if options["verb"] == "rerun":
            self.rerun(days)
        else:
            self.compare(days)

    def rerun(self, days: list[date]) -> None:
        for one in days:
            try:
                outcome = usage_counting.count_day(one, at=timezone.now())
            except history.Damaged as damaged:
                raise CommandError(f"{damaged} 损坏或不见了，请先从备份恢复；{one} 的数字没有改动。") from None
            self.stdout.write(f"{one} {outcome.events} 条记录，改写 {outcome.written} 行")

    def compare(self, days: list[date]) -> None:
        found = []
        for one in days:
            try:
                found += usage_counting.compare_day(one)
            except history.Damaged as damaged:
                found.append(f"archive {one} {damaged}")
        found += usage_counting.compare_periods(days)
        for line in found:
            self.stdout.write(line)
        self.stdout.write(f"核对 {len(days)} 天，不同 {len(found)} 处")
        if found:
            sys.exit(1)

    def archive(self) -> None:
        moved = 0
        days = usage_history.days_to_archive(timezone.localdate())
        for one in days:
            moved += usage_history.archive(one, at=timezone.now())
        kept = UsageRun.objects.exclude(sha256="").count()
        self.stdout.write(f"归档 {len(days)} 天 {moved} 条，共有 {kept} 天在 Parquet 中")
