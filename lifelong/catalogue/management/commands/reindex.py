"""``lifelong reindex``: builds the search index anew while the old one goes on answering, then changes over."""

import fcntl
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from lifelong.catalogue.feeder import rebuild
from lifelong.catalogue.models import Entry
from lifelong.catalogue.search.shelf import Shelf


class Command(BaseCommand):
    help = "重建本机的检索索引，期间照常检索，建好后切换。"

    def handle(self, *args: Any, **options: Any) -> None:
        shelf = Shelf(Path(settings.INDEX))
        shelf.root.mkdir(parents=True, exist_ok=True)
        with (shelf.root / "reindex.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.stderr.write("另一个 reindex 正在运行。")
                sys.exit(2)
            begun = time.monotonic()
            with tqdm(total=Entry.objects.online().count(), unit="条", disable=not sys.stderr.isatty()) as bar:
                rebuild(shelf, lambda count: bar.update(count - bar.n) and None)
                total = int(bar.total or 0)
        self.stdout.write(f"已重建 {total} 条，用时 {time.monotonic() - begun:.1f} 秒")
