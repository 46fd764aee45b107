/**
 * Resumable upload of many files. Without a script the form posts them the ordinary way (≤ 20 MB).
 *
 * The element (usually the form) holds `input[type=file]` and carries
 * - `data-open-url`: POST JSON `{name, size}` → `{url, id}`; `url` is a tus upload that already exists (`/uploads/<id>?ticket=…`);
 *   a refusal answers problem details whose `title` is shown;
 * - `data-state-url`: GET → a list (or `{files: […]}`) of `{id, name, size, offset?, state, progress?, verdict?, findings?, message?}`;
 *   `state`: `uploading | checking | done | failed`; `progress` in per cent; `findings` as `precheck --json` gives them, with `title`.
 *
 * What has been begun is remembered on the device by name, size and date of the file: choosing the same file again goes on where it
 * stopped, after a closed browser as after a restarted server. A lost line is waited out for ever, with growing pauses and a sentence.
 * Events: `upload:changed` after each answer of the state address, `upload:finished` when nothing is under way any more.
 */
import type { Upload } from "tus-js-client";
import { agreed } from "../ask-first.ts";
import { announce, ask, make, memory, reason } from "../page.ts";
import { duration, say, size } from "../words.ts";
import { row, showFindings, type Row, type ServerFile } from "./upload-rows.ts";

const CHUNK = 8 * 1024 * 1024;
const AT_ONCE = 2;
const LONGEST_PAUSE = 30;

interface Sending {
  file: File;
  key: string;
  row: Row;
  upload?: Upload;
  id?: string;
  state: "queued" | "sending" | "paused" | "waiting" | "sent" | "refused";
  failures: number;
  anew?: boolean;
  pace: { at: number; bytes: number }[];
  timer?: number;
}

