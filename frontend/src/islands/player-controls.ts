/** The buttons, the bar and the messages of the player; what they do to the media is said in player.ts. */
import { icon, make, memory, reicon } from "../page.ts";
import { clock, say } from "../words.ts";
import { SPEEDS } from "./player.ts";
import type { Adaptive } from "./player-adaptive.ts";
import { Preview } from "./player-preview.ts";

const PATIENCE = 400;
const LONG_PATIENCE = 8000;
const MESSAGE_STAYS = 1200;
const CAPTIONS = "captions";
const CAPTION_SIZE = "caption-size";
const SPEED = "speed";

const ELDER = document.documentElement.dataset.elder !== undefined;
const OFFLINE = "网络断了。连上以后，会从这里接着放。";
const MISSING = "这个文件现在放不了，是平台的问题，不是您的设备坏了。";
const BROKEN = "这个浏览器放不了这个文件。可以换一个浏览器，或下载后观看。";
const UNKNOWN = "没能播放。可能是网络断了，请稍后再试。";

interface Acts {
  toggle(): void;
  seek(to: number): void;
  adaptive: Adaptive | undefined;
}

function button(name: string, label: string, extra: Record<string, string | boolean> = {}): HTMLButtonElement {
  return make("button", { type: "button", "aria-label": label, title: label, ...extra }, icon(name), make("span", { class: "player-word", "aria-hidden": true }, label));
}

function relabel(one: HTMLElement, label: string): void {
  one.setAttribute("aria-label", label);
  one.title = label;
  const word = one.querySelector(".player-word");
  if (word) word.textContent = label;
}

export class Controls {
  private readonly sound: boolean;
  private readonly playButton = button("play", say("播放"));
  private readonly muteButton = button("volume", say("静音"), { class: "player-less" });
  private readonly captionsButton = button("captions", say("字幕"), { "aria-pressed": "false", hidden: true });
  private readonly captionSize = make("select", { class: "player-caption-size", "aria-label": say("字幕大小"), title: say("字幕大小"), hidden: true }, ...["标准字幕", "大字幕", "特大字幕"].map((name, value) => make("option", { value }, say(name))));
  private readonly listenButton = button("audio", say("只听声音"), { "aria-pressed": "false", hidden: true });
  private readonly apartButton = button("pip", say("画中画"), { hidden: true, class: "player-less" });
  private readonly fullButton = button("fullscreen", say("全屏"));
  private readonly big = make("button", { type: "button", class: "player-big", tabindex: -1, "aria-hidden": true }, icon("play")); // for pointers; the row has the same one with its word
  private readonly time = make("span", { class: "player-time", "aria-hidden": true });
  private readonly bar = make("input", { type: "range", min: 0, max: 1000, step: 1, value: 0, "aria-label": say("进度") });
  private readonly speed = make("select", { "aria-label": say("速度"), title: say("速度") }, ...SPEEDS.map((rate) => make("option", { value: rate, selected: rate === 1 }, say(ELDER ? "{rate} 倍速" : "{rate} 倍", { rate }))));
  private readonly word = make("div", { class: "player-say", role: "status", hidden: true });
  private dragging = false;
  private hush = 0;
  private waiting = 0;
  private waits = false; // and says so

  constructor(private readonly shell: HTMLElement, private readonly media: HTMLMediaElement, private readonly acts: Acts) {
    this.sound = media instanceof HTMLAudioElement;
    this.build();
    this.listen();
    this.listenToBar();
    this.listenToTrouble();
    this.offerCaptions();
    this.offerScreens();
    this.offerListening();
    new Preview(shell, this.bar, () => this.length);
    this.showTime();
    this.showPlaying();
    this.showSound();
  }

  private build(): void {
    const stage = this.shell.querySelector(this.sound ? ".player-face .cover" : ".player-stage") ?? this.shell; // a film that is moved while it loads never tells that it failed
    if (!this.sound) this.media.addEventListener("click", () => (this.acts.toggle(), this.shell.focus({ preventScroll: true })));
    stage.append(this.big);
    this.big.addEventListener("click", () => this.shell.focus({ preventScroll: true })); // it vanishes, and the keys with it
    const back = button("back-10", say("退 10 秒"));
    const on = button("forward-10", say("进 10 秒"));
    back.addEventListener("click", () => this.acts.seek(this.media.currentTime - 10));
    on.addEventListener("click", () => this.acts.seek(this.media.currentTime + 10));
    for (const one of [this.playButton, this.big]) one.addEventListener("click", () => this.acts.toggle());
    this.muteButton.addEventListener("click", () => this.mute());
    this.speed.addEventListener("change", () => this.pace(Number(this.speed.value)));
    const known = memory.get<number>(SPEED);
    if (known && SPEEDS.includes(known)) this.pace(known);
    const right = [this.muteButton, this.captionsButton, this.captionSize, this.listenButton, this.speed, this.apartButton, this.sound ? null : this.fullButton];
    const row = make("div", { class: "player-controls" }, make("div", { class: "player-bar" }, this.bar, this.time), this.playButton, back, on, make("span", { class: "push" }), ...right);
    this.shell.append(row, this.word);
  }

