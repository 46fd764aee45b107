"""``{% load masks %}``: personal data on lists."""

from django import template

from lifelong.audit import masks

register = template.Library()
register.filter("mask_mobile", lambda value: masks.mask_mobile(value or ""))
register.filter("mask_telephone", lambda value: masks.mask_telephone(value or ""))
register.filter("mask_landline", lambda value: masks.mask_landline(value or ""))
register.filter("mask_email", lambda value: masks.mask_email(value or ""))
register.filter("mask_name", lambda value: masks.mask_name(value or ""))
