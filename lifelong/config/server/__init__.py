"""The server: one port for pages, uploads and media, and the processes behind it.

``supervisor`` starts and watches the children; ``web`` runs granian, whose workers each hold a ``front``;
the front lets a request in (``gate``), then answers from files (``media``, ``static``), takes an upload
(``lifelong.media.tus``) or asks Django's WSGI application (``bridge``).
"""
