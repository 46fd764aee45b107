/**
 * Study time of who is signed in: `.player[data-learn]` names where a session begins, `data-place` where the server knows the place.
 * `data-launch`: of who came from a school's platform, by that ticket, in its frame, without a cookie.
 *
 * Listens to the player's own events. What really ran is sent every 15 s and at each stop; what cannot be sent is kept, joined to
 * what comes after, and sent later. The server decides what counts; of two players at once the later, and the earlier is told.
 */
import { ask, make, memory } from "../page.ts";
import { isPassing, joined, type Span, tenths } from "../spans.ts";
import type { Stop } from "./player.ts";
import { say } from "../words.ts";

interface Session {
  session: string;
  ticket: string;
  beat_url: string;
  every_s: number;
}

interface Kept {
  ticket: string;
  beat_url: string;
  n: number;
  spans: Span[];
  wall: number;
  place: number;
  at: number;
}

const KEPT = "study:";
const KEPT_MS = 24 * 3600 * 1000;
const IDLE_MS = 25 * 60 * 1000; // who comes back after so long begins anew: half an hour away ends what was done, for xAPI

class Study {
  private session: Session | undefined;
  private beginning: Promise<void> | undefined;
  private spans: Span[] = [];
  private wall = 0; // seconds that the spans took, whatever the speed
  private n = 0;
  private heard = 0; // when the server last answered
  private sending = false;
  private elsewhere = false;
  private timer: number | undefined;

  constructor(
    private readonly shell: HTMLElement,
    private readonly media: HTMLMediaElement,
  ) {
    const on = (name: string, act: (event: CustomEvent) => void) => shell.addEventListener(`player:${name}`, act as EventListener);
    on("play", () => this.begin());
    on("span", (event) => this.ran(event.detail as { from: number; to: number; rate: number }));
    for (const name of ["pause", "seek", "ended"]) on(name, () => void this.send());
    addEventListener("pagehide", () => (navigator.onLine ? void this.send(true) : this.keep()));
    addEventListener("online", () => void this.send());
    void this.sendKept();
  }

  /** On play: a session, where there is none that counts. Playing on here takes the count back. */
  private begin(): void {
    if (this.elsewhere) {
      this.elsewhere = false;
      this.session = undefined;
      this.shell.querySelector(".player-elsewhere")?.remove();
    }
    if (!this.spans.length && Date.now() - this.heard > IDLE_MS) this.session = undefined;
    this.timer ??= window.setInterval(() => void this.send(), (this.session?.every_s ?? 15) * 1000);
    void this.ready();
  }

  private ready(): Promise<void> {
    if (this.session) return Promise.resolve();
    this.beginning ??= this.open().finally(() => (this.beginning = undefined));
    return this.beginning;
  }

  private async open(): Promise<void> {
    const { key: resource, file, launch, learn } = this.shell.dataset;
    const body = JSON.stringify({ resource, file: Number(file ?? 1), launch });
    const credentials = launch ? "omit" : "same-origin";
    try {
      const answer = await ask(learn!, { method: "POST", body, credentials, headers: { "Content-Type": "application/json" } });
      if (answer.status === 403 && launch) this.tell("这次打开已经过期，不再计时。请回到课程里重新打开。");
      if (answer.redirected || !answer.ok) return; // signed out, or nothing to count: the film plays all the same
      this.session = (await answer.json()) as Session;
      this.n = 0;
      this.heard = Date.now();
    } catch {
      // offline: the next heartbeat asks again
    }
  }

  private ran(span: { from: number; to: number; rate: number }): void {
    if (this.elsewhere) return;
    this.spans = joined([...this.spans, [tenths(span.from), tenths(span.to)]]).filter(([from, to]) => from < to);
    this.wall += (span.to - span.from) / (span.rate || 1);
  }

