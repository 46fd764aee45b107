"""What the catalogue tells the chapters above it, inside the transaction."""

from django.dispatch import Signal

entries_published = Signal()  # batch (None for a load), resource_ids (keys of Resource), at
entry_hidden = Signal()  # entry, by, at, reason
entry_restored = Signal()  # entry, by, at, reason
entry_retired = Signal()  # entry, by, at, reason
report_filed = Signal()  # report, at
