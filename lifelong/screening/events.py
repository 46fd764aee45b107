"""What screening tells the chapters above it, inside the transaction. Receivers: database work or enqueueing only."""

from django.dispatch import Signal

words_changed = Signal()  # by, at: texts that were clean may not be any more
