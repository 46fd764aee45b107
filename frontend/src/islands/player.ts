/**
 * An accessible shell around the browser's own `<video>` or `<audio>`; without a script its own controls are there.
 *
 * `.player[data-key]` names the resource for resuming on this device; `data-start-at` opens at a second (a hit in the captions), as
 * `?t=95` does. Links with `data-start` anywhere on the page are chapters. Keys, while the focus is inside (on the whole page with
 * `data-keys="page"`): space or K play, ← → 5 s, J L 10 s, ↑ ↓ volume, M mute, C captions, F full screen, < > speed, 0–9 tenths.
 * Nothing is sent anywhere; listeners get `player:play`, `player:pause`, `player:ended`, `player:seek` and, every 10 s and at each
 * stop, `player:span` with `{from, to, rate}`, the seconds of content that really ran.
 */
import { inField, make, memory } from "../page.ts";
import { clock, say } from "../words.ts";
import { controls, type Controls } from "./player-controls.ts";

export interface Place {
  t: number;
  d: number;
  at: number;
  title: string;
  url: string;
}

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const SPAN_SECONDS = 10;

export default function player(shell: HTMLElement): void {
  const media = shell.querySelector<HTMLMediaElement>("video, audio")!;
  const sound = media instanceof HTMLAudioElement;
  const ui: Controls = controls(shell, media, sound);
  media.controls = false;
  shell.tabIndex = 0;
  const memoryKey = `resume:${shell.dataset.key}`;
  const chapters = [...document.querySelectorAll<HTMLAnchorElement>("a[data-start]")];
  let span: { from: number; to: number } | undefined;
  let lastKept = 0;

  const tell = (name: string, detail?: unknown) => shell.dispatchEvent(new CustomEvent(`player:${name}`, { bubbles: true, detail }));
  const seek = (to: number) => {
    const end = Number.isFinite(media.duration) ? media.duration : Infinity;
    media.currentTime = Math.min(Math.max(0, to), end);
  };
  const toggle = () => (media.paused ? void media.play().catch(() => undefined) : media.pause());
  const speed = (step: number) => {
    const here = SPEEDS.findIndex((one) => one >= media.playbackRate);
    media.playbackRate = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, here + step))]!;
    ui.say(say("{rate} 倍", { rate: media.playbackRate }));
  };
  const louder = (step: number) => {
    media.volume = Math.min(1, Math.max(0, media.volume + step));
    media.muted = false;
    ui.say(say("音量 {n}%", { n: Math.round(media.volume * 100) }));
  };

  ui.onPlay(toggle);
  ui.onSeek(seek);
  ui.onSkip((seconds) => seek(media.currentTime + seconds));

  // what really ran
  const report = () => {
    if (span && span.to - span.from > 0.2) tell("span", { ...span, rate: media.playbackRate });
    span = undefined;
  };
  media.addEventListener("play", () => (span ??= { from: media.currentTime, to: media.currentTime }, tell("play")));
  media.addEventListener("pause", () => (report(), keep(), tell("pause")));
  media.addEventListener("seeking", () => report());
  media.addEventListener("seeked", () => {
    if (!media.paused) span = { from: media.currentTime, to: media.currentTime };
    tell("seek", { to: media.currentTime });
  });
  media.addEventListener("ratechange", () => {
    report();
    if (!media.paused) span = { from: media.currentTime, to: media.currentTime };
  });
  media.addEventListener("timeupdate", () => {
    if (span && !media.seeking) span.to = Math.max(span.to, media.currentTime);
    if (span && span.to - span.from >= SPAN_SECONDS) {
      report();
      span = { from: media.currentTime, to: media.currentTime };
    }
    if (Math.abs(media.currentTime - lastKept) > 5) keep();
    markChapter();
  });
  media.addEventListener("ended", () => (memory.drop(memoryKey), tell("ended")));
  addEventListener("pagehide", () => (report(), keep()));

  // resume on this device
  function keep(): void {
    if (!shell.dataset.key || !media.duration || media.currentTime < 1) return;
    lastKept = media.currentTime;
    const done = media.currentTime > media.duration - Math.max(5, media.duration * 0.03);
    if (media.currentTime < 15 || done) return memory.drop(memoryKey);
    memory.set(memoryKey, { t: media.currentTime, d: media.duration, at: Date.now(), title: shell.dataset.title ?? document.title, url: shell.dataset.url ?? location.pathname } satisfies Place);
  }
  const asked = Number(shell.dataset.startAt ?? new URLSearchParams(location.search).get("t") ?? 0);
  const place = shell.dataset.key ? memory.get<Place>(memoryKey) : null;
  if (asked > 0) whenKnown(() => seek(asked));
  else if (place && place.t > 15) offer(place.t);

  function offer(at: number): void {
    const go = make("button", { type: "button", class: "btn btn-sm btn-primary" }, say(sound ? "接着听" : "接着看"));
    const anew = make("button", { type: "button", class: "btn btn-sm" }, say(sound ? "从头听" : "从头看"));
    const box = make("div", { class: "player-offer", role: "status" }, make("span", {}, say(sound ? "上次听到 {time}" : "上次看到 {time}", { time: clock(at) })), go, anew);
    const start = (from: number) => {
      box.remove();
      whenKnown(() => seek(from));
      void media.play().catch(() => undefined);
    };
    go.addEventListener("click", () => start(at));
    anew.addEventListener("click", () => start(0));
    media.addEventListener("play", () => box.remove(), { once: true });
    shell.querySelector(".player-controls")!.before(box);
  }
  function whenKnown(act: () => void): void {
    if (media.readyState >= 1) act();
    else media.addEventListener("loadedmetadata", act, { once: true });
  }

  // chapters
  for (const link of chapters) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      whenKnown(() => seek(Number(link.dataset.start)));
      void media.play().catch(() => undefined);
      shell.scrollIntoView({ block: "nearest" });
    });
  }
  function markChapter(): void {
    const here = chapters.filter((link) => Number(link.dataset.start) <= media.currentTime + 0.2).at(-1);
    for (const link of chapters) {
      if (link === here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // keys
  const keys: Record<string, () => void> = {
    " ": toggle, k: toggle,
    ArrowLeft: () => seek(media.currentTime - 5), ArrowRight: () => seek(media.currentTime + 5),
    j: () => seek(media.currentTime - 10), l: () => seek(media.currentTime + 10),
    ArrowUp: () => louder(0.1), ArrowDown: () => louder(-0.1),
    m: () => ui.mute(), c: () => ui.captions(), f: () => ui.fullscreen(),
    "<": () => speed(-1), ">": () => speed(1),
    Home: () => seek(0), End: () => seek(media.duration),
  };
  (shell.dataset.keys === "page" ? document : shell).addEventListener("keydown", ((event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const slider = target.matches?.("input[type=range]");
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || (inField(target) && !slider) || document.querySelector("dialog[open]")) return;
    if (event.key === " " && target.matches?.("button, a, summary, select")) return; // space presses what has the focus
    if (!shell.contains(target) && event.key.startsWith("Arrow")) return; // arrows scroll the page
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? (/^\d$/.test(event.key) ? () => seek((media.duration * Number(event.key)) / 10) : undefined);
    if (!act) return;
    event.preventDefault();
    act();
  }) as EventListener);
}
