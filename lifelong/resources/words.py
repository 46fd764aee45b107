"""The verbs of this chapter as the audit shows them: the steps of the timeline, and what leaves no step."""

from django.utils.translation import gettext_lazy as _

from lifelong.resources.lifecycle import Verb

VERBS = {
    **{f"resources.{verb}": verb.label for verb in Verb},
    "resources.purged": _("清除已删除的草稿"),
    "resources.signed": _("签署单位自审承诺"),
    "resources.explained": _("说明不符合项"),
    "resources.screened_again": _("词表改动后重新筛查"),
    "resources.link_checked": _("检测课程链接"),
    "resources.cover_set": _("设置封面"),
    "resources.cover_removed": _("去掉封面"),
    "resources.caption_set": _("设置字幕"),
    "resources.caption_removed": _("去掉字幕"),
    "resources.rights_file_set": _("设置授权文件"),
    "resources.rights_file_removed": _("去掉授权文件"),
    "resources.file_added": _("加入媒体文件"),
    "resources.file_repaired": _("改用平台修复后的文件"),
    "resources.original_used": _("改回原文件"),
    "resources.file_removed": _("去掉媒体文件"),
    "resources.file_left_over": _("上传完成时草稿已不能改，文件未加入"),
    "resources.files_ordered": _("调整文件顺序"),
    "resources.files_named": _("修改文件标题"),
    "resources.series_created": _("新建系列"),
    "resources.series_renamed": _("系列改名"),
    "resources.filled": _("统一填写"),
    "resources.fill_undone": _("撤销统一填写"),
    "resources.sheet_received": _("收到批量导入表"),
    "resources.sheet_confirmed": _("确认批量导入"),
    "resources.sheet_tried_again": _("重试批量导入"),
    "resources.sheet_refused": _("批量导入未通过"),
    "resources.sheet_undo_asked": _("要求撤销批量导入"),
    "resources.sheet_undone": _("撤销批量导入"),
    "resources.sheet_imported": _("完成批量导入"),
}
