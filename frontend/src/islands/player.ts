/**
 * An accessible shell around the browser's own `<video>` or `<audio>`; without a script its own controls are there.
 *
 * `.player[data-key]` and `data-file` name the film for resuming on this device; `data-start-at` opens at a second (a hit in the captions), as
 * `?t=95` does, and 0 at the beginning. At the end `data-next` is offered and never begun. Links with `data-start` anywhere on the page are chapters. Keys, while the focus is inside (on the whole page with
 * `data-keys="page"`): space or K play, ← → 5 s, J L 10 s, ↑ ↓ volume, M mute, C captions, F full screen, < > speed, 0–9 tenths.
 * Study time is sent only where `data-learn` says that who watches is signed in (study.ts), what is counted of everybody by use.ts; `player:go` with `{to}` plays from a second; listeners get `player:play`, `player:pause`, `player:ended`, `player:seek` and, every 10 s and at each
 * stop, `player:span` with `{from, to, rate}`, the seconds of content that really ran.
 */
import { inField, make, memory } from "../page.ts";
import { clock, say } from "../words.ts";
import { Adaptive } from "./player-adaptive.ts";
import { Controls } from "./player-controls.ts";

export interface Place {
  t: number;
  d: number;
  at: number;
  title: string;
  url: string;
  who?: string; // signed in as
}

/** Where somebody stopped: in which part, at which second, when. */
export interface Stop {
  file: string;
  t: number;
  at: number;
}

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const SPAN_SECONDS = 10;
const KEEP_SECONDS = 5;
const TOO_EARLY_SECONDS = 15; // nobody needs to be led back to the first moments, of a short film a fifth

const tooEarly = (at: number, duration: number): boolean => at < Math.min(TOO_EARLY_SECONDS, (duration || Infinity) * 0.2);
/** Only the last words are left: nothing to come back to; of a short film the last fifth. */
const asGoodAsOver = (at: number, duration: number): boolean => duration - at < Math.min(Math.max(5, duration * 0.03), duration * 0.2);

class Player {
  private readonly media: HTMLMediaElement;
  private readonly sound: boolean;
  private readonly ui: Controls;
  private readonly adaptive: Adaptive | undefined;
  private readonly memoryKey: string;
  private readonly chapters = [...document.querySelectorAll<HTMLAnchorElement>("a[data-start]")];
  private span: { from: number; to: number } | undefined;
  private lastKept = 0;

  constructor(private readonly shell: HTMLElement) {
    this.media = shell.querySelector<HTMLMediaElement>("video, audio")!;
    this.sound = this.media instanceof HTMLAudioElement;
    this.adaptive = shell.dataset.hls ? new Adaptive(this.media, shell.dataset.hls) : undefined;
    this.ui = new Controls(shell, this.media, { toggle: () => this.toggle(), seek: (to) => this.seek(to), adaptive: this.adaptive });
    this.media.controls = false;
    shell.tabIndex = 0;
    const { key, file = "1" } = shell.dataset;
    this.memoryKey = `resume:${key}${file === "1" ? "" : `:${file}`}`;
    this.listen();
    this.linkChapters();
    this.listenToKeys();
    void this.open();
  }

  private tell(name: string, detail?: unknown): void {
    this.shell.dispatchEvent(new CustomEvent(`player:${name}`, { bubbles: true, detail }));
  }

  private toggle(): void {
    if (this.media.paused) void this.play();
    else this.media.pause();
  }

  private async play(): Promise<void> {
    this.ui.wait();
    await this.adaptive?.begin();
    await this.media.play().catch(() => this.ui.wait(false)); // the error event shows why it could not
  }

  private seek(to: number): void {
    const end = Number.isFinite(this.media.duration) ? this.media.duration : Infinity;
    this.media.currentTime = Math.min(Math.max(0, to), end);
  }

  private whenKnown(act: () => void): void {
    if (this.media.readyState >= 1) act();
    else this.media.addEventListener("loadedmetadata", act, { once: true });
  }

  // What really ran, and where it stopped

