"""``lifelong doctor``: exit 0 where nothing is broken, 1 where something is, 2 for wrong use."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lifelong.config import doctor

MARKS = {doctor.GOOD: "✓", doctor.WARN: "!", doctor.BAD: "✗"}


class Command(BaseCommand):
    help = (
        "检查设置、密钥、数据库、存储、时钟、磁盘、字体、待执行的升级、检索索引、执行进程和邮件，说出缺什么、错在哪里。"
        "没有故障返回 0（提醒不算），有故障返回 1，用法不对返回 2。"
    )
    requires_system_checks: list[str] = []  # it says itself what is wrong

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
        parser.add_argument("--key-is-safe", action="store_true", help="确认 DATA_KEY 另有副本，不再提醒")

    def handle(self, *, json: bool, key_is_safe: bool, **_options: Any) -> None:
        if key_is_safe:
            doctor.confirm_copy(timezone.now())
        found = list(doctor.findings())
        broken = sum(each.level == doctor.BAD for each in found)
        if json:
            self.stdout.write(as_json(found, broken))
        else:
            for each in found:
                self.stdout.write(f"{MARKS[each.level]} {each.title}：{each.words}")
                if each.advice:
                    self.stdout.write(f"    {each.advice}")
            warned = sum(each.level == doctor.WARN for each in found)
            self.stdout.write(f"{broken} 处故障，{warned} 处提醒。" if broken or warned else "一切正常。")
        if broken:
            sys.exit(1)


def as_json(found: list[doctor.Finding], broken: int) -> str:
    return json.dumps({"ok": not broken, "findings": [asdict(each) for each in found]}, ensure_ascii=False)
