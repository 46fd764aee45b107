"""Personal data as screens, labels and exports show it: enough to recognise, not enough to use."""


def mask_name(name: str) -> str:
    """张* for 张建华; the first letter of any other name."""
    name = name.strip()
    return f"{name[0]}*" if name else ""


def mask_email(address: str) -> str:
    """z***@x.com."""
    name, at, domain = address.strip().rpartition("@")
    return f"{name[:1]}***@{domain}" if at and name else "***"


def mask_phone(number: str) -> str:
    """138****5678; of a landline the last four digits are hidden."""
    digits = number.strip()
    if len(digits) == 11 and digits.startswith("1") and digits.isdigit():
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{digits[:-4]}****" if len(digits) > 4 else "****"
