"""Personal data as screens, labels and exports show it: enough to recognise, not enough to misuse."""

import ipaddress
import re


def mask_mobile(value: str) -> str:
    """``13812345678`` → ``138****5678``; what is too short shows nothing."""
    value = value.strip()
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 9 else "*" * len(value)


def mask_landline(value: str) -> str:
    """``0379-1234567`` → ``0379-123****``: the last four are hidden."""
    value = value.strip()
    return f"{value[:-4]}****" if len(value) > 4 else "*" * len(value)


def mask_telephone(value: str) -> str:
    """A mobile or a landline, whichever it looks like."""
    digits = re.sub(r"\D", "", value)
    return mask_mobile(digits) if re.fullmatch(r"1[3-9]\d{9}", digits) else mask_landline(value)


def mask_email(value: str) -> str:
    """``zhang@example.org`` → ``z***@example.org``."""
    name, at, host = value.strip().rpartition("@")
    return f"{name[:1]}***@{host}" if at and name else "***" if value.strip() else ""


def mask_name(value: str) -> str:
    """``张建华`` → ``张*``."""
    value = value.strip()
    return f"{value[0]}*" if value else ""


def mask_address(value: str) -> str:
    """``203.0.113.7`` → ``203.0.113.*``; of an IPv6 address the first 48 bits: a house, not a device."""
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return "*"
    if address.version == 4:
        return f"{str(address).rpartition('.')[0]}.*"
    return f"{ipaddress.ip_network((int(address) >> 80 << 80, 48)).network_address}*"
