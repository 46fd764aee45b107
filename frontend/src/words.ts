/** What islands say. Chinese is the source; English stands beside it, for pages shown in English. */

const english: Record<string, string> = {
  "确定": "Yes", "取消": "Cancel", "已复制": "Copied", "没能复制，请手动选中": "Could not copy, please select it by hand",
  "未选": "None selected", "已选 {n} 件": "{n} selected",
  "已保存 {time}": "Saved {time}", "正在保存": "Saving", "还没有保存": "Not saved yet",
  "网络不通，文字已留在本机，连上后自动保存": "No connection; your text is kept on this device and will be saved when it returns",
  "登录已失效，文字已留在本机；重新登录后会恢复": "You have been signed out; your text is kept on this device and will return after you sign in",
  "别处刚改过这份草稿，请在下面选择保留哪一份": "This draft was changed elsewhere; choose below which one to keep",
  "没能保存：{why}": "Not saved: {why}", "重新登录": "Sign in again",
  "保留我写的": "Keep mine", "用别处保存的": "Use the other one",
  "本机有 {time} 未保存的文字。": "This device holds unsaved text from {time}.", "恢复": "Restore", "丢弃": "Discard", "已恢复未保存的文字": "Unsaved text restored",
  "播放": "Play", "暂停": "Pause", "退 10 秒": "Back 10 s", "进 10 秒": "Forward 10 s", "静音": "Mute", "取消静音": "Unmute", "音量": "Volume", "进度": "Position", "字幕": "Captions", "画中画": "Picture in picture",
  "全屏": "Full screen", "退出全屏": "Leave full screen", "速度": "Speed", "上次看到 {time}": "You stopped at {time}", "接着看": "Continue", "从头看": "From the start", "上次听到 {time}": "You stopped at {time}", "接着听": "Continue", "从头听": "From the start",
  "去下一讲": "Go to the next one", "再看一遍": "Once more", "再听一遍": "Once more", "下一讲：{title}": "Next: {title}",
  "网络断了，连上以后接着放": "No connection; goes on when it returns", "网络慢，还在等": "The line is slow, still waiting", "网络慢，还在等。可以改成“只听声音”": "The line is slow, still waiting. “Sound only” needs less.",
  "网络断了。连上以后，会从这里接着放。": "The connection is down. It will go on from here when it returns.", "这个文件现在放不了，是平台的问题，不是您的设备坏了。": "This file cannot be played now. The fault is ours, not your device's.",
  "这个浏览器放不了这个文件。可以换一个浏览器，或下载后观看。": "This browser cannot play this file. Try another browser, or download it.", "下载后观看": "Download", "报告问题": "Report a problem",
  "正在缓冲": "Buffering", "没能播放。可能是网络断了，请稍后再试。": "Could not play. The connection may be down; please try again.", "再试一次": "Try again", "{rate} 倍": "{rate}×", "{rate} 倍速": "Speed {rate}×",
  "字幕大小": "Caption size", "标准字幕": "Captions: standard", "大字幕": "Captions: large", "特大字幕": "Captions: largest", "只听声音": "Sound only", "只听声音，省流量": "Sound only, saves data", "恢复画面": "Picture back",
  "字幕已开": "Captions on", "字幕已关": "Captions off", "音量 {n}%": "Volume {n}%", "{now}，共 {all}": "{now} of {all}",
  "位置 {time}": "at {time}", "朗读": "Read aloud", "这台设备没有能朗读的声音。请在系统设置的“文字转语音”里添加中文语音，再按朗读。": "This device has no voice to read with. Add an English voice under “Text to speech” in its settings and press Read aloud again.", "停止": "Stop", "{n} 条建议": "{n} suggestions",
  "等待上传": "Waiting", "正在连接": "Connecting", "继续": "Resume", "移除": "Remove",
  "{percent}% · {sent} / {all}": "{percent}% · {sent} / {all}", "{speed}/秒 · 还要 {time}": "{speed}/s · {time} left", "{speed}/秒": "{speed}/s",
  "已暂停，随时可以继续": "Paused; resume whenever you like", "网络断了，{n} 秒后自动再试": "Connection lost; trying again in {n} s", "平台没有应答，{n} 秒后自动再试": "The platform does not answer; trying again in {n} s",
  "传完了，正在核对": "Sent; verifying", "正在检测": "Checking", "正在检测 {percent}%": "Checking {percent}%", "合格": "Passes", "有不合格项": "Breaks the standard", "有需要留意的地方": "Has warnings", "未能判定": "Could not be judged", "没有传完，重新选择同一个文件即可接着传": "Unfinished; choose the same file again to go on",
  "这个文件是空的，请换一个": "This file is empty, please choose another", "这个文件已经在列表里": "This file is already in the list", "上传凭证已过期，请移除后重新选择": "The upload ticket has expired; remove it and choose the file again",
  "平台存储空间不足，已传的部分都保留着；{n} 秒后自动再试": "The platform is out of space; what was sent is kept. Trying again in {n} s",
  "存储服务暂时连不上，已传的部分都保留着；{n} 秒后自动再试": "The storage cannot be reached for now; what was sent is kept. Trying again in {n} s",
  "一次最多 {n} 个文件，请分几次选择": "At most {n} files at once; please choose in several steps", "网络断了，还没有对到资源": "Connection lost; not matched to resources yet",
  "{n} 个对上了，{open} 个要您选定资源": "{n} matched, {open} need you to choose a resource", "与“{path}”同名，已经对到《{title}》": "Same name as “{path}”, which goes to “{title}”", "换一个资源": "Another resource",
  "“{name}”传到哪个资源": "Resource for “{name}”", "输入名称或资源ID，选一个资源": "Type a title or ID and choose", "由您选定": "chosen by you", "选定资源后开始上传": "Starts when you have chosen a resource",
  "已传完": "sent", "正在传": "sending", "等待": "waiting", "正在查看": "being looked at", "不合标准、没有传": "below the standard, held", "不能传": "refused", "已经在资源里": "already there", "要您选定资源": "to be matched by you", "共 {n} 个文件": "{n} files",
  "这些文件还要 {need}，单位只剩 {left}，后面的传不进去。请先腾出空间或请运营单位增加配额。": "These files need {need}; your institution has {left} left, so the last will not fit. Free some space or ask the operator for more.",
  "正在查看文件": "Looking at the file", "仍要上传": "Send it all the same", "有 {n} 项不合标准，还没有上传": "Breaks the standard in {n} points; not sent yet", "看检查结果": "See the result", "{n} 项要留意": "{n} points to note", "其余 {n} 项检测": "{n} other checks", "{n} 项检测": "{n} checks",
  "上传没有被接受：{why}": "The upload was refused: {why}",
  "{n} 秒": "{n} s", "{n} 分 {s} 秒": "{n} min {s} s", "{n} 小时 {m} 分": "{n} h {m} min",
  "测得": "Measured", "要求": "Required", "移除“{name}”？已传的部分也会删掉。": "Remove “{name}”? What was sent will be deleted too.",
  "这次打开已经过期，不再计时。请回到课程里重新打开。": "This launch has expired, so time no longer counts. Open it again from your course.",
  "这里不再计时：您已在另一处开始学习，或者这项资源已下架。重新播放，就在这里继续计时。": "Time no longer counts here: you began studying elsewhere, or this resource was taken offline. Play again to count here.",
  "提交：{what}": "Send: {what}", "没有提交：{why}": "Not sent: {why}", "打开这一项": "Open it", "知道了": "I have read it", "这项资源已不在您的环节": "This resource is no longer with you",
  "网络不通，{n} 个决定留在本机，连上后自动提交": "No connection; {n} decisions are kept on this device and will be sent when it returns", "登录已失效，{n} 个决定留在本机；重新登录后会提交": "You have been signed out; {n} decisions are kept on this device and will be sent after you sign in", "决定已留在本机。连上网络后会提交，并可继续下一项。": "The decision is kept on this device. It will be sent when the connection returns, and you can go on then.",
};

const chinese = !document.documentElement.lang.startsWith("en");

/** The sentence in the page's language, `{name}` replaced. */
export function say(sentence: string, values: Record<string, string | number> = {}): string {
  const words = chinese ? sentence : (english[sentence] ?? sentence);
  return words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** Seconds as 1:02:03 or 2:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const rest = `${String(Math.floor(whole / 60) % 60).padStart(whole >= 3600 ? 2 : 1, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest;
}

/** Bytes in the unit a person would use. */
export function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit += 1;
  }
  return `${unit < 2 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** How long something still takes, roughly. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return say("{n} 秒", { n: whole });
  if (whole < 3600) return say("{n} 分 {s} 秒", { n: Math.floor(whole / 60), s: whole % 60 });
  return say("{n} 小时 {m} 分", { n: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60) });
}

/** 10:42 of today, or with the day if it was another. */
export function timeOfDay(at: Date): string {
  const minutes = `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  return at.toDateString() === new Date().toDateString() ? minutes : `${at.getMonth() + 1}/${at.getDate()} ${minutes}`;
}
