"""``lifelong precheck``: judges files, folders and sheets against the standards; offline, without a database.

It is run before ``django.setup()``: nothing here imports a model.
"""
