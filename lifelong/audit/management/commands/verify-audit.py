"""``lifelong verify-audit``: exit 0 where the trail is sound, 1 where it is not."""  # noqa: N999

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lifelong.audit.verifying import verify


class Command(BaseCommand):
    help = "校验审计记录：逐条对照封存链和锚文件。完好时返回 0，发现问题时返回 1。"

    def handle(self, **_options: Any) -> None:
        report = verify(at=timezone.now())
        self.stdout.write(
            f"封存 {report.seals} 个，核对记录 {report.sealed} 条，已清除 {report.purged} 条，"
            f"锚文件 {report.anchors} 行，尚未封存 {report.unsealed} 条。"
        )
        for problem in report.problems:
            self.stdout.write(f"✗ {problem}")
        if not report.sound:
            sys.exit(1)
        self.stdout.write("审计链完好。")
