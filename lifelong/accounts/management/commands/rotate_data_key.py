"""Brings everything sealed to the first key of DATA_KEY; afterwards the old key may be taken out."""

import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from lifelong.accounts.actions.rotation import rotate_data_key


class Command(BaseCommand):
    help = "用 DATA_KEY 中的第一个密钥重新加密所有个人信息与登记材料（新密钥写在旧密钥前面，逗号分隔）"

    def handle(self, *args: object, **options: object) -> None:
        done = rotate_data_key(at=timezone.now())
        self.stdout.write(f"已换用新密钥：{done.rows} 行，{done.files} 个文件。")
        for path in done.unopened:
            self.stderr.write(f"打不开，未改动：{path}")
        if done.unopened:
            sys.exit(1)
        self.stdout.write("现在可以从 DATA_KEY 中去掉旧密钥。")