export default function upload(element: HTMLElement): void {
  const field = element.querySelector<HTMLInputElement>("input[type=file]")!;
  const list = element.querySelector<HTMLElement>(".uploads") ?? make("ul", { class: "uploads" });
  if (!list.isConnected) (element.querySelector(".drop") ?? field).after(list);
  for (const button of element.querySelectorAll<HTMLElement>("[data-without-script]")) button.hidden = true;
  const openUrl = element.dataset.openUrl!;
  const sendings: Sending[] = [];
  const rows = new Map<string, Row>();
  let polling = false;

  field.removeAttribute("required");
  field.addEventListener("change", () => {
    for (const file of field.files ?? []) add(file);
    field.value = "";
  });
  addEventListener("online", () => sendings.filter((one) => one.state === "waiting").forEach((one) => void start(one)));
  addEventListener("beforeunload", (event) => {
    if (sendings.some((one) => one.state === "sending")) event.preventDefault();
  });
  void poll();

  function add(file: File): void {
    const key = `upload:${openUrl}:${file.name}:${file.size}:${file.lastModified}`;
    if (sendings.some((one) => one.key === key && one.state !== "refused")) return announce(say("这个文件已经在列表里"));
    const begun = memory.get<{ id: string }>(key);
    const known = begun && rows.get(begun.id);
    const line = known ?? row(file.name, file.size);
    if (!known) list.append(line.element);
    const one: Sending = { file, key, row: line, state: "queued", failures: 0, pace: [] };
    sendings.push(one);
    line.toggle.hidden = false;
    line.toggle.onclick = () => (one.state === "sending" || one.state === "waiting" || one.state === "queued" ? pause(one) : void start(one));
    line.remove.hidden = false;
    line.remove.onclick = () => void remove(one);
    if (!file.size) return refuse(one, say("这个文件是空的，请换一个"));
    say_(one, say("等待上传"));
    next();
  }

  function next(): void {
    for (const one of sendings) {
      if (sendings.filter((other) => other.state === "sending").length >= AT_ONCE) return;
      if (one.state === "queued") void start(one);
    }
    if (sendings.length && !sendings.some((one) => ["queued", "sending", "waiting"].includes(one.state))) element.dispatchEvent(new CustomEvent("upload:finished", { bubbles: true }));
  }

  async function start(one: Sending): Promise<void> {
    clearTimeout(one.timer);
    one.state = "sending";
    one.pace = [];
    one.row.pausing(false);
    say_(one, say("正在连接"));
    try {
      const [{ Upload }, address] = await Promise.all([import("tus-js-client"), opened(one)]);
      if (!address || one.state !== "sending") return;
      one.upload = new Upload(one.file, {
        uploadUrl: address,
        chunkSize: CHUNK,
        retryDelays: null, // the pauses are ours: they say what they wait for and never give up
        storeFingerprintForResuming: false,
        onProgress: (sent, all) => progress(one, sent, all),
        onSuccess: () => sent(one),
        onError: (error) => trouble(one, "originalResponse" in error ? (error.originalResponse?.getStatus() ?? 0) : 0),
      });
      one.upload.start();
    } catch {
      trouble(one, 0);
    }
  }

  /** The address of the upload: the one begun earlier, or a new one. Null if the platform refused. */
  async function opened(one: Sending): Promise<string | null> {
    const begun = memory.get<{ url: string; id: string }>(one.key);
    if (begun) {
      register(one, begun.id);
      return begun.url;
    }
    const answer = await ask(openUrl, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: one.file.name, size: one.file.size }) });
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (!answer.ok) {
      refuse(one, say("上传没有被接受：{why}", { why: await reason(answer) }));
      return null;
    }
    const { url, id } = (await answer.json()) as { url: string; id: string };
    memory.set(one.key, { url, id });
    register(one, id);
    return url;
  }

  function register(one: Sending, id: string): void {
    one.id = String(id);
    const double = rows.get(one.id);
    if (double && double !== one.row) double.element.remove();
    rows.set(one.id, one.row);
  }

  function progress(one: Sending, sent: number, all: number): void {
    if (one.state !== "sending") return;
    one.failures = 0;
    const now = performance.now() / 1000;
    one.pace.push({ at: now, bytes: sent });
    while (one.pace.length > 2 && now - one.pace[0]!.at > 8) one.pace.shift();
    const first = one.pace[0]!;
    const speed = now - first.at > 0.5 ? (sent - first.bytes) / (now - first.at) : 0;
    const percent = Math.floor((sent / all) * 100);
    one.row.bar.value = percent;
    one.row.left.textContent = say("{percent}% · {sent} / {all}", { percent, sent: size(sent), all: size(all) });
    one.row.right.textContent = speed > 0 ? say("{speed}/秒 · 还要 {time}", { speed: size(speed), time: duration((all - sent) / speed) }) : "";
  }

  function sent(one: Sending): void {
    one.state = "sent";
    memory.drop(one.key);
    one.row.bar.value = 100;
    one.row.toggle.hidden = true;
    one.row.remove.hidden = true;
    say_(one, say("传完了，正在核对"));
    announce(`${one.file.name} ${say("传完了，正在核对")}`);
    next();
    void poll();
  }

  function pause(one: Sending): void {
    clearTimeout(one.timer);
    one.state = "paused";
    void one.upload?.abort();
    one.row.pausing(true);
    say_(one, say("已暂停，随时可以继续"));
    next();
  }

  function trouble(one: Sending, status: number): void {
    if (one.state !== "sending") return;
    const gone = status === 404 || status === 410;
    if (gone && memory.get(one.key) && !one.anew) {
      memory.drop(one.key); // what was begun has expired: begin anew, once
      one.anew = true;
      void start(one);
    } else if (status === 507) refuse(one, say("平台存储空间不足，请联系管理员"));
    else if (status === 401 || status === 403) {
      memory.drop(one.key);
      refuse(one, say("上传凭证已过期，请移除后重新选择"));
    } else if (status >= 400 && status < 500 && ![408, 409, 423, 429].includes(status)) refuse(one, say("上传没有被接受：{why}", { why: status }));
    else {
      one.state = "waiting";
      one.failures += 1;
      wait(one, Math.min(LONGEST_PAUSE, 2 ** Math.min(one.failures, 5)), status);
    }
  }

  function wait(one: Sending, seconds: number, status: number): void {
    if (one.state !== "waiting") return;
    if (seconds <= 0) return void start(one);
    say_(one, say(status ? "平台没有应答，{n} 秒后自动再试" : "网络断了，{n} 秒后自动再试", { n: seconds }));
    one.timer = setTimeout(() => wait(one, seconds - 1, status), 1000) as unknown as number;
  }

  function refuse(one: Sending, why: string): void {
    one.state = "refused";
    one.row.toggle.hidden = true;
    one.row.refused(why);
    announce(`${one.file.name}：${why}`);
    next();
  }

  async function remove(one: Sending): Promise<void> {
    if (one.state !== "refused" && !(await agreed(say("移除“{name}”？已传的部分也会删掉。", { name: one.file.name }), say("移除"), true))) return;
    clearTimeout(one.timer);
    const begun = memory.get<{ url: string }>(one.key);
    void one.upload?.abort();
    if (begun) void fetch(begun.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => undefined);
    memory.drop(one.key);
    sendings.splice(sendings.indexOf(one), 1);
    if (one.id) rows.delete(one.id);
    one.row.element.remove();
    next();
  }

  function say_(one: Sending, sentence: string): void {
    one.row.left.textContent = sentence;
    one.row.right.textContent = "";
  }

  /** Asks how the files fare until nothing is being checked; verdicts show rule by rule as they come. */
  async function poll(): Promise<void> {
    if (polling || !element.dataset.stateUrl) return;
    polling = true;
    let pause = 1000;
    for (;;) {
      let busy = true;
      try {
        const answer = await ask(element.dataset.stateUrl);
        if (answer.status === 403 || answer.status === 404) break;
        if (!answer.ok) throw new Error(String(answer.status));
        const said = (await answer.json()) as ServerFile[] | { files: ServerFile[] };
        const files = Array.isArray(said) ? said : said.files;
        busy = files.map(shown).some(Boolean);
        element.dispatchEvent(new CustomEvent("upload:changed", { bubbles: true, detail: files }));
        pause = Math.min(5000, pause * 1.2);
      } catch {
        pause = Math.min(30_000, pause * 2);
      }
      if (!busy && !sendings.some((one) => one.state === "sending")) break;
      await new Promise((go) => setTimeout(go, document.hidden ? 10_000 : pause));
      if (!element.isConnected) break;
    }
    polling = false;
  }

  /** Shows what the platform says of one file; true while there is more to come. */
  function shown(file: ServerFile): boolean {
    const id = String(file.id);
    const mine = sendings.find((one) => one.id === id);
    if (mine && mine.state !== "sent") return false;
    if (mine && file.state === "uploading") return true; // the last bytes are there, the platform is about to say so
    let line = rows.get(id);
    if (!line) {
      line = row(file.name, file.size);
      rows.set(id, line);
      list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
      list.append(line.element);
    }
    return showFindings(line, file);
  }
}
