"""Where files lie, and how they get there without ever being half there.

``UPLOADS/ab/<id>.part``                  what has come of an upload; never served
``FILES/originals/ab/cd/<sha256>``        what came in, once per content
``FILES/renditions/ab/cd/<sha256>/…``     what was made from it
``FILES/public/ab/<public name>.<suffix>``  hard links to renditions: what anyone may fetch
``FILES/public/ab/<public name>.720.m4s``   the same for each file of an adaptive folder
``FILES/public/ab/<public name>.former``    what a name that was taken away answers
"""

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from django.conf import settings

BLOCK = 1 << 20
QUARANTINE = "refused"
PLAYLIST = ".m3u8"
FORMER = ".former"


def files() -> Path:
    return Path(settings.FILES)


def part_of(upload_id: object) -> Path:
    name = str(upload_id)
    return Path(settings.UPLOADS) / name[:2] / f"{name}.part"


def marker_of(upload_id: object) -> Path:
    """Lies beside a part that has become a file, so that a client that missed the last answer learns it."""
    return part_of(upload_id).with_suffix(".done")


def lock_of(upload_id: object) -> Path:
    return part_of(upload_id).with_suffix(".lock")


def original_path(sha256: str) -> str:
    return f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def object_key(name: object) -> str:
    """Of an original in the bucket; what came straight there bears its upload's id, the rest its hash."""
    return f"originals/{name}"


def rendition_path(sha256: str, name: str) -> str:
    return f"renditions/{sha256[:2]}/{sha256[2:4]}/{sha256}/{name}"


def public_path(public_name: str, suffix: str) -> Path:
    return Path(settings.PUBLIC_FILES) / public_name[:2] / f"{public_name}{suffix}"


def public_links(public_name: str, location: Path) -> list[tuple[Path, Path]]:
    """Every public file of a rendition and what it is a link to. The master playlist, which names the rest, comes last."""
    if location.suffix != PLAYLIST:
        return [(public_path(public_name, location.suffix), location)]
    files = [each for each in location.parent.glob("*.m*") if each.suffix in {PLAYLIST, ".m4s"} and each.name[0] != "."]
    files.sort(key=lambda each: (each == location, each.suffix == PLAYLIST, each.name))
    return [(public_path(public_name, f".{each.name}"), each) for each in files]


def show(public_name: str, location: Path) -> None:
    """Gives a rendition its public files. A playlist is written anew as rungs come; media never change."""
    for link, source in public_links(public_name, location):
        if source.suffix == PLAYLIST and link.exists() and link.read_bytes() != source.read_bytes():
            newer = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
            place(source, newer)
            newer.replace(link)
        else:
            place(source, link)


def hide(public_name: str, location: Path) -> None:
    """Takes them away; of a folder whatever was ever shown of it, the playlists first."""
    if location.suffix != PLAYLIST:
        public_path(public_name, location.suffix).unlink(missing_ok=True)
        return
    shown = public_path(public_name, "").parent.glob(f"{public_name}.*")
    for link in sorted(shown, key=lambda each: each.suffix != PLAYLIST):
        link.unlink(missing_ok=True)


def former_path(public_name: str) -> Path:
    return public_path(public_name, FORMER)


def tell_of_former(public_name: str, *, gone: bool, page: str) -> None:
    """What the front reads where a name is no longer: whether for good, and the page that tells more."""
    path, text = former_path(public_name), f"{'gone' if gone else 'hidden'} {page}"
    if told_of_former(public_name) == (gone, page):
        return
    newer = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_once(text.encode(), newer)
    newer.replace(path)


def told_of_former(public_name: str) -> tuple[bool, str] | None:
    """``(gone for good, page)``; None for a name that never was."""
    try:
        kind, _space, page = former_path(public_name).read_text().partition(" ")
    except OSError:
        return None
    return kind == "gone", page


def hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        buffer = memoryview(bytearray(BLOCK))
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
    return digest.hexdigest()


def place(source: Path, target: Path) -> None:
    """``target`` becomes another name of ``source``; a full copy where they lie on different devices.

    Repeating it is safe, and so is a kill at any moment: the name appears only when the bytes are there.
    """
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            shutil.copyfile(source, beside)
            settle(beside)
            beside.rename(target)
        finally:
            beside.unlink(missing_ok=True)
    settle(target.parent)


def write_once(content: bytes, target: Path) -> None:
    """Bytes to a new file, whole or not at all."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)
    settle(target.parent)


def settle(path: Path) -> None:
    """Reaches the disk before anyone is told that it is stored."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def free_bytes(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def is_nearly_full(coming: int) -> bool:
    """What is left below the mark at which new uploads stop is for those that have begun; the last quarter for the platform."""
    return free_bytes(Path(settings.UPLOADS)) - coming < settings.DISK_KEPT_FREE_BYTES // 4


def trouble() -> str:
    """For readiness: whether uploads and files can be written, with room left. Empty if all is well."""
    for folder in (Path(settings.UPLOADS), files()):
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / f".trial-{secrets.token_hex(4)}"
        try:
            trial.write_bytes(b"1")
        finally:
            trial.unlink(missing_ok=True)
        if free_bytes(folder) < settings.DISK_KEPT_FREE_BYTES // 4:
            return f"{folder.name}: disk nearly full"
    return ""
