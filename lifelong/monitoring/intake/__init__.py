"""Use of resources on its way in: told by pages, taken by the front, on the disk before it is acknowledged, counted from rows.

``tickets`` what a page may tell of · ``rules`` what a batch says · ``visitors`` who it is, under a name of the day · ``door``
the address ``/events`` · ``drain`` from the journals (``lifelong.journals``) to the action, each line once.
"""