  private body(): string {
    const [first, ...also] = this.spans;
    const content = this.spans.reduce((sum, [from, to]) => sum + to - from, 0);
    const speed = this.wall > 0 ? Math.round((content / this.wall) * 1000) / 1000 : 1;
    const place = tenths(this.media.currentTime);
    this.n += 1;
    return JSON.stringify({ ticket: this.session!.ticket, n: this.n, from: first![0], to: first![1], ...(also.length ? { also } : {}), speed, place });
  }

  private async send(leaving = false): Promise<void> {
    if (!this.spans.length || this.elsewhere || (this.sending && !leaving)) return;
    if (!this.session) {
      if (leaving) return;
      await this.ready();
      if (!this.session || !this.spans.length || this.sending) return;
    }
    this.sending = true;
    const [spans, wall, body] = [this.spans, this.wall, this.body()];
    this.spans = [];
    this.wall = 0;
    const back = () => {
      this.spans = joined([...spans, ...this.spans]);
      this.wall += wall;
    };
    try {
      const answer = await fetch(this.session.beat_url, { method: "POST", body, keepalive: true, credentials: "omit" });
      if (answer.ok) {
        this.heard = Date.now();
        if (!((await answer.json()) as { counting: boolean }).counting) this.tookOver();
      } else if (isPassing(answer.status)) back();
      else if (answer.status === 403 || answer.status === 410) {
        this.session = undefined; // the ticket has run out: the next heartbeat begins anew
        back();
      }
    } catch {
      back();
    } finally {
      this.sending = false;
    }
  }

  private tookOver(): void {
    this.elsewhere = true;
    this.spans = [];
    this.wall = 0;
    this.tell("这里不再计时：您已在另一处开始学习，或者这项资源已下架。重新播放，就在这里继续计时。");
  }

  private tell(words: string): void {
    this.shell.querySelector(".player-elsewhere")?.remove();
    this.shell.append(make("p", { class: "player-elsewhere", role: "status" }, say(words)));
  }

  /** What was not sent when the page closed, for the next one that opens. */
  private keep(): void {
    if (!this.session || !this.spans.length) return;
    const { session, ticket, beat_url } = this.session;
    const kept: Kept = { ticket, beat_url, n: this.n + 1, spans: this.spans, wall: this.wall, place: tenths(this.media.currentTime), at: Date.now() };
    memory.set(KEPT + session, kept);
  }

  private async sendKept(): Promise<void> {
    for (const key of memory.keys(KEPT)) {
      const kept = memory.get<Kept>(key);
      if (kept?.spans?.length && Date.now() - kept.at < KEPT_MS) {
        const [first, ...also] = kept.spans;
        const content = kept.spans.reduce((sum, [from, to]) => sum + to - from, 0);
        const told = { ticket: kept.ticket, n: kept.n, from: first![0], to: first![1], also, speed: content / (kept.wall || content), place: kept.place };
        const answer = await fetch(kept.beat_url, { method: "POST", body: JSON.stringify(told), credentials: "omit" }).catch(() => null);
        if (!answer || isPassing(answer.status)) continue;
      }
      memory.drop(key);
    }
  }
}

/** Where the server knows that one stopped, in this part or in `anyPart`: seconds, and when (ms). */
export async function placeOf(shell: HTMLElement, anyPart: boolean): Promise<Stop | null> {
  if (!shell.dataset.place) return null;
  const { key = "", file = "1" } = shell.dataset;
  const asked = new URLSearchParams(anyPart ? { resource: key } : { resource: key, file });
  try {
    const answer = await ask(`${shell.dataset.place}?${asked}`);
    if (!answer.ok || answer.redirected) return null;
    const told = (await answer.json()) as { place_s: number | null; at: number | null; file: number };
    return told.place_s === null || told.at === null ? null : { t: told.place_s, at: told.at, file: String(told.file) };
  } catch {
    return null;
  }
}

export function study(shell: HTMLElement, media: HTMLMediaElement): void {
  new Study(shell, media);
}
