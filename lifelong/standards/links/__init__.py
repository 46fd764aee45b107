"""Addresses of linked courses: what may be asked for at all, and whether it opens (requirement ``link.reachable``).

``refuse_address`` looks at the writing alone; ``lifelong.standards.links.checker`` goes out and looks.
"""

from lifelong.standards.links.addresses import refuse_address

__all__ = ["refuse_address"]
