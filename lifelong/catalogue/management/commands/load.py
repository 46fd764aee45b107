"""``lifelong load FILE.jsonl``: brings an existing library in (interfaces.md)."""

import gc
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from lifelong.catalogue.actions.loading import load
from lifelong.standards.queries.judging import metadata_context


class Command(BaseCommand):
    help = "导入既有资源库：每行一条已公开的资源（JSONL）。可中断后续传，重复导入不会产生重复；有误的行写入 FILE.rejected.jsonl。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="JSONL 文件；每行必有 title、type、area、institution")
        parser.add_argument("--json", action="store_true", help="只打印一个 JSON 对象")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if not path.is_file():
            self.stderr.write(f"没有这个文件：{path}")
            sys.exit(2)
        now = timezone.now()
        gc.freeze()  # a tenth of the time went into looking through what never becomes garbage
        gc.set_threshold(100_000, 50, 50)
        quiet = options["json"] or not sys.stderr.isatty()
        with tqdm(total=path.stat().st_size, unit="B", unit_scale=True, disable=quiet) as bar:
            done = load(path, at=now, context=metadata_context("load"), tell=lambda read: bar.update(read - bar.n))
        summary = {
            "lines": done.lines, "accepted": done.accepted, "unchanged": done.known, "rejected": done.rejected,
            "batch": done.batch, "rejected_file": done.rejected_file,
        }  # fmt: skip
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
        else:
            if done.went_on_at:
                self.stdout.write(f"上次中断，从第 {done.went_on_at + 1} 行继续。")
            self.stdout.write(
                f"读入 {done.lines} 行：导入 {done.accepted}，已有 {done.known}，退回 {done.rejected}。批次 {done.batch}。"
            )
            if done.rejected_file:
                self.stdout.write(f"退回的行和原因见 {done.rejected_file}")
        if done.rejected:
            sys.exit(1)
