/**
 * The bar of 长辈版: back, zoom of our own, and reading the page aloud by the browser's own voice. While it reads, a tap on a
 * paragraph goes on from there. Buttons for which the browser has no means stay hidden; a device without a voice is told of in words.
 */
import { make, memory, reicon } from "../page.ts";
import { say } from "../words.ts";

const STEPS = 6;
const VOICE_MS = 2500; // a voice that has not begun by then is not there
const READABLE = "h1, h2, h3, h4, p, li, dt, dd, figcaption, caption, th, td, .door, summary, label";

export default function elder(bar: HTMLElement): void {
  bar.querySelector("[data-back]")?.addEventListener("click", (event) => {
    if (history.length < 2 || !document.referrer.startsWith(location.origin)) return;
    event.preventDefault();
    history.back();
  });
  zoom(bar);
  if ("speechSynthesis" in window) new Reader(bar.querySelector<HTMLButtonElement>("[data-read]")!);
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

class Reader {
  private readonly voice = window.speechSynthesis;
  private pieces: HTMLElement[] = [];
  private at = -1;
  private patience = 0;
  private said: HTMLElement | undefined;

  constructor(private readonly button: HTMLButtonElement) {
    button.hidden = false;
    button.addEventListener("click", () => (this.at >= 0 ? this.stop() : this.begin()));
    addEventListener("pagehide", () => this.voice.cancel());
    document.addEventListener("click", (event) => this.tapped(event.target as Element));
  }

  private tapped(target: Element): void {
    if (this.at < 0 || target.closest("a, button, input, .elder-bar")) return;
    const there = this.pieces.findIndex((piece) => piece.contains(target));
    if (there >= 0) this.read(there);
  }

  private begin(): void {
    this.said?.remove();
    const voices = this.voice.getVoices();
    if (voices.length && !voices.some((one) => (this.english ? /^en/i : /^(zh|cmn|yue)/i).test(one.lang))) return this.tell();
    const silent = ".player, [aria-hidden=true], .visually-hidden";
    this.pieces = [...document.querySelectorAll<HTMLElement>(`main :is(${READABLE})`)].filter(
      (piece) => piece.offsetParent && piece.innerText.trim() && !piece.querySelector(READABLE) && !piece.closest(silent),
    );
    const seen = this.pieces.findIndex((piece) => piece.getBoundingClientRect().bottom > 80);
    this.show(true);
    this.read(Math.max(0, seen));
  }

  private read(index: number): void {
    this.voice.cancel();
    const piece = this.pieces[index];
    if (!piece) return this.stop();
    this.at = index;
    this.mark(piece);
    const words = new SpeechSynthesisUtterance(piece.innerText);
    words.lang = this.english ? "en" : "zh-CN";
    words.rate = 0.9;
    words.onstart = () => clearTimeout(this.patience);
    words.onend = () => this.at === index && this.read(index + 1);
    words.onerror = (event) => event.error !== "canceled" && event.error !== "interrupted" && this.tell();
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.voice.getVoices().length || this.tell(), VOICE_MS) as unknown as number;
    this.voice.speak(words);
  }

  private get english(): boolean {
    return document.documentElement.lang.startsWith("en");
  }

  /** In the bar, above its buttons: nothing pops up and nothing goes away by itself. */
  private tell(): void {
    this.stop();
    const done = make("button", { type: "button" }, say("知道了"));
    this.said = make("p", { class: "elder-said", role: "status" }, say("这台设备没有能朗读的声音。请在系统设置的“文字转语音”里添加中文语音，再按朗读。"), done);
    done.addEventListener("click", () => (this.said?.remove(), this.button.focus()));
    this.button.parentElement!.prepend(this.said);
  }

  private stop(): void {
    clearTimeout(this.patience);
    this.at = -1;
    this.voice.cancel();
    this.mark(null);
    this.show(false);
  }

  private mark(piece: HTMLElement | null): void {
    document.querySelector(".reading")?.classList.remove("reading");
    piece?.classList.add("reading");
    piece?.scrollIntoView({ block: "nearest" });
  }

  private show(on: boolean): void {
    this.button.setAttribute("aria-pressed", String(on));
    this.button.querySelector("span")!.textContent = say(on ? "停止" : "朗读");
    reicon(this.button.querySelector(".icon"), on ? "stop" : "speak");
  }
}
