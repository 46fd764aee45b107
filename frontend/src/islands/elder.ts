/**
 * The bar of 长辈版: back, zoom of our own, and reading the page aloud by the browser's own voice. While it reads, a tap on a
 * paragraph goes on from there. Buttons for which the browser has no means stay hidden.
 */
import { announce, memory, reicon } from "../page.ts";
import { say } from "../words.ts";

const STEPS = 6;
const READABLE = "h1, h2, h3, h4, p, li, dt, dd, figcaption, caption, th, td, .door, summary, label";

export default function elder(bar: HTMLElement): void {
  bar.querySelector("[data-back]")?.addEventListener("click", (event) => {
    if (history.length < 2 || !document.referrer.startsWith(location.origin)) return;
    event.preventDefault();
    history.back();
  });
  zoom(bar);
  if ("speechSynthesis" in window) reading(bar.querySelector<HTMLButtonElement>("[data-read]")!);
}

function zoom(bar: HTMLElement): void {
  const root = document.documentElement;
  const buttons = [...bar.querySelectorAll<HTMLButtonElement>("[data-zoom-by]")];
  const now = () => Number(root.dataset.zoom ?? 0);
  const set = (step: number) => {
    root.dataset.zoom = String(step);
    memory.set("zoom", step);
    for (const button of buttons) button.disabled = step + Number(button.dataset.zoomBy) < 0 || step + Number(button.dataset.zoomBy) > STEPS;
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => set(Math.min(STEPS, Math.max(0, now() + Number(button.dataset.zoomBy)))));
  }
  set(now());
}

function reading(button: HTMLButtonElement): void {
  const voice = window.speechSynthesis;
  let pieces: HTMLElement[] = [];
  let at = -1;

  button.hidden = false;
  button.addEventListener("click", () => (at >= 0 ? stop() : begin()));
  addEventListener("pagehide", () => voice.cancel());
  document.addEventListener("click", (event) => {
    if (at < 0 || !(event.target instanceof Element) || event.target.closest("a, button, input, .elder-bar")) return;
    const there = pieces.findIndex((piece) => piece.contains(event.target as Node));
    if (there >= 0) read(there);
  });

  function begin(): void {
    const main = document.querySelector("main")!;
    pieces = [...main.querySelectorAll<HTMLElement>(READABLE)].filter(
      (piece) => piece.offsetParent && piece.innerText.trim() && !piece.querySelector(READABLE) && !piece.closest(".player, [aria-hidden=true], .visually-hidden"),
    );
    const seen = pieces.findIndex((piece) => piece.getBoundingClientRect().bottom > 80);
    show(true);
    read(Math.max(0, seen));
  }
  function read(index: number): void {
    voice.cancel();
    mark(-1);
    const piece = pieces[index];
    if (!piece) return stop();
    at = index;
    mark(index);
    const words = new SpeechSynthesisUtterance(piece.innerText);
    words.lang = document.documentElement.lang.startsWith("en") ? "en" : "zh-CN";
    words.rate = 0.9;
    words.onend = () => at === index && read(index + 1);
    words.onerror = (event) => event.error !== "canceled" && event.error !== "interrupted" && stop();
    voice.speak(words);
  }
  function stop(): void {
    at = -1;
    voice.cancel();
    mark(-1);
    show(false);
  }
  function mark(index: number): void {
    for (const piece of pieces) piece.classList.remove("reading");
    pieces[index]?.classList.add("reading");
    pieces[index]?.scrollIntoView({ block: "nearest" });
  }
  function show(on: boolean): void {
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span")!.textContent = say(on ? "停止" : "朗读");
    reicon(button.querySelector(".icon"), on ? "stop" : "speak");
    announce(on ? "" : say("停止"));
  }
}
