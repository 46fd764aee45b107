"""Heartbeats of players: taken in by the front, written to a journal, read from there into the database.

``tickets`` who may send · ``rules`` what a heartbeat says · ``journal`` nothing that was acknowledged is lost ·
``door`` the address ``/beats`` · ``drain`` from the journals to the action · ``keeper`` does so in the background.
"""
