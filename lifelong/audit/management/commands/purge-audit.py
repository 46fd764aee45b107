"""``lifelong purge-audit --before DATE --reason TEXT``: removes sealed entries that were kept for six months or more."""  # noqa: N999

import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lifelong.audit.actions.purging import purge
from lifelong.audit.verifying import verify
from lifelong.web.refusals import Refusal


class Command(BaseCommand):
    help = "清除某日之前已封存的审计记录（至少保存六个月）。先校验，再清除，留下清除记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--before", required=True, help="日期，如 2026-01-01：清除这一天之前封存的记录")
        parser.add_argument("--reason", required=True, help="原因和批准人")

    def handle(self, **options: Any) -> None:
        try:
            before = timezone.make_aware(datetime.strptime(options["before"], "%Y-%m-%d"))  # noqa: DTZ007
        except ValueError as error:
            raise CommandError("日期应写成 2026-01-01 的样子。", returncode=2) from error
        now = timezone.now()
        if problems := verify(at=now).problems:
            self.stderr.write("审计链有问题，先查明再清除：\n" + "\n".join(problems))
            sys.exit(1)
        try:
            mark = purge(before=before, reason=options["reason"], by="lifelong purge-audit", at=now)
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        self.stdout.write(f"已清除 {mark.count} 条（到记录 {mark.last_id} 为止），清除记录 #{mark.pk}。")
