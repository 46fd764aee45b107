from lifelong.audit import masks


def test_masks_show_enough_to_recognise_and_no_more() -> None:
    assert masks.mask_mobile("13812345678") == "138****5678"
    assert masks.mask_landline("0379-1234567") == "0379-123****"
    assert masks.mask_telephone("138 1234 5678") == "138****5678"
    assert masks.mask_telephone("010-12345678") == "010-1234****"
    assert masks.mask_email("zhang@example.org") == "z***@example.org"
    assert masks.mask_email("kaputt") == "***"
    assert masks.mask_name("张建华") == "张*"
    assert masks.mask_landline("0371-6123456") == "0371-612****"


def test_nothing_stays_nothing() -> None:
    for mask in (masks.mask_mobile, masks.mask_landline, masks.mask_email, masks.mask_name, masks.mask_telephone):
        assert mask("") == ""
