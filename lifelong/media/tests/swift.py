"""A real S3 server of one's own: OpenStack Swift with its s3api, in a folder, on loopback, for as long as a test needs it.

Debian: ``apt-get install python3-swift``.
"""

import getpass
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lifelong.config.testing import free_port

KEY, SECRET, REGION = "test:tester", "testing", "us-east-1"
PYTHON = "/usr/bin/python3"  # the machine's own: Swift is no package of ours
SERVERS = ("account", "container", "object")
DISK = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
devices = {folder}/devices
swift_dir = {folder}
mount_check = false
workers = 0
fallocate_reserve = 0
log_level = INFO
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
[{name}-replicator]
[{name}-updater]
[{name}-auditor]
"""
PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {folder}
workers = 0
log_level = INFO
cors_allow_origin = *
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth bulk slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
cors_preflight_allow_origin = *
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""
SERVE = """
import sys
from swift.common import utils
_, folder, name = sys.argv
utils.set_swift_dir(folder)
from swift.common.wsgi import run_wsgi
from swift.obj.server import global_conf_callback
more = {"global_conf_callback": global_conf_callback} if name == "object" else {}
sys.exit(run_wsgi(f"{folder}/{name}.conf", f"{name}-server", verbose=True, **more))
"""
RINGS = """
import sys
from swift.common.ring import RingBuilder
for name, port in zip(("account", "container", "object"), sys.argv[2:]):
    builder = RingBuilder(1, 1, 0)
    builder.add_dev(dict(region=1, zone=1, ip="127.0.0.1", port=int(port), device="d1", weight=1))
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{name}.ring.gz")
"""


def is_installed() -> bool:
    return Path("/usr/lib/python3/dist-packages/swift/proxy").is_dir()


@contextmanager
def a_swift(folder: Path) -> Iterator[str]:
    """The server's address, without a bucket in it yet."""
    (folder / "devices" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = of-a-test\n")
    user, outside = getpass.getuser(), free_port()
    with ExitStack() as running:
        ports = {name: free_port() for name in SERVERS}
        subprocess.run([PYTHON, "-c", RINGS, str(folder), *map(str, ports.values())], check=True)
        for name, port in ports.items():
            begin(running, folder, name, DISK.format(name=name, port=port, user=user, folder=folder))
        begin(running, folder, "proxy", PROXY.format(port=outside, user=user, folder=folder))
        for name, port in {**ports, "proxy": outside}.items():
            wait_for(port, folder / f"{name}.log")
        yield f"http://127.0.0.1:{outside}"


def begin(running: ExitStack, folder: Path, name: str, settings: str) -> None:
    (folder / f"{name}.conf").write_text(settings)
    said = running.enter_context((folder / f"{name}.log").open("wb"))
    server = subprocess.Popen([PYTHON, "-c", SERVE, str(folder), name], stdout=said, stderr=said)
    running.callback(server.wait)
    running.callback(server.terminate)


def wait_for(port: int, log: Path) -> None:
    end = time.monotonic() + 120
    while True:
        with socket.socket() as line:
            if not line.connect_ex(("127.0.0.1", port)):
                return
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