  private listen(): void {
    const on = (name: string, act: () => void) => this.media.addEventListener(name, act);
    on("play", () => (this.begin(), this.tell("play")));
    on("pause", () => (this.report(), this.keep(), this.tell("pause")));
    on("seeking", () => this.report());
    on("seeked", () => (this.begin(), this.tell("seek", { to: this.media.currentTime })));
    on("emptied", () => this.report());
    on("ratechange", () => (this.report(), this.begin()));
    on("timeupdate", () => this.passed());
    on("ended", () => (memory.drop(this.memoryKey), this.tell("ended"), this.offerNext()));
    this.shell.addEventListener("player:go", (event) => this.go((event as CustomEvent<{ to: number }>).detail.to));
    addEventListener("pagehide", () => (this.report(), this.keep()));
  }

  private begin(): void {
    if (!this.media.paused) this.span ??= { from: this.media.currentTime, to: this.media.currentTime };
  }

  private report(): void {
    if (this.span && this.span.to - this.span.from > 0.2) this.tell("span", { ...this.span, rate: this.media.playbackRate });
    this.span = undefined;
  }

  private passed(): void {
    if (this.span && !this.media.seeking) this.span.to = Math.max(this.span.to, this.media.currentTime);
    if (this.span && this.span.to - this.span.from >= SPAN_SECONDS) {
      this.report();
      this.begin();
    }
    if (Math.abs(this.media.currentTime - this.lastKept) > KEEP_SECONDS) this.keep();
    this.markChapter();
  }

  private keep(): void {
    const { currentTime: now, duration } = this.media;
    if (!this.shell.dataset.key || !duration || now < 1) return;
    this.lastKept = now;
    if (tooEarly(now, duration) || asGoodAsOver(now, duration)) return memory.drop(this.memoryKey);
    const { title = document.title, part, file = "1" } = this.shell.dataset;
    const url = location.pathname + (file === "1" ? "" : `?file=${file}`);
    memory.set(this.memoryKey, { t: now, d: duration, at: Date.now(), title: part ? `${title} · ${part}` : title, url, who: this.shell.dataset.who } satisfies Place);
  }

  /** Opens at the second that was asked for, or offers politely to go on; never plays by itself. */
  private async open(): Promise<void> {
    const learner = this.shell.dataset.learn ? import("./study.ts") : undefined;
    void learner?.then(({ study }) => study(this.shell, this.media));
    const asked = this.shell.dataset.startAt ?? new URLSearchParams(location.search).get("t");
    const place = this.shell.dataset.key ? this.placeAt(this.memoryKey) : null;
    if (asked && Number(asked) >= 0) return this.whenKnown(() => this.seek(Number(asked)));
    const { file = "1", part } = this.shell.dataset;
    const anyPart = Boolean(part) && !new URLSearchParams(location.search).has("file");
    const here = [...(place ? [{ ...place, file }] : []), ...(anyPart ? this.otherParts() : [])];
    const elsewhere = await learner?.then(({ placeOf }) => placeOf(this.shell, anyPart)).catch(() => null);
    const last = [...here, ...(elsewhere ? [elsewhere] : [])].sort((a, b) => b.at - a.at)[0];
    if (!last?.t || !this.media.paused) return;
    if (last.file !== file) this.offerPart(last);
    else if (!tooEarly(last.t, this.media.duration || place?.d || 0)) this.offer(last.t);
  }

  /** Where this device stopped; not what somebody else who was signed in left here. */
  private placeAt(key: string): Place | null {
    const kept = memory.get<Place>(key);
    return kept?.who && kept.who !== this.shell.dataset.who ? null : kept;
  }

  /** The same in the other parts of a course of many; the first part's key begins theirs. */
  private otherParts(): Stop[] {
    return memory.keys(`${this.memoryKey}:`).map((key) => ({ t: 0, at: 0, ...this.placeAt(key), file: key.slice(this.memoryKey.length + 1) }));
  }

  private offerPart({ file, t }: Stop): void {
    const title = document.querySelector(`a[href="?file=${CSS.escape(file)}"] span`)?.textContent;
    if (!title) return; // that part is no more
    const go = make("a", { class: "btn btn-sm btn-primary", href: `?file=${file}&t=${Math.floor(t)}` }, say(this.sound ? "接着听" : "接着看"));
    this.show(say(this.sound ? "上次听到 {time}" : "上次看到 {time}", { time: `${title} ${clock(t)}` }), go);
  }

