"""``lifelong serve``: the platform on one port, with everything that works behind it."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connections
from django.urls import get_resolver

from lifelong.config.server import limits, ports, web
from lifelong.config.server.supervisor import Child, Supervisor
from lifelong.media import bucket

#: Commands that run beside the web workers; each restarts when it dies. One that is not installed is left out.
BESIDE = {"worker": ["worker", "--grace", "5"], "feeder": ["feeder"]}
STANDS_BACK = {"worker": 5}  # niceness: somebody waits for a page, nobody for the second in which a job ends
EVERYWHERE = {"0.0.0.0", "::", "127.0.0.1", "::1", "localhost"}


class Command(BaseCommand):
    help = "启动平台：网页、上传、媒体在一个端口，任务与索引在后台。按 Ctrl-C 停止。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="监听地址（默认 127.0.0.1）")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="端口（默认 8000）")
        parser.add_argument(
            "--workers", type=int, default=int(os.environ.get("WORKERS", "2")), help="网页进程数（默认 2）"
        )
        parser.add_argument("--no-worker", action="store_true", help="不启动后台任务进程（另有机器执行时用）")

    def handle(self, *, host: str, port: int, workers: int, no_worker: bool, **_options: Any) -> None:
        self.check_port(host, port)
        self.check_bucket()
        address = f"http://{'localhost' if host in EVERYWHERE else host}:{port}"
        if "SITE_URL" not in os.environ:
            settings.SITE_URL = address
        limits.begin_anew(Path(settings.DATA) / "run" / "limits.bin")
        (Path(settings.DATA) / "run" / "counters.bin").unlink(missing_ok=True)
        load_everything()
        children = [Child("web", partial(web.serve, host, port, workers))]
        children += [
            Child(name, command(line), STANDS_BACK.get(name, 0))
            for name, line in BESIDE.items()
            if wanted(name, no_worker)
        ]
        here = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host
        ready = partial(self.stdout.write, f"平台已启动，请打开 {address}\nReady: {address} (Ctrl-C 停止 / stops)")
        sys.exit(Supervisor(children, (here, port), ready=partial(flushed, ready)).run())

    def check_port(self, host: str, port: int) -> None:
        try:
            ports.check(host, port)
        except ports.PortTaken:
            self.stderr.write(
                f"端口 {port} 已被占用：可能有一个忘记停止的服务。请先停止它，或换一个端口，例如 PORT={port + 1} ./run\n"
                f"Port {port} is in use: another server may still be running. Stop it, or choose another PORT."
            )
            sys.exit(2)
        except (ports.PortForbidden, OSError) as error:
            self.stderr.write(
                f"不能在 {host}:{port} 监听（{error}）。请换一个地址或 1024 以上的端口。\n"
                f"Cannot listen on {host}:{port}. Choose another address, or a port above 1024."
            )
            sys.exit(2)

    def check_bucket(self) -> None:
        """Wrong settings are told before anybody uploads; a bucket that is only away now is waited for."""
        if not bucket.is_used():
            return
        trouble = bucket.trouble()
        bucket.hang_up()
        if trouble:
            self.stderr.write(f"对象存储的设置不对，平台没有启动。\n{trouble}. Run: lifelong bucket")
            sys.exit(2)


def wanted(name: str, no_worker: bool) -> bool:
    return name in get_commands() and not (name == "worker" and no_worker)


def command(line: list[str]) -> Callable[[], None]:
    def work() -> None:
        call_command(line[0], *line[1:])

    return work


def load_everything() -> None:
    """Before the fork: settings, models, pages, the WSGI application. No connection may be carried over."""
    from lifelong.config.server import front  # noqa: F401
    from lifelong.config.wsgi import application  # noqa: F401

    resolver = get_resolver()
    resolver.url_patterns  # noqa: B018
    connections.close_all()


def flushed(say: Callable[[], object]) -> None:
    say()
    sys.stdout.flush()
