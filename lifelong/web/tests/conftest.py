"""A browser and a small site for the tests of the islands and of the look."""

import os
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import av
import numpy as np
import pytest

from lifelong.media.adaptive import ladder
from lifelong.media.probe import probe_facts
from lifelong.web import assets
from lifelong.web.tests import island_pages

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def until(page: Any, expression: str, seconds: float = 10) -> None:
    """Waits for an expression to be true; the browser's own way of waiting needs ``eval``, which the policy forbids."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here: the islands are not tested (CHROMIUM names another)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield found
        found.close()


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A film and a tune of 40 s, drawn and played here."""
    folder = tmp_path_factory.mktemp("films")
    film, tune = folder / "film.mp4", folder / "tune.mp3"
    with av.open(str(film), "w", options={"movflags": "+faststart"}) as out:
        video = out.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for number in range(400):
            picture = np.full((180, 320, 3), number % 255, np.uint8)
            for packet in video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                out.mux(packet)
        for packet in video.encode():
            out.mux(packet)
    with av.open(str(tune), "w") as out:
        sound = out.add_stream("libmp3lame", rate=44100)
        for number in range(40 * 44100 // 1152):
            wave = np.sin(np.arange(number * 1152, (number + 1) * 1152) * 0.05).astype("f4") * 0.1
            frame = av.AudioFrame.from_ndarray(np.vstack([wave, wave]), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 44100, number * 1152
            for packet in sound.encode(frame):
                out.mux(packet)
        for packet in sound.encode():
            out.mux(packet)
    ladder.stream_copy(film, folder / "hls", probe_facts(film))
    return {"film.mp4": film, "tune.mp3": tune} | {path.name: path for path in (folder / "hls").iterdir()}


@pytest.fixture
def site(settings: Any, films: dict[str, Path]) -> Iterator[str]:
    """The pages of ``island_pages`` under the content security policy of the real front; its address."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    from lifelong.config.server.gate import CONTENT_POLICY

    if not assets.names():
        pytest.skip(assets.NOT_BUILT)
    settings.ROOT_URLCONF = "lifelong.web.tests.island_pages"
    settings.DEMO = settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    for kept in (island_pages.MEDIA, island_pages.UPLOADS, island_pages.MOOD, island_pages.DRAFT):
        kept.clear()
    island_pages.MEDIA.update(films)
    island_pages.DRAFT.update(title="旧名", revision=1)
    pages = StaticFilesHandler(get_wsgi_application())

    def guarded(environ: dict, start: Any) -> Any:
        return pages(
            environ,
            lambda status, headers, info=None: start(status, [*headers, ("Content-Security-Policy", CONTENT_POLICY)]),
        )

    server = make_server("127.0.0.1", 0, guarded, server_class=Threaded, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Any]:
    """``visit("/page/player", width=390, elder=True, scheme="dark")`` opens a page in a fresh profile; errors in its console fail the test."""
    contexts, complaints = [], []

    def open_page(
        address: str,
        *,
        width: int = 1280,
        elder: bool = False,
        scheme: str = "light",
        script: bool = True,
        theme: str = "",
        wait: bool = True,
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, java_script_enabled=script, locale="zh-CN"
        )
        contexts.append(context)
        cookies = {"elder": "1" if elder else "", "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items() if value])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text)
                if line.type == "error" and "Failed to load resource" not in line.text
                else None
            ),
        )
        page.goto(site + address)
        if wait and script:
            until(page, "[...document.querySelectorAll('[data-island]')].every((e) => e.dataset.attached)")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
