"""What the review tells the chapters above it, inside the transaction."""

from django.dispatch import Signal

batch_prepared = Signal()  # batch: its items are to be made ready, still hidden
batch_published = Signal()  # batch, at: everything in it is public now
item_pulled = Signal()  # item, by, at: a line of a published batch was struck through
