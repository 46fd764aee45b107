"""Why a sheet as a whole cannot be read."""

from lifelong.web.refusals import Refusal


class SheetRefused(Refusal):
    code = "sheet.refused"
    status = 422


class SheetUnreadable(SheetRefused):
    """Not a sheet, damaged, or locked by a password."""

    code = "sheet.unreadable"


class SheetTooLarge(SheetRefused):
    """More bytes, rows or columns than are read."""

    code = "sheet.too_large"
    status = 413


class HeadingsNotFound(SheetRefused):
    """No row holds the standard's headings."""

    code = "sheet.headings"


class HeadingTwice(SheetRefused):
    """Two columns claim to be the same field."""

    code = "sheet.heading_twice"
