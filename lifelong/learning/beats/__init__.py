"""Heartbeats of players: taken in by the front, written to a journal (``lifelong.journals``), read from there into the database.

``tickets`` who may send · ``rules`` what a heartbeat says ·
``door`` the address ``/beats`` · ``drain`` from the journals to the action · ``keeper`` does so in the background.
"""
