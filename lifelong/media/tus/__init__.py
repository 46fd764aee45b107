"""Resumable uploads: tus 1.0.0 with creation, checksum, expiration and termination (https://tus.io/protocols).

``door`` answers requests, ``rules`` reads their headers, ``parts`` writes to disk, ``bodies`` watches the sender.
The database is asked only when an upload ends: offset and state live on disk, permission in the signed ticket.
"""
