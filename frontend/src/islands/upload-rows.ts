/** A line of the upload list: name, bar, what is happening, and the verdict rule by rule. */
import { icon, make } from "../page.ts";
import { say, size } from "../words.ts";

export interface Finding {
  id: string;
  verdict: "pass" | "warn" | "fail" | "unknown";
  title?: string;
  required?: string;
  measured?: string;
  message?: string;
  remedy?: string;
}

export interface ServerFile {
  id: string | number;
  name: string;
  size: number;
  offset?: number;
  state: string;
  progress?: number;
  verdict?: "pass" | "warn" | "fail" | "unknown" | null;
  message?: string;
  findings?: Finding[];
  listed?: boolean;
  page?: string; // where to go on
}

export interface Row {
  element: HTMLLIElement;
  bar: HTMLProgressElement;
  left: HTMLElement;
  right: HTMLElement;
  toggle: HTMLButtonElement;
  remove: HTMLButtonElement;
  pausing(paused: boolean): void;
  holding(): void;
  refused(why: string): void;
}

export function row(name: string, bytes: number): Row {
  const bar = make("progress", { class: "progress-line", max: 100, value: 0, "aria-label": name });
  const left = make("span");
  const right = make("span");
  const toggle = make("button", { type: "button", class: "btn btn-sm", hidden: true }, say("暂停"));
  const remove = make("button", { type: "button", class: "btn btn-sm btn-quiet", hidden: true }, say("移除"));
  const element = make(
    "li",
    {},
    make("span", { class: "upload-name" }, icon(/\.mp3$/i.test(name) ? "audio" : /\.(mp4|mov|mkv)$/i.test(name) ? "video" : "file"), make("span", {}, name), make("small", { class: "muted" }, size(bytes))),
    make("span", { class: "actions" }, toggle, remove),
    bar,
    make("span", { class: "upload-line" }, left, right),
  );
  return {
    element, bar, left, right, toggle, remove,
    pausing: (paused) => (toggle.textContent = say(paused ? "继续" : "暂停")),
    holding: () => (toggle.textContent = say("仍要上传")),
    refused(why) {
      bar.hidden = true;
      element.querySelectorAll(".upload-why").forEach((said) => said.remove());
      left.replaceChildren(make("span", { class: "field-error" }, icon("fail"), why));
      right.textContent = "";
    },
  };
}

const verdicts = { pass: "合格", warn: "有需要留意的地方", fail: "有不合格项", unknown: "未能判定" } as const;

/** Shows how one file fares; true while the platform is still at work on it. */
export function showFindings(line: Row, file: ServerFile): boolean {
  const checking = file.state === "checking";
  if (file.state === "uploading") {
    line.bar.value = file.size ? Math.floor(((file.offset ?? 0) / file.size) * 100) : 0;
    line.left.textContent = say("没有传完，重新选择同一个文件即可接着传");
    return false;
  }
  line.bar.hidden = !checking;
  if (checking) {
    if (file.progress === undefined) line.bar.removeAttribute("value");
    else line.bar.value = file.progress;
    line.left.textContent = file.progress === undefined ? say("正在检测") : say("正在检测 {percent}%", { percent: Math.floor(file.progress) });
  } else if (file.state === "failed") line.refused(file.message ?? "");
  else if (file.page) line.left.replaceChildren(make("a", { class: "btn btn-sm btn-primary", href: file.page }, say("看检查结果")));
  else if (file.verdict) line.left.replaceChildren(make("span", { class: `state state-${file.verdict}` }, say(verdicts[file.verdict])));
  else line.left.textContent = "";

  if (file.findings) putFindings(line, file.findings);
  return checking;
}

/** What is amiss in full, the rest behind a fold; among many files (``folded``) only why one breaks the standard. */
export function putFindings(line: Row, findings: Finding[], folded = false): void {
  const known = JSON.stringify(findings);
  if (line.element.dataset.findings === known) return;
  line.element.dataset.findings = known;
  line.element.querySelectorAll(".findings, .fold, .mendable, .upload-why").forEach((old) => old.remove());
  const worst = [...findings].sort((a, b) => order(a) - order(b));
  const amiss = worst.filter((one) => order(one) < 2);
  const rest = worst.filter((one) => order(one) > 1);
  if (folded && findings.length) {
    const summary = make("summary", {}, amiss.length ? say("{n} 项要留意", { n: amiss.length }) : say("{n} 项检测", { n: rest.length }));
    const fold = make("details", { class: "fold" }, summary);
    fold.addEventListener("toggle", () => fold.append(make("ul", { class: "findings" }, ...worst.map(finding))), { once: true });
    const why = line.left.querySelector(".field-error") ? [] : worst.filter((one) => one.verdict === "fail" && one.message);
    line.element.append(...why.map((one) => make("p", { class: "upload-why" }, one.message ?? "")), fold);
    return;
  }
  if (amiss.length) line.element.append(make("ul", { class: "findings" }, ...amiss.map(finding)));
  if (rest.length) {
    const summary = make("summary", {}, say(amiss.length ? "其余 {n} 项检测" : "{n} 项检测", { n: rest.length }));
    line.element.append(make("details", { class: "fold" }, summary, make("ul", { class: "findings" }, ...rest.map(finding))));
  }
}

const order = (one: Finding) => ["fail", "warn", "unknown", "pass"].indexOf(one.verdict);

function finding(one: Finding): HTMLLIElement {
  const measure = (one.measured || one.required) && make(
    "dl",
    { class: "measure" },
    one.measured ? make("div", {}, make("dt", {}, say("测得")), make("dd", { class: "got" }, one.measured)) : null,
    one.required ? make("div", {}, make("dt", {}, say("要求")), make("dd", {}, one.required)) : null,
  );
  const quiet = one.verdict === "pass";
  return make(
    "li",
    { class: `finding finding-${one.verdict}` },
    icon(one.verdict),
    make("h2", {}, one.title ?? one.id),
    measure,
    quiet || !one.message ? null : make("p", {}, one.message),
    quiet || !one.remedy ? null : make("p", { class: "remedy" }, one.remedy),
  );
}