  private offer(at: number): void {
    const go = make("button", { type: "button", class: "btn btn-sm btn-primary" }, say(this.sound ? "接着听" : "接着看"));
    const anew = make("button", { type: "button", class: "btn btn-sm" }, say(this.sound ? "从头听" : "从头看"));
    go.addEventListener("click", () => this.go(at));
    anew.addEventListener("click", () => this.go(0));
    this.show(say(this.sound ? "上次听到 {time}" : "上次看到 {time}", { time: clock(at) }), go, anew);
  }

  /** What comes after this one stands ready; it begins when somebody wants it. */
  private offerNext(): void {
    const { next, nextTitle } = this.shell.dataset;
    if (!next) return;
    const go = make("a", { class: "btn btn-sm btn-primary", href: next }, say("去下一讲"));
    const again = make("button", { type: "button", class: "btn btn-sm" }, say(this.sound ? "再听一遍" : "再看一遍"));
    again.addEventListener("click", () => this.go(0));
    this.show(say("下一讲：{title}", { title: nextTitle ?? "" }), go, again);
  }

  /** A polite word with its buttons, until it plays. */
  private show(words: string, ...buttons: HTMLElement[]): void {
    const box = make("div", { class: "player-offer", role: "status" }, make("span", {}, words), ...buttons);
    this.media.addEventListener("play", () => box.remove(), { once: true });
    this.shell.querySelector(this.sound ? ".player-face" : ".player-stage")?.append(box);
  }

  // Chapters

  private linkChapters(): void {
    for (const link of this.chapters) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.go(Number(link.dataset.start));
      });
    }
  }

  /** To a second that somebody asked for, and on from there. */
  private go(to: number): void {
    this.whenKnown(() => this.seek(to));
    void this.play();
    this.shell.scrollIntoView({ block: "nearest" });
  }

  private markChapter(): void {
    const here = this.chapters.filter((link) => Number(link.dataset.start) <= this.media.currentTime + 0.2).at(-1);
    for (const link of this.chapters) {
      if (link === here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // Keys

  private readonly keys: Record<string, () => void> = {
    " ": () => this.toggle(),
    k: () => this.toggle(),
    ArrowLeft: () => this.seek(this.media.currentTime - 5),
    ArrowRight: () => this.seek(this.media.currentTime + 5),
    j: () => this.seek(this.media.currentTime - 10),
    l: () => this.seek(this.media.currentTime + 10),
    ArrowUp: () => this.louder(0.1),
    ArrowDown: () => this.louder(-0.1),
    m: () => this.ui.mute(),
    c: () => this.ui.captions(),
    f: () => this.ui.fullscreen(),
    "<": () => this.faster(-1),
    ">": () => this.faster(1),
    Home: () => this.seek(0),
    End: () => this.seek(this.media.duration),
  };

  private listenToKeys(): void {
    const place: HTMLElement | Document = this.shell.dataset.keys === "page" ? document : this.shell;
    place.addEventListener("keydown", (event) => this.pressed(event as KeyboardEvent));
  }

  private pressed(event: KeyboardEvent): void {
    if (!this.shell.isConnected) return; // its page was swapped for the next one
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (inField(target) && !target.matches("input[type=range]")) return;
    if (event.key === " " && target.matches?.("button, a, summary, select")) return; // space presses what has the focus
    if (!this.shell.contains(target) && event.key.startsWith("Arrow")) return; // arrows scroll the page
    const tenth = /^\d$/.test(event.key) ? () => this.seek((this.media.duration * Number(event.key)) / 10) : undefined;
    const act = this.keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? tenth;
    if (!act) return;
    event.preventDefault();
    act();
  }

  private faster(step: number): void {
    const here = SPEEDS.findIndex((one) => one >= this.media.playbackRate);
    this.ui.pace(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, here + step))]!);
    this.ui.say(say("{rate} 倍", { rate: this.media.playbackRate }));
  }

  private louder(step: number): void {
    this.media.volume = Math.min(1, Math.max(0, this.media.volume + step));
    this.media.muted = false;
    this.ui.say(say("音量 {n}%", { n: Math.round(this.media.volume * 100) }));
  }
}

export default (shell: HTMLElement): void => void new Player(shell);
