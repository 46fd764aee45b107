"""The six headings of the form and what may stand under them."""

import re
import unicodedata
from dataclasses import asdict, dataclass

TITLE = "数字化学习资源报送工作负责人信息登记表"
LABELS = {
    "institution": "单位名称",
    "name": "负责人姓名",
    "position": "职务",
    "landline": "座机",
    "mobile": "手机",
    "email": "电子邮箱",
}
# What clerks write instead; compared without spaces, brackets and colons.
ALSO = {
    "institution": {"单位", "报送单位", "学校名称", "单位全称", "工作单位", "所在单位"},
    "name": {"姓名", "负责人", "工作负责人", "报送负责人", "工作负责人姓名", "报送工作负责人", "报送工作负责人姓名"},
    "position": {"职务职称", "职位", "职务及职称", "负责人职务"},
    "landline": {"座机号", "座机号码", "座机电话", "办公电话", "固定电话", "办公座机"},
    "mobile": {"手机号", "手机号码", "移动电话", "联系手机", "手机电话"},
    "email": {"邮箱", "电子邮件", "email", "e-mail", "邮箱地址", "电子邮箱地址", "电子信箱"},
}
BY_LABEL = {label: name for name, label in LABELS.items()} | {
    label: name for name, labels in ALSO.items() for label in labels
}


@dataclass(frozen=True)
class FormValues:
    """The form's values as texts; empty where nothing was filled in. Not yet judged."""

    institution: str = ""
    name: str = ""
    position: str = ""
    landline: str = ""
    mobile: str = ""
    email: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def label_of(text: str) -> str:
    """Which value a cell's text announces, if it is one of the headings."""
    bare = unicodedata.normalize("NFKC", text).lower()
    bare = re.sub(r"[(\[【][^)\]】]*[)\]】]", "", bare)
    return BY_LABEL.get(re.sub(r"[\s:*/、．.\u200b\ufeff]+", "", bare), "")


CJK = r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff（），；：、·]"


def one_line(text: str) -> str:
    """Line breaks and stray spaces gone: nothing between Chinese characters, one space elsewhere."""
    plain = re.sub(r"[\u200b\ufeff]", "", text.replace("\u3000", " "))
    plain = re.sub(r"\s+", " ", plain).strip()
    return re.sub(rf"(?<={CJK}) (?={CJK})", "", plain)
