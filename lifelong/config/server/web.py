"""granian: the process that owns the web workers. Each worker has its own socket on the one port."""

import multiprocessing
import os
import signal
import sys
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

PARENT = "LIFELONG_WEB_PID"
ENDING = {signal.SIGTERM, signal.SIGINT}
STOP_SECONDS = 8  # then what still runs is cut off: uploads go on where they stopped
HEAD_MILLISECONDS = 65_000  # also the rest between two requests: longer than nginx keeps a connection (60 s)
HEAD_BYTES = 1 << 20  # of a head; also the piece in which a body comes: 64 KB would cost an upload a third of its speed
LOGGING = {
    "formatters": {"generic": {"()": "lifelong.web.logs.JsonLine"}, "access": {"()": "lifelong.web.logs.JsonLine"}},
    "handlers": {
        "console": {"formatter": "generic", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"},
        "access": {"formatter": "access", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"},
    },
}


def load() -> Any:
    """In the worker. Where it was forked, everything is loaded already."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
    if not apps.ready:
        django.setup()
    from lifelong.config.server.front import app

    return app


def put_off_ending() -> None:
    """In a new worker: a signal that comes before the loop runs would be lost on the handler it was forked with."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def hear_of_ending() -> None:
    """In the loop, first of all."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def serve(host: str, port: int, workers: int) -> None:
    """Until SIGTERM; then what is being answered is finished."""
    os.environ[PARENT] = str(os.getpid())
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)  # workers share what is loaded
        os.register_at_fork(after_in_child=put_off_ending)
    Granian(
        "lifelong.config.server.front:app",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        loop=Loops.uvloop if sys.platform != "win32" else Loops.auto,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        backpressure=4096,  # slow viewers and uploads are connections that wait, not work
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS, max_buffer_size=HEAD_BYTES),
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve(target_loader=load, wrap_loader=False)
