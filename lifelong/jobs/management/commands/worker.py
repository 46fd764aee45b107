"""``lifelong worker``: runs jobs until it is told to stop."""

import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lifelong.jobs.actions.leasing import Queues
from lifelong.jobs.lifecycle import LEASE_SECONDS, LONG_QUEUES
from lifelong.jobs.worker import Worker


class Command(BaseCommand):
    help = "执行后台任务，直到收到停止信号。短任务与长任务（media 队列）各有通道，互不等待。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=2, help="短任务通道数（默认 2）")
        parser.add_argument("--long", type=int, default=1, help="长任务通道数（默认 1；0 表示本进程不做长任务）")
        parser.add_argument("--queues", default="", help="只执行这些队列，逗号分隔；每个通道都按此执行")
        parser.add_argument("--lease", type=float, default=LEASE_SECONDS, help="租约秒数（默认 15）")
        parser.add_argument(
            "--grace", type=float, default=5.0, help="停止时等待进行中任务的秒数，之后退回队列（默认 5）"
        )
        parser.add_argument("--no-clock", action="store_true", help="不产生定时任务，也不值守")

    def handle(self, **options: Any) -> None:
        long = tuple(sorted(LONG_QUEUES))
        if named := tuple(name.strip() for name in options["queues"].split(",") if name.strip()):
            slots = [Queues(named, but=False)] * max(1, options["threads"])
        else:
            slots = [Queues(long)] * options["threads"] + [Queues(long, but=False)] * options["long"]
        worker = Worker(slots, lease_s=options["lease"], grace_s=options["grace"], with_clock=not options["no_clock"])
        signal.signal(signal.SIGTERM, worker.stop)
        signal.signal(signal.SIGINT, worker.stop)
        ended = worker.serve()
        if not ended:  # a job that was given back still runs in a thread here: end before another worker has begun it
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
