"""Addresses as the outbox shows them."""

from django import template

from lifelong.audit.masks import mask_email

register = template.Library()
register.filter("masked", mask_email)
