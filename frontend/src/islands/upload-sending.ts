/** One file on its way: opened, sent in parts, paused, waited for, refused. What the list does with it is said in upload.ts. */
import type { DetailedError } from "tus-js-client";
import { announce, ask, icon, make, memory, reason } from "../page.ts";
import { duration, say, size } from "../words.ts";
import type { Looking } from "./upload-looking.ts";
import { goesInParts, Parts } from "./upload-parts.ts";
import { putFindings, type Row } from "./upload-rows.ts";

const CHUNK = 8 * 1024 * 1024;
const LONGEST_PAUSE = 30;
const PACE_SECONDS = 8;
const PASSING = [408, 409, 423, 429];
const NO_SPACE = 507;
const NO_STORAGE = 502;
const FOR_SPACE = 60;

/** What carries the bytes: tus through the platform, or parts straight into its bucket. */
interface Line {
  start(): void;
  abort(): unknown;
}

interface Begun {
  url: string;
  id: string;
}

export class Sending {
  row!: Row;
  id?: string;
  /** looking: read before anything is sent; held: it breaks the standard, and the person has not yet said to send it all the same. */
  state: "looking" | "held" | "queued" | "sending" | "paused" | "waiting" | "sent" | "refused" = "looking";
  mark = "";
  brief = false; // among hundreds the findings stand behind a fold
  bytes = 0;
  speed = 0;
  onKnown: (id: string) => void = () => undefined;
  onChange: () => void = () => undefined;
  private upload: Line | undefined;
  private failures = 0;
  private anew = false;
  private pace: { at: number; bytes: number }[] = [];
  private timer = 0;

  constructor(readonly file: File, public openUrl: string) {}

  get key(): string {
    return `upload:${this.openUrl}:${this.file.name}:${this.file.size}:${this.file.lastModified}`;
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
    if (this.state === "held") this.queue();
    else if (this.state === "paused") this.queue();
    else this.pause();
  }

  /** Looks at the file; queues what may go, holds what breaks the standard, refuses what is hopeless. */
  async look(looking: Looking): Promise<void> {
    this.say(say("正在查看文件"));
    const { mark, stop, findings, repair } = await looking.at(this.file);
    this.mark = mark;
    if (this.state !== "looking") return;
    putFindings(this.row, findings, this.brief);
    if (repair) this.row.element.append(make("p", { class: "alert mendable" }, icon("refresh"), make("span", {}, repair)));
    const fails = findings.filter((one) => one.verdict === "fail").length;
    if (stop) return this.refuse(stop);
    if (!fails || this.begun) return this.queue();
    this.state = "held";
    this.row.holding();
    this.row.left.replaceChildren(icon("fail"), " ", say("有 {n} 项不合标准，还没有上传", { n: fails }));
    announce(`${this.file.name} ${say("有 {n} 项不合标准，还没有上传", { n: fails })}`);
    this.onChange();
  }

  queue(): void {
    this.state = "queued";
    this.row.pausing(false);
    this.say(say("等待上传"));
    this.onChange();
  }

  async start(): Promise<void> {
    clearTimeout(this.timer);
    this.state = "sending";
    this.pace = [];
    this.row.pausing(false);
    this.say(say("正在连接"));
    try {
      const address = await this.opened();
      if (!address || this.state !== "sending") return;
      const line = goesInParts(address) ? this.byParts(address) : await this.byTus(address);
      if (this.state !== "sending") return;
      this.upload = line;
      line.start();
    } catch {
      this.trouble(0);
    }
  }

  private byParts(address: string): Line {
    return new Parts(this.file, address, { progress: (sent) => this.progress(sent, this.file.size), sent: () => this.sent(), trouble: (status) => this.trouble(status) });
  }

  private async byTus(uploadUrl: string): Promise<Line> {
    const { Upload } = await import("tus-js-client");
    return new Upload(this.file, {
      uploadUrl,
      chunkSize: CHUNK,
      retryDelays: null, // the pauses are ours: they say what they wait for and never give up
      storeFingerprintForResuming: false,
      onProgress: (sent, all) => this.progress(sent, all),
      onSuccess: () => this.sent(),
      onError: (error) => this.trouble((error as DetailedError).originalResponse?.getStatus() ?? 0),
    });
  }

  /** The address of the upload: the one begun earlier, or a new one. Null if the platform refused. */
  private async opened(): Promise<string | null> {
    let begun = this.begun;
    if (!begun) {
      const asked = JSON.stringify({ name: this.file.name, size: this.file.size, mark: this.mark });
      const answer = await ask(this.openUrl, { method: "POST", headers: { "Content-Type": "application/json" }, body: asked });
      if (answer.status === NO_SPACE) {
        this.trouble(NO_SPACE);
        return null;
      }
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
    [this.bytes, this.speed] = [sent, speed];
    const percent = Math.floor((sent / all) * 100);
    this.row.bar.value = percent;
    this.say(
      say("{percent}% · {sent} / {all}", { percent, sent: size(sent), all: size(all) }),
      speed > 0 ? say("{speed}/秒 · 还要 {time}", { speed: size(speed), time: duration((all - sent) / speed) }) : "",
    );
  }

  private sent(): void {
    this.state = "sent";
    [this.bytes, this.speed] = [this.file.size, 0];
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
    this.speed = 0;
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
    } else if (status === 401 || status === 403) {
      memory.drop(this.key);
      this.refuse(say("上传凭证已过期，请移除后重新选择"));
    } else if (status >= 400 && status < 500 && !PASSING.includes(status)) this.refuse(say("上传没有被接受：{why}", { why: status }));
    else {
      this.state = "waiting";
      this.speed = 0;
      this.failures += 1;
      this.wait(status === NO_SPACE ? FOR_SPACE : Math.min(LONGEST_PAUSE, 2 ** Math.min(this.failures, 5)), status);
    }
  }

  private wait(seconds: number, status: number): void {
    if (this.state !== "waiting") return;
    if (seconds <= 0) return void this.start();
    const known: Record<number, string> = {
      [NO_SPACE]: "平台存储空间不足，已传的部分都保留着；{n} 秒后自动再试",
      [NO_STORAGE]: "存储服务暂时连不上，已传的部分都保留着；{n} 秒后自动再试",
      0: "网络断了，{n} 秒后自动再试",
    };
    this.say(say(known[status] ?? "平台没有应答，{n} 秒后自动再试", { n: seconds }));
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
