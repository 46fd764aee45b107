"""The walls a child puts around itself before it looks at a byte of somebody else's file.

What the system lacks (an old kernel, a container that forbids name spaces) is left out: each wall stands alone.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
import sysconfig
from contextlib import suppress

import lifelong

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_CREATE_RULESET_VERSION, _LANDLOCK_PATH_BENEATH = 1, 1
_LANDLOCK_READ = 1 << 2 | 1 << 3  # files and lists of files
_LANDLOCK_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1}  # by ABI; from the third on all fifteen


def shut_in(*, wall_s: float, cpu_s: int, memory_bytes: int, write_bytes: int, nice: int) -> None:
    """From here on: no new files, no network, no more than this much processor, memory, time and output.

    Already open descriptors stay usable; they are the only way in and out.
    """
    # A group of its own against signals, no session: Linux divides the processor by session first (autogroup), and in one
    # of its own a child would take as much as all pages together, however nice.
    os.setpgid(0, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall_s)  # the parent's own limit is a little longer
    if sys.platform == "linux":
        _linux_walls()
    os.nice(nice)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_FSIZE, write_bytes)
    _limit(resource.RLIMIT_CPU, cpu_s, then=cpu_s + 1)  # a signal with a name first: it says of what the child died
    _limit(resource.RLIMIT_AS, _address_space() + memory_bytes)


def _linux_walls() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    _no_more_files(libc)


def _no_more_files(libc: ctypes.CDLL) -> None:
    """Landlock: no path can be opened any more, to read or to write, but modules of Python and ours (some load late)."""
    abi = libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_CREATE_RULESET_VERSION)
    if abi < 1:
        return
    rights = ctypes.c_uint64(_LANDLOCK_FILE_RIGHTS.get(abi, (1 << 15) - 1))
    rules = libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rights), ctypes.sizeof(rights), 0)
    if rules < 0:
        return
    for folder in {*map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")), *lifelong.__path__}:
        try:
            place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        rule = struct.pack("=Qi", _LANDLOCK_READ, place)
        libc.syscall(_LANDLOCK_ADD_RULE, rules, _LANDLOCK_PATH_BENEATH, rule, 0)
        os.close(place)
    libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _limit(what: int, most: int, then: int | None = None) -> None:
    hard = resource.getrlimit(what)[1]
    ceiling = most if then is None else then
    if hard != resource.RLIM_INFINITY:
        most, ceiling = min(most, hard), min(ceiling, hard)
    with suppress(ValueError, OSError):  # some systems know a limit by name only
        resource.setrlimit(what, (most, ceiling))


def _address_space() -> int:
    """Bytes already mapped: libraries that reserve by the number of cores must not eat the allowance."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30
