from collections.abc import Iterator

import pytest

from lifelong.config.testing import LiveFront, a_front, live_front

__all__ = ["live_front"]
STRANGE = ("-m", "lifelong.config.tests.strange_pages", "{port}")


@pytest.fixture(scope="session")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFront]:
    """A front before pages that misbehave; believes what a proxy on this machine says of the visitor."""
    trusting = {"TRUSTED_PROXIES": "127.0.0.1", "RATE_PAGES": "5/40", "RATE_FILES": "5/40", "PROXY_FILES": "/files/"}
    with a_front(tmp_path_factory.mktemp("strange"), command=STRANGE, **trusting) as front:
        yield front
