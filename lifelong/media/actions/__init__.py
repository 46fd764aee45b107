"""Everything that changes uploads, files and renditions."""

from lifelong.media.actions.files import FileInUse, NotAccepted, forget_file, store_caption, store_small
from lifelong.media.actions.probing import decode_fully, record_facts, record_full, record_whole
from lifelong.media.actions.renditions import Made, make_private, make_public, record_renditions
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
    "ContentDiffers", "DiskFull", "EmptyFile", "FileInUse", "Made", "NotAccepted", "QuotaUsedUp", "TooLarge", "UploadEnded",
    "cancel_upload", "check_quota", "check_size", "conclude_upload", "decode_fully", "expire_uploads", "finish_upload", "forget_file", "forget_orphans", "make_private",
    "make_public", "match_public_names", "open_upload", "record_facts", "record_full", "record_renditions", "record_whole",
    "store_caption", "store_small",
]  # fmt: skip
