"""Resumable uploads: tus 1.0.0 with creation, checksum, expiration and termination (https://tus.io/protocols).

``door`` answers requests, ``rules`` reads their headers, ``parts`` writes to disk, ``bodies`` watches the sender.
Where originals go to a bucket, the page asks ``/uploads/<id>/parts`` instead where to put the next parts (POST) or gives
up (DELETE); bytes never pass here. The database is asked for that, and when an upload ends: offset and state live on disk, permission in the signed ticket.
"""
