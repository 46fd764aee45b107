"""Felt speed of the public pages on a phone: Chromium's own performance entries on a thin line and a slow processor.

    python bench/vitals.py http://localhost:8000 [--film RESOURCE_ID] [--rounds 3]

The line: 2 Mbit/s down, 0.75 Mbit/s up, 150 ms each round trip; the processor slowed fourfold; 390×844 at twofold density; nothing
kept from before. Targets: largest paint ≤ 2.5 s, layout shift ≤ 0.02, home page ≤ 100 KB of HTML, CSS and JS, first picture of a film
≤ 1 s after pressing play. Prints the median round; bytes as they went over the line.
"""

import argparse
import shutil
import statistics
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

LINE = {"offline": False, "latency": 150, "downloadThroughput": 2_000_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
WATCH = """(() => {
  window.seen = { lcp: 0, what: '', cls: 0, moved: [] };
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { seen.lcp = e.startTime; seen.what = e.element?.outerHTML.slice(0, 60) ?? ''; }))
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((e) => {
    if (!e.hadRecentInput) { seen.cls += e.value; seen.moved.push(...e.sources.slice(0, 2).map((s) => s.node?.outerHTML?.slice(0, 60) ?? '')); }
  })).observe({ type: 'layout-shift', buffered: true });
})()"""
PRESS = """() => new Promise((done) => {
  const video = document.querySelector('video'), began = performance.now();
  const look = () => (video.currentTime > 0 && video.readyState >= 2 ? done(performance.now() - began) : requestAnimationFrame(look));
  (document.querySelector('.player-big') ?? video).click();
  look();
})"""


def phone(browser: Browser, site: str, *, elder: bool, returning: str) -> tuple[BrowserContext, Page, CDPSession]:
    context = browser.new_context(
        base_url=site, viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True,
        locale="zh-CN",
    )  # fmt: skip
    if elder:
        context.add_cookies([{"name": "elder", "value": "1", "url": site}])
    context.add_init_script(WATCH)
    page = context.new_page()
    if returning:  # has watched before: the home page offers to go on
        page.goto("/about")
        place = {"t": 95, "d": 600, "at": 1, "title": "上次看的一讲", "url": f"/resources/{returning}"}
        page.evaluate(
            "([key, place]) => localStorage.setItem(key, JSON.stringify(place))", [f"resume:{returning}", place]
        )
        page.goto("about:blank")
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return context, page, line


def measure(
    browser: Browser, site: str, path: str, *, elder: bool = False, returning: str = "", film: bool = False
) -> dict[str, Any]:
    context, page, line = phone(browser, site, elder=elder, returning=returning)
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    line.on("Network.responseReceived", lambda e: kinds.setdefault(e["requestId"], e["type"]))
    line.on(
        "Network.loadingFinished", lambda e: sizes.update({kinds.get(e["requestId"], "Other"): e["encodedDataLength"]})
    )
    page.goto(path, wait_until="networkidle")
    page.wait_for_timeout(6_000 if film else 500)  # the player's script is there
    seen: dict[str, Any] = page.evaluate("seen")
    seen |= {"play": page.evaluate(PRESS) if film else 0, "sizes": dict(sizes)}
    context.close()
    return seen


def main(site: str, film: str, rounds: int) -> None:
    pages: list[tuple[str, dict[str, Any]]] = [
        ("/", {}),
        ("/", {"returning": film}),
        ("/areas/older", {}),
        ("/search?q=太极拳", {}),
        (f"/resources/{film}", {"film": True}),
    ]
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--mute-audio"]
        )
        for path, wishes in pages:
            for elder in (False, True):
                seen = [measure(browser, site, path, elder=elder, **wishes) for _ in range(rounds)]
                lcp, cls, play = (statistics.median(one[name] for one in seen) for name in ("lcp", "cls", "play"))
                sizes = seen[0]["sizes"]
                code = sum(sizes.get(kind, 0) for kind in ("Document", "Stylesheet", "Script"))
                told = ", ".join(f"{kind} {size / 1024:.1f}" for kind, size in sorted(sizes.items()))
                name = f"{path}{' again' if wishes.get('returning') else ''}{' elder' if elder else ''}"
                print(
                    f"{name:28} LCP {lcp / 1000:.2f} s  CLS {cls:.3f}  HTML+CSS+JS {code / 1024:.1f} KB ({told})"
                    + (f"  play {play / 1000:.2f} s" if play else "")
                )
                print(
                    f"{'':28} largest: {seen[0]['what']}", *(["moved:", *seen[0]["moved"][:4]] if cls > 0.001 else [])
                )
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--film", required=True, help="number of a published film")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    main(chosen.site, chosen.film, chosen.rounds)
