/** One file on its way: opened, sent in parts, paused, waited for, refused. What the list does with it is said in upload.ts. */
import type { DetailedError, Upload } from "tus-js-client";
import { announce, ask, memory, reason } from "../page.ts";
import { duration, say, size } from "../words.ts";
import type { Row } from "./upload-rows.ts";

const CHUNK = 8 * 1024 * 1024;
const LONGEST_PAUSE = 30;
const PACE_SECONDS = 8;
const PASSING = [408, 409, 423, 429];

interface Begun {
  url: string;
  id: string;
}

export class Sending {
  readonly key: string;
  row!: Row;
  id?: string;
  state: "queued" | "sending" | "paused" | "waiting" | "sent" | "refused" = "queued";
  onKnown: (id: string) => void = () => undefined;
  onChange: () => void = () => undefined;
  private upload: Upload | undefined;
  private failures = 0;
  private anew = false;
  private pace: { at: number; bytes: number }[] = [];
  private timer = 0;

  constructor(readonly file: File, private readonly openUrl: string) {
    this.key = `upload:${openUrl}:${file.name}:${file.size}:${file.lastModified}`;
  }

  /** What this device remembers of an earlier try. */
  get begun(): Begun | null {
    return memory.get<Begun>(this.key);
  }

  say(left: string, right = ""): void {
    this.row.left.textContent = left;
    this.row.right.textContent = right;
  }

  toggle(): void {
    if (this.state === "paused") void this.start();
    else this.pause();
  }

  async start(): Promise<void> {
    clearTimeout(this.timer);
    this.state = "sending";
    this.pace = [];
    this.row.pausing(false);
    this.say(say("正在连接"));
    try {
      const [{ Upload }, address] = await Promise.all([import("tus-js-client"), this.opened()]);
      if (!address || this.state !== "sending") return;
      this.upload = new Upload(this.file, {
        uploadUrl: address,
        chunkSize: CHUNK,
        retryDelays: null, // the pauses are ours: they say what they wait for and never give up
        storeFingerprintForResuming: false,
        onProgress: (sent, all) => this.progress(sent, all),
        onSuccess: () => this.sent(),
        onError: (error) => this.trouble((error as DetailedError).originalResponse?.getStatus() ?? 0),
      });
      this.upload.start();
    } catch {
      this.trouble(0);
    }
  }

  /** The address of the upload: the one begun earlier, or a new one. Null if the platform refused. */
  private async opened(): Promise<string | null> {
    let begun = this.begun;
    if (!begun) {
      const asked = JSON.stringify({ name: this.file.name, size: this.file.size });
      const answer = await ask(this.openUrl, { method: "POST", headers: { "Content-Type": "application/json" }, body: asked });
      if (answer.status >= 500) throw new Error(String(answer.status));
      if (!answer.ok) {
        this.refuse(say("上传没有被接受：{why}", { why: await reason(answer) }));
        return null;
      }
      begun = (await answer.json()) as Begun;
      memory.set(this.key, begun);
    }
    this.id = String(begun.id);
    this.onKnown(this.id);
    return begun.url;
  }

  private progress(sent: number, all: number): void {
    if (this.state !== "sending") return;
    this.failures = 0;
    const now = performance.now() / 1000;
    this.pace.push({ at: now, bytes: sent });
    while (this.pace.length > 2 && now - this.pace[0]!.at > PACE_SECONDS) this.pace.shift();
    const first = this.pace[0]!;
    const speed = now - first.at > 0.5 ? (sent - first.bytes) / (now - first.at) : 0;
    const percent = Math.floor((sent / all) * 100);
    this.row.bar.value = percent;
    this.say(
      say("{percent}% · {sent} / {all}", { percent, sent: size(sent), all: size(all) }),
      speed > 0 ? say("{speed}/秒 · 还要 {time}", { speed: size(speed), time: duration((all - sent) / speed) }) : "",
    );
  }

  private sent(): void {
    this.state = "sent";
    memory.drop(this.key);
    this.row.bar.value = 100;
    this.row.toggle.hidden = this.row.remove.hidden = true;
    this.say(say("传完了，正在核对"));
    announce(`${this.file.name} ${say("传完了，正在核对")}`);
    this.onChange();
  }

  private pause(): void {
    clearTimeout(this.timer);
    this.state = "paused";
    void this.upload?.abort();
    this.row.pausing(true);
    this.say(say("已暂停，随时可以继续"));
    this.onChange();
  }

  private trouble(status: number): void {
    if (this.state !== "sending") return;
    if ((status === 404 || status === 410) && this.begun && !this.anew) {
      this.anew = true; // what was begun has expired: begin anew, once
      memory.drop(this.key);
      void this.start();
    } else if (status === 507) this.refuse(say("平台存储空间不足，请联系管理员"));
    else if (status === 401 || status === 403) {
      memory.drop(this.key);
      this.refuse(say("上传凭证已过期，请移除后重新选择"));
    } else if (status >= 400 && status < 500 && !PASSING.includes(status)) this.refuse(say("上传没有被接受：{why}", { why: status }));
    else {
      this.state = "waiting";
      this.failures += 1;
      this.wait(Math.min(LONGEST_PAUSE, 2 ** Math.min(this.failures, 5)), status);
    }
  }

  private wait(seconds: number, status: number): void {
    if (this.state !== "waiting") return;
    if (seconds <= 0) return void this.start();
    this.say(say(status ? "平台没有应答，{n} 秒后自动再试" : "网络断了，{n} 秒后自动再试", { n: seconds }));
    this.timer = setTimeout(() => this.wait(seconds - 1, status), 1000) as unknown as number;
  }

  refuse(why: string): void {
    this.state = "refused";
    this.row.toggle.hidden = true;
    this.row.refused(why);
    announce(`${this.file.name}：${why}`);
    this.onChange();
  }

  /** Stops and lets the platform forget what it has of it. */
  end(): void {
    clearTimeout(this.timer);
    this.state = "refused";
    void this.upload?.abort();
    const begun = this.begun;
    if (begun) void fetch(begun.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => undefined);
    memory.drop(this.key);
  }
}
