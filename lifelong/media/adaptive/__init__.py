"""Adaptive playback (HLS, RFC 8216): one fragmented MP4 per rung, and playlists that name stretches of it.

``fragments`` and ``coding`` run in the probe's cage and write the media; ``playlists`` is pure text; ``ladder`` puts a
folder together: ``720.m4s`` and ``720.m3u8`` per rung, ``sound.*`` for those who only listen, ``master.m3u8`` over all.
Every name in a playlist is relative and fixed, so the folder is served under whatever public name it is given.
"""

ADAPTIVE_FOLDER = "hls"
ADAPTIVE_MASTER = "master.m3u8"
