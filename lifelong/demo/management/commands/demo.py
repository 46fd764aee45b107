"""``lifelong demo``: fills an empty database with the demonstration world; does nothing where there is one."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lifelong.accounts.models import User
from lifelong.demo.world import finished


class Command(BaseCommand):
    help = "在空的数据库里建立演示世界（人物、单位与资源均为虚构）。"

    def handle(self, **options: Any) -> None:
        done = finished()
        if done.exists():
            return
        if User.objects.filter(email="final@example.org").exists():
            raise CommandError(
                f"上次建立演示世界时被中断，内容不完整。请删除数据文件夹 {settings.DATA} 后重新运行，或换一个 LIFELONG_DATA 文件夹。"
            )
        if User.objects.exists():
            raise CommandError("数据库里已有用户，演示世界只能建在空的数据库里。请换一个 LIFELONG_DATA 文件夹。")
        from lifelong.demo.actions.build import build  # brings the codecs, which a second start has no use for

        began = time.monotonic()
        self.stdout.write("正在建立演示世界（约一分钟）…")
        build(say=lambda words: self.stdout.write(f"  {words}"))
        done.touch()
        self.stdout.write(f"演示世界已建好，用时 {time.monotonic() - began:.0f} 秒。")
