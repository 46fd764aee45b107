"""``lifelong bucket``: whether the bucket of ``STORAGE_URL`` does all that is asked of it, and with ``--set`` its rules."""

import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand

from lifelong.media.bucket import Away, Denied, bucket, is_used

DAYS = 15  # an upload lives for 14


class Command(BaseCommand):
    help = "检查对象存储的设置：能否写入、取回、删除，页面能否直接上传。--set 写入跨域规则与清理规则。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--set", action="store_true", help="为存储桶写入跨域（CORS）规则和未完成分段的清理规则")
        parser.add_argument("--origin", default="", help="页面的来源（默认取 SITE_URL）")

    def handle(self, *, origin: str, **options: Any) -> None:
        if not is_used():
            self.stderr.write("STORAGE_URL 是本机文件夹，没有使用对象存储。")
            sys.exit(2)
        parts = urlsplit(origin or settings.SITE_URL)
        page = f"{parts.scheme}://{parts.netloc}"
        good = self.step("连接与密钥", bucket().exists) and self.step("写入、取回、删除", whole_round)
        if good and options["set"]:
            good &= self.step(f"写入跨域规则：{page} 可以 PUT", lambda: bucket().allow(page))
            good &= self.step(f"写入清理规则：未完成的分段 {DAYS} 天后清除", lambda: bucket().tidy_after(DAYS))
        good = good and self.step(f"页面 {page} 可以直接上传", lambda: let_in(page))
        sys.exit(0 if good else 1)

    def step(self, what: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except (Away, Denied) as trouble:
            self.stdout.write(f"✗ {what}：{trouble}")
            return False
        self.stdout.write(f"✓ {what}")
        return True


def whole_round() -> None:
    key = f"originals/trial-{secrets.token_hex(8)}"
    with TemporaryDirectory() as folder:
        sent, back = Path(folder) / "sent", Path(folder) / "back"
        sent.write_bytes(secrets.token_bytes(1000))
        bucket().put(sent, key, lambda _share: None)
        try:
            bucket().fetch(key, back, lambda _share: None)
            if back.read_bytes() != sent.read_bytes():
                raise Denied("取回的内容与写入的不同")
        finally:
            bucket().delete(key)
    bucket().abort(key, bucket().begin(key))


def let_in(page: str) -> None:
    if not bucket().lets_in(page):
        raise Denied("跨域（CORS）规则没有允许这个来源，见 docs/operate.md")