  private listen(): void {
    const on = (names: string, act: () => void) => names.split(" ").forEach((name) => this.media.addEventListener(name, act));
    on("timeupdate loadedmetadata durationchange seeked ended", () => this.showTime());
    on("progress timeupdate", () => this.showLoaded());
    on("play pause ended", () => this.showPlaying());
    on("volumechange", () => this.showSound());
    on("ratechange", () => (this.speed.value = String(this.media.playbackRate)));
    on("waiting", () => this.wait());
    on("playing canplay pause seeked", () => this.wait(false));
  }

  /** What one waits for, said as long as it lasts. */
  wait(waits = true): void {
    clearTimeout(this.waiting);
    if (!waits) return this.waits ? this.say("") : undefined;
    const tell = (words: string) => (this.say(say(navigator.onLine ? words : "网络断了，连上以后接着放"), true), (this.waits = true));
    const long = () => tell(this.listenButton.hidden || this.acts.adaptive?.listening ? "网络慢，还在等" : "网络慢，还在等。可以改成“只听声音”");
    const short = () => (tell("正在缓冲"), (this.waiting = setTimeout(long, LONG_PATIENCE) as unknown as number));
    this.waiting = setTimeout(short, PATIENCE) as unknown as number;
  }

  private listenToBar(): void {
    this.bar.addEventListener("input", () => {
      this.dragging = true;
      this.showTime();
    });
    this.bar.addEventListener("change", () => {
      this.dragging = false;
      this.acts.seek((Number(this.bar.value) / 1000) * this.length);
    });
  }

  private listenToTrouble(): void {
    for (const place of [this.media, this.media.querySelector("source")]) place?.addEventListener("error", () => this.trouble());
    if (this.media.error || this.media.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) this.trouble(); // before this script was here
  }

  private trouble(): void {
    if (this.acts.adaptive?.waits || this.acts.adaptive?.fall() || this.shell.querySelector(".player-error")) return;
    this.wait(false);
    const words = make("span", {});
    const again = make("button", { type: "button", class: "btn btn-sm" }, say("再试一次"));
    const box = make("div", { class: "player-error", role: "alert" }, words, again);
    const begun = this.media.currentTime > 0 || !this.media.paused;
    const retry = (plays: boolean) => {
      const at = this.media.currentTime;
      removeEventListener("online", back);
      box.remove();
      this.media.load();
      this.media.currentTime = at;
      if (plays) void this.media.play().catch(() => undefined);
    };
    const back = () => retry(begun); // nothing begins that nobody began
    again.addEventListener("click", () => retry(true));
    addEventListener("online", back);
    this.shell.append(box);
    void this.cause().then((cause) => {
      words.textContent = say(cause);
      if (cause === BROKEN) box.append(make("a", { class: "btn btn-sm", href: this.media.currentSrc, download: true }, say("下载后观看")));
      if (cause !== OFFLINE && this.shell.dataset.report) box.append(make("a", { class: "btn btn-sm", href: this.shell.dataset.report }, say("报告问题")));
    });
  }

  /** Whose fault it is, as far as it can be known from here. */
  private async cause(): Promise<string> {
    if (!navigator.onLine) return OFFLINE;
    const answer = await fetch(this.media.currentSrc, { method: "HEAD", credentials: "same-origin" }).catch(() => null);
    if (!answer) return UNKNOWN;
    return answer.ok ? BROKEN : MISSING;
  }

  // What is shown

  private get length(): number {
    return Number.isFinite(this.media.duration) ? this.media.duration : 0;
  }

  /** What a key just did, for the eye and for those who listen. */
  say(sentence: string, stays = false): void {
    clearTimeout(this.hush);
    this.waits = false;
    this.word.textContent = sentence;
    this.word.hidden = !sentence;
    if (sentence && !stays) this.hush = setTimeout(() => (this.word.hidden = true), MESSAGE_STAYS) as unknown as number;
  }

  private showTime(): void {
    const now = this.dragging ? (Number(this.bar.value) / 1000) * this.length : this.media.currentTime;
    const part = this.length ? now / this.length : 0;
    const all = clock(Math.round(this.length)); // as the page says it: 7.97 s are 0:08
    this.time.textContent = `${this.media.ended ? all : clock(now)} / ${all}`;
    if (!this.dragging) this.bar.value = String(Math.round(part * 1000));
    this.bar.style.setProperty("--played", `${part * 100}%`);
    this.bar.setAttribute("aria-valuetext", say("{now}，共 {all}", { now: clock(now), all }));
  }

