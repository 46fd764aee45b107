"""Django's WSGI application, called by the front for every page."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
application = get_wsgi_application()
