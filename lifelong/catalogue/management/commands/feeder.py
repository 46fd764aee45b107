"""``lifelong feeder``: keeps this machine's search index level with the library; one per machine, started by ``serve``."""

import signal
from argparse import ArgumentParser
from threading import Event
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from lifelong.catalogue.feeder import Feeder


class Command(BaseCommand):
    help = "让本机的检索索引跟上资源库的变更；每台机器一个。--once 跟上后即退出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="跟上以后退出")

    def handle(self, *args: Any, **options: Any) -> None:
        feeder = Feeder()
        if options["once"]:
            moved = feeder.catch_up()
            feeder.close()
            self.stdout.write(f"处理变更 {moved} 条")
            return
        stop = Event()

        def leave(_number: int, _frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, leave)
        feeder.run(lambda: not stop.is_set())