  private showLoaded(): void {
    const { buffered, currentTime } = this.media;
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) > currentTime + 1 || buffered.end(index) < currentTime) continue;
      this.bar.style.setProperty("--loaded", `${(buffered.end(index) / (this.length || 1)) * 100}%`);
    }
  }

  private showPlaying(): void {
    const label = say(this.media.paused ? "播放" : "暂停");
    reicon(this.playButton, this.media.paused ? "play" : "pause");
    relabel(this.playButton, label);
    this.big.hidden = !this.media.paused;
    this.shell.classList.toggle("player-playing", !this.media.paused);
  }

  private showSound(): void {
    const silent = this.media.muted || this.media.volume === 0;
    reicon(this.muteButton, silent ? "mute" : "volume");
    relabel(this.muteButton, say(silent ? "取消静音" : "静音"));
  }

  /** As fast from now on, this film and the next. */
  pace(rate: number): void {
    this.media.defaultPlaybackRate = rate; // what loading falls back to
    this.media.playbackRate = rate;
    memory.set(SPEED, rate);
  }

  // What not every film or browser has

  mute(): void {
    this.media.muted = !this.media.muted;
    this.say(say(this.media.muted ? "静音" : "取消静音"));
  }

  private get tracks(): TextTrack[] {
    return [...this.media.textTracks].filter((track) => track.kind === "captions" || track.kind === "subtitles");
  }

  private offerCaptions(): void {
    this.captionsButton.addEventListener("click", () => this.captions());
    this.media.textTracks.addEventListener("change", () => this.showCaptions());
    this.captionSize.value = String(memory.get<number>(CAPTION_SIZE) ?? (ELDER ? 1 : 0));
    if (memory.get(CAPTIONS) && this.tracks[0]) this.tracks[0].mode = "showing";
    this.captionSize.addEventListener("change", () => (memory.set(CAPTION_SIZE, Number(this.captionSize.value)), this.showCaptions()));
    this.showCaptions();
  }

  private showCaptions(): void {
    const showing = this.tracks.some((track) => track.mode === "showing");
    this.captionsButton.hidden = !this.tracks.length;
    this.captionSize.hidden = !showing;
    this.captionsButton.setAttribute("aria-pressed", String(showing));
    this.shell.dataset.captionSize = this.captionSize.value;
  }

  captions(): void {
    if (!this.tracks.length) return;
    const showing = this.tracks.some((track) => track.mode === "showing");
    this.tracks.forEach((track, index) => (track.mode = !showing && index === 0 ? "showing" : "hidden"));
    memory.set(CAPTIONS, !showing);
    this.showCaptions();
    this.say(say(showing ? "字幕已关" : "字幕已开"));
  }

  /** For thin lines: the sound goes on without the picture, at the same second. */
  private offerListening(): void {
    const { adaptive } = this.acts;
    if (!adaptive || this.sound) return;
    this.listenButton.hidden = false;
    this.listenButton.addEventListener("click", () => {
      void adaptive.listen(!adaptive.listening).then(() => {
        this.listenButton.setAttribute("aria-pressed", String(adaptive.listening));
        this.shell.classList.toggle("player-listening", adaptive.listening);
        this.say(say(adaptive.listening ? "只听声音，省流量" : "恢复画面"));
      });
    });
    this.shell.querySelector(".player-stage")?.append(make("p", { class: "player-only-sound", "aria-hidden": true }, icon("audio"), say("只听声音，省流量")));
  }

  private offerScreens(): void {
    const { media } = this;
    if (media instanceof HTMLVideoElement && document.pictureInPictureEnabled) {
      this.apartButton.hidden = false;
      this.apartButton.addEventListener("click", () => void (document.pictureInPictureElement ? document.exitPictureInPicture() : media.requestPictureInPicture()).catch(() => undefined));
    }
    this.fullButton.addEventListener("click", () => this.fullscreen());
    document.addEventListener("fullscreenchange", () => relabel(this.fullButton, say(document.fullscreenElement === this.shell ? "退出全屏" : "全屏")));
  }

  fullscreen(): void {
    if (this.sound) return;
    const phone = this.media as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.shell.requestFullscreen) void this.shell.requestFullscreen().then(() => this.lieDown()).catch(() => undefined);
    else phone.webkitEnterFullscreen?.();
  }

  /** A telephone held upright shows a broad film no larger in full screen, unless the picture turns. */
  private async lieDown(): Promise<void> {
    const { videoWidth, videoHeight } = this.media as HTMLVideoElement;
    const turning = screen.orientation as (ScreenOrientation & { lock?: (way: string) => Promise<void> }) | undefined;
    if (videoWidth > videoHeight) await turning?.lock?.("landscape");
  }
}
