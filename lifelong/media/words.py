"""The verbs of this chapter as the audit shows them."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "media.upload_opened": _("开始上传"),
    "media.upload_cancelled": _("取消上传"),
    "media.upload_received": _("收齐上传的字节"),
    "media.upload_failed": _("上传失败"),
    "media.upload_expired": _("清理过期的上传"),
    "media.file_arrived": _("收到媒体文件"),
    "media.file_stored": _("存入文件"),
    "media.repair_asked": _("发起修复"),
    "media.file_repaired": _("生成修复后的文件"),
    "media.file_forgotten": _("清除文件"),
    "media.facts_measured": _("检测文件参数"),
    "media.whole_measured": _("通读全片"),
    "media.fully_decoded": _("完整解码全片"),
    "media.made_public": _("开放媒体地址"),
    "media.made_private": _("收回媒体地址"),
    "media.prepared_ordered": _("要求导出文件"),
    "media.prepared_made": _("备好导出的文件"),
    "media.prepared_fetched": _("取走导出的文件"),
    "media.prepared_removed": _("删除导出的文件"),
}
