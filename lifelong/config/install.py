"""Makes the clone ready: virtual environment, pinned packages, front end. Runs on a bare Python, standard library only.

Each step leaves a stamp with the hash of what it was made from, so a second start takes no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "lifelong" / "web" / "static" / "built"
NODE_AT_LEAST = (20, 19)


def fingerprint(*paths: Path) -> str:
    """One hash over the names and contents of files and folders."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def stamped(name: str, mark: str) -> bool:
    stamp = ENVIRONMENT / f"{name}.stamp"
    return stamp.is_file() and stamp.read_text() == mark


def put_stamp(name: str, mark: str) -> None:
    (ENVIRONMENT / f"{name}.stamp").write_text(mark)


def call(*command: str, cwd: Path = ROOT, path: str = "") -> None:
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1")
    if path:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
        sys.exit(f"安装步骤失败（{' '.join(command[:4])} …），原因见上。请检查网络与磁盘后重新运行。")


def say(words: str) -> None:
    print(words, flush=True)


def pip_install(pinned: Path) -> None:
    """Hashes are demanded, so a package that differs from the pinned one is refused. Python compiles what is imported."""
    call(str(PYTHON), "-m", "pip", "install", "-q", "--no-compile", "--require-hashes", "-r", str(pinned))


def environment() -> None:
    if PYTHON.exists():
        return
    say("正在建立虚拟环境 …")
    venv.create(ENVIRONMENT, with_pip=True)
    site = subprocess.check_output(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    (Path(site) / "lifelong-checkout.pth").write_text(f"{ROOT}\n")
    entry = ENVIRONMENT / "bin" / "lifelong"
    entry.write_text(f"#!{PYTHON}\nfrom lifelong.config.command import main\n\nmain()\n")
    entry.chmod(0o755)


def packages(purpose: str) -> None:
    """``purpose``: run or test."""
    for name in ("run",) if purpose == "run" else ("run", "test"):
        pinned = ROOT / "requirements" / f"{name}.txt"
        mark = fingerprint(pinned)
        if not stamped(name, mark):
            say(f"正在安装依赖包（{name}）…")
            pip_install(pinned)
            put_stamp(name, mark)


def machine_node() -> str:
    """The folder of the machine's own Node.js; empty where there is none that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return ""
    version = subprocess.check_output([node, "--version"], text=True).strip().lstrip("v")
    return str(Path(node).parent) if tuple(int(part) for part in version.split(".")[:2]) >= NODE_AT_LEAST else ""


def wheel_node() -> str:
    """The folder of a Node.js that comes as a wheel."""
    pinned = ROOT / "requirements" / "node.txt"
    mark = fingerprint(pinned)
    if not stamped("node", mark):
        say("正在安装 Node.js（仅用于构建前端）…")
        pip_install(pinned)
        put_stamp("node", mark)
    return str(ENVIRONMENT / "bin")


def front_end(node: str) -> None:
    """``node``: the folder of the machine's Node.js, empty to take the wheel's."""
    sources = [FRONTEND / name for name in ("package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")]
    mark = fingerprint(*(path for path in sources if path.exists()), FRONTEND / "src")
    if stamped("frontend", mark) and (BUILT / "manifest.json").is_file():
        return
    folder = node or wheel_node()
    say("正在构建前端 …")
    npm = str(Path(folder) / "npm")
    call(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", cwd=FRONTEND, path=folder)
    call(npm, "run", "build", "--silent", cwd=FRONTEND, path=folder)
    put_stamp("frontend", mark)


def translations() -> None:
    """Compiles the English texts; Babel does it without gettext on the machine."""
    for catalogue in (ROOT / "lifelong").glob("*/locale/*/LC_MESSAGES/*.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            call(
                str(PYTHON), "-m", "babel.messages.frontend", "compile", "-i", str(catalogue), "-o", str(compiled),
                "-l", catalogue.parents[1].name,
            )  # fmt: skip


def main() -> None:
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    environment()
    node = machine_node()
    with ThreadPoolExecutor(max_workers=1) as beside:
        front = beside.submit(front_end, node) if node else None  # else two pips would write to one environment
        packages(purpose)
    if front:
        front.result()
    else:
        front_end(node)
    translations()


if __name__ == "__main__":
    main()
