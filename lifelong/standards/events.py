"""What standards tell the chapters above them, inside the transaction. Receivers: database work or enqueueing only."""

from django.dispatch import Signal

category_changed = Signal()  # code, change (added | renamed | moved | settled | merged), by, at
platform_verified = Signal()  # platform: its level of protection was ticked; the links of its hosts take a new verdict
