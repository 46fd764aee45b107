"""The floor: a constant answer of the front itself, and of Django behind it. ``python bench/constant.py [seconds]``"""

import sys

from served import load, served


def main(seconds: float) -> None:
    with served("constant_site") as site:
        print(f"memory, two workers and their parents, at rest: {site.megabytes():.0f} MB (sum of PSS)")
        for path in ("/healthz", "/constant"):
            line = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            load(site.port, lambda _n, line=line: line, seconds=1)
            rate, tally = load(site.port, lambda _n, line=line: line, seconds=seconds)
            print(
                f"{path}: {rate:.0f}/s, p50 {tally.quantile(0.5):.1f} ms, p99 {tally.quantile(0.99):.1f} ms, "
                f"{tally.errors} errors"
            )
        print(f"memory afterwards: {site.megabytes():.0f} MB")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
