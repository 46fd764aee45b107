"""Between the front and the database: what is acknowledged lies in a journal on the disk until the database has it.

``journal`` writes · ``draining`` what whoever reads the journals has in common · ``keeper`` a thread beside the door that drains.
"""
