/**
 * Tells how a resource is used, of everybody: that the page was looked at, that play was pressed, which stretches really ran (every 20 s
 * and at the end), that the way to a linked course was taken. `data-use` is the page's ticket; it alone says of what.
 *
 * What could not be sent is sent again under the same key, and is one event however often it arrives. In another site's frame
 * (`data-framed`), or where cookies are off, the visitor's number of the day is kept in this tab instead of a cookie.
 */
import { isPassing, joined, type Span, tenths } from "../spans.ts";

interface Event {
  key: string;
  kind: "view" | "play" | "watch" | "go";
  spans?: Span[];
}

const EVERY_MS = 20_000;
const NUMBER = "visitor";

/** 24 characters nobody has used before. */
function fresh(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

class Use {
  private readonly keepsNumber: boolean;
  private number = "";
  private session = fresh();
  private waiting: Event[] = [];
  private onTheWay: Event[] = [];
  private spans: Span[] = [];
  private pressed = false;
  private ended = false; // refused for good: this page tells no more
  private timer: number | undefined;

  constructor(private readonly ticket: string, framed: boolean) {
    this.keepsNumber = framed || !navigator.cookieEnabled;
    if (this.keepsNumber) this.number = tab(() => sessionStorage.getItem(NUMBER)) ?? "";
    const on = (name: string, act: (event: globalThis.Event) => void) => document.addEventListener(name, act);
    on("player:play", () => this.play());
    on("player:span", (event) => this.ran((event as CustomEvent<{ from: number; to: number }>).detail));
    on("player:pause", () => void this.send());
    on("player:ended", () => ((this.pressed = false), void this.send()));
    for (const name of ["click", "auxclick"]) on(name, (event) => this.left(event as MouseEvent));
    on("visibilitychange", () => document.visibilityState === "hidden" && this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.again());
    whenSeen(() => this.note("view"));
  }

  private again(): void {
    this.session = fresh();
    this.note("view");
  }

  private note(kind: Event["kind"]): void {
    this.waiting.push({ key: fresh(), kind });
    void this.send();
  }

  /** Pressed once, until the end: going on after a pause is no further play. */
  private play(): void {
    // from here on, for the player's own listener, which says what ran last, was there first
    if (!this.timer) addEventListener("pagehide", () => this.leave());
    this.timer ??= window.setInterval(() => void this.send(), EVERY_MS);
    if (this.pressed) return;
    this.pressed = true;
    this.note("play");
  }

  private ran(span: { from: number; to: number }): void {
    this.spans = joined([...this.spans, [tenths(span.from), tenths(span.to)] as Span]).filter(([from, to]) => from < to);
  }

  private left(event: MouseEvent): void {
    if (event.button > 1 || !(event.target as Element).closest?.("a[data-leads-out]")) return;
    this.waiting.push({ key: fresh(), kind: "go" });
    this.leave();
  }

  /** What ran since becomes an event once everything before it has arrived. */
  private gather(): Event[] {
    if (this.spans.length && !this.waiting.length) {
      this.waiting.push({ key: fresh(), kind: "watch", spans: this.spans });
      this.spans = [];
    }
    return this.waiting;
  }

  private body(events: Event[]): string {
    return JSON.stringify({ use: this.ticket, session: this.session, ...(this.keepsNumber ? { visitor: this.number } : {}), events });
  }

  private async send(): Promise<void> {
    if (this.onTheWay.length || this.ended || !this.gather().length) return;
    [this.onTheWay, this.waiting] = [this.waiting, []];
    const credentials = this.keepsNumber ? "omit" : "same-origin";
    try {
      const answer = await fetch("/events", { method: "POST", body: this.body(this.onTheWay), keepalive: true, credentials });
      if (answer.ok) this.keep(((await answer.json()) as { visitor?: string }).visitor);
      else if (isPassing(answer.status)) this.waiting = [...this.onTheWay, ...this.waiting];
      else this.ended = true;
    } catch {
      this.waiting = [...this.onTheWay, ...this.waiting];
    }
    this.onTheWay = [];
  }

  private leave(): void {
    if (this.ended) return;
    const events = this.gather();
    if (this.spans.length) events.push({ key: fresh(), kind: "watch", spans: this.spans });
    if (events.length && navigator.sendBeacon("/events", this.body(events))) [this.waiting, this.spans] = [[], []];
  }

  private keep(number: string | undefined): void {
    if (!this.keepsNumber || !number) return;
    this.number = number;
    tab(() => sessionStorage.setItem(NUMBER, number));
  }
}

/** A tab that may keep nothing just forgets. */
function tab<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** What was only fetched ahead, or opened behind another tab, has not been looked at yet. */
function whenSeen(act: () => void): void {
  if (document.visibilityState === "visible") return act();
  document.addEventListener("visibilitychange", () => whenSeen(act), { once: true });
}

export default function use(mark: HTMLElement): void {
  new Use(mark.dataset.use!, "framed" in mark.dataset);
}
