"""Everything that changes uploads, files and renditions."""

from lifelong.media.actions.direct import (
    Next,
    bring_here,
    carry,
    drop,
    fetch_back,
    lose_upload,
    may_be_whole,
    next_parts,
)
from lifelong.media.actions.files import FileInUse, NotAccepted, forget_file, store_caption, store_small
from lifelong.media.actions.probing import decode_fully, hurry, record_facts, record_full, record_whole
from lifelong.media.actions.renditions import Made, make_private, make_public, record_renditions
from lifelong.media.actions.repairs import BeingRepaired, begin_repair, finish_repair
from lifelong.media.actions.sweeping import expire_uploads, forget_orphans, match_public_names
from lifelong.media.actions.uploads import (
    ContentDiffers,
    DiskFull,
    EmptyFile,
    QuotaUsedUp,
    TooLarge,
    UploadEnded,
    cancel_upload,
    check_quota,
    check_size,
    conclude_upload,
    finish_upload,
    open_upload,
)

__all__ = [
    "BeingRepaired", "ContentDiffers", "DiskFull", "EmptyFile", "FileInUse", "Made", "Next", "NotAccepted", "QuotaUsedUp", "TooLarge", "UploadEnded",
    "begin_repair", "bring_here", "cancel_upload", "carry", "check_quota", "check_size", "conclude_upload", "decode_fully", "drop", "expire_uploads", "fetch_back", "finish_repair", "finish_upload", "forget_file", "forget_orphans", "hurry", "lose_upload", "make_private", "make_public", "match_public_names", "may_be_whole", "next_parts", "open_upload", "record_facts", "record_full", "record_renditions", "record_whole",
    "store_caption", "store_small",
]  # fmt: skip
