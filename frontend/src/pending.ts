/**
 * Decisions that were taken here and not yet acknowledged: kept on this device until the platform has said yes or no.
 *
 * Each carries a key of its own, so that sending it again after a lost answer makes no second decision. What is refused stays, with
 * its words, until the person has read it.
 */
import { ask, icon, make, memory } from "./page.ts";
import { say, timeOfDay } from "./words.ts";

export interface Decision {
  key: string;
  address: string;
  page: string;
  title: string;
  body: [string, string][];
  words: string[];
  at: number;
  refused?: string;
}

export type Outcome = "done" | "refused" | "later" | "signed-out";

const CARRIED = "decided";
const LONGEST_PAUSE = 60_000;

export class Pending {
  private readonly beginning: string;
  private readonly box: HTMLElement;
  private readonly sending = new Set<string>();
  private failures = 0;
  private timer = 0;
  private signedOut = false;
  private done = sessionStorage.getItem(CARRIED);

  private constructor(person: string) {
    this.beginning = `decision:${person}:`;
    this.box = make("div", { class: "pending", role: "status", "aria-live": "polite" });
    document.body.append(this.box);
    sessionStorage.removeItem(CARRIED);
    addEventListener("online", () => void this.sendAll());
    addEventListener("storage", () => this.show());
    this.show();
    void this.sendAll();
  }

  private static one: Pending | undefined;

  /** One per page, whatever is swapped inside it. */
  static of(person: string): Pending {
    return (Pending.one ??= new Pending(person));
  }

  private all(): Decision[] {
    const found = memory.keys(this.beginning).map((key) => memory.get<Decision>(key));
    return found.filter((one) => one !== null).sort((a, b) => a.at - b.at);
  }

  has(address: string): boolean {
    return this.all().some((one) => one.address === address && !one.refused);
  }

  /** What was acknowledged is said on the page that is opened now. */
  carry(): void {
    if (this.done) sessionStorage.setItem(CARRIED, this.done);
  }

  async add(decision: Decision): Promise<Outcome> {
    memory.set(this.beginning + decision.key, decision);
    this.show();
    return this.send(decision);
  }

  private async send(one: Decision): Promise<Outcome> {
    if (this.sending.has(one.key)) return "later";
    this.sending.add(one.key);
    const outcome = await this.attempt(one).catch((): Outcome => "later");
    this.sending.delete(one.key);
    if (outcome === "later") {
      this.failures += 1;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.sendAll(), Math.min(LONGEST_PAUSE, 1000 * 2 ** this.failures)) as unknown as number;
    } else this.failures = 0;
    this.signedOut = outcome === "signed-out";
    this.show();
    return outcome;
  }

  private async attempt(one: Decision): Promise<Outcome> {
    const body = new FormData();
    for (const [name, value] of one.body) body.append(name, value);
    const answer = await ask(one.address, { method: "POST", body, headers: { "X-Desk": "1" } });
    const told = /json/.test(answer.headers.get("Content-Type") ?? "") ? ((await answer.json()) as { title?: string; done?: string }) : undefined;
    if (told?.done) {
      memory.drop(this.beginning + one.key);
      this.done = told.done;
      return "done";
    }
    if (told?.title && answer.status < 500) return (memory.set(this.beginning + one.key, { ...one, refused: told.title }), "refused");
    if (answer.status === 404) return (memory.set(this.beginning + one.key, { ...one, refused: say("这项资源已不在您的环节") }), "refused");
    return answer.status >= 500 || answer.status === 429 ? "later" : "signed-out";
  }

  private async sendAll(): Promise<void> {
    for (const one of this.all()) if (!one.refused && (await this.send(one)) === "later") return;
  }

  private show(): void {
    const every = this.all();
    const waiting = every.filter((one) => !one.refused);
    const lines: HTMLElement[] = [];
    if (this.done) lines.push(make("p", { class: "alert alert-success" }, icon("check"), make("span", {}, this.done)));
    if (waiting.length && this.signedOut) {
      const again = make("a", { href: location.href }, say("重新登录"));
      lines.push(make("p", { class: "alert alert-warning" }, icon("warn"), make("span", {}, say("登录已失效，{n} 个决定留在本机；重新登录后会提交", { n: waiting.length }), " ", again)));
    } else if (waiting.length && this.failures) {
      lines.push(make("p", { class: "alert alert-warning" }, icon("warn"), make("span", {}, say("网络不通，{n} 个决定留在本机，连上后自动提交", { n: waiting.length }))));
    }
    for (const one of every) if (one.refused) lines.push(this.refusal(one));
    this.box.replaceChildren(...lines);
  }

  private refusal(one: Decision): HTMLElement {
    const read = make("button", { type: "button", class: "btn btn-sm" }, say("知道了"));
    read.addEventListener("click", () => (memory.drop(this.beginning + one.key), this.show()));
    return make(
      "div",
      { class: "alert alert-error" },
      icon("fail"),
      make(
        "div",
        {},
        make("p", {}, make("strong", {}, one.title), " ", say("没有提交：{why}", { why: one.refused! }), " ", make("small", {}, timeOfDay(new Date(one.at)))),
        ...one.words.map((words) => make("blockquote", {}, words)),
        make("div", { class: "actions" }, make("a", { class: "btn btn-sm", href: one.page }, say("打开这一项")), read),
      ),
    );
  }
}
