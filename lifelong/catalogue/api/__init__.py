"""REST interface v1: what the portal shows, for machines. Errors are problem details (RFC 9457)."""

from lifelong.catalogue.api.addresses import api

__all__ = ["api"]
