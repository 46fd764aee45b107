/** The buttons, the bar and the messages of the player; what they do to the media is said in player.ts. */
import { icon, make, reicon } from "../page.ts";
import { clock, say } from "../words.ts";
import { SPEEDS } from "./player.ts";

export interface Controls {
  onPlay(act: () => void): void;
  onSeek(act: (to: number) => void): void;
  onSkip(act: (seconds: number) => void): void;
  mute(): void;
  captions(): void;
  fullscreen(): void;
  say(sentence: string): void;
}

const PATIENCE = 400;

export function controls(shell: HTMLElement, media: HTMLMediaElement, sound: boolean): Controls {
  const button = (name: string, label: string, extra: Record<string, string | boolean> = {}) =>
    make("button", { type: "button", "aria-label": label, title: label, ...extra }, icon(name) as unknown as Node, make("span", { class: "player-word", "aria-hidden": true }, label));
  const play = button("play", say("播放"));
  const back = button("back-10", say("退 10 秒"));
  const on = button("forward-10", say("进 10 秒"));
  const mute = button("volume", say("静音"), { class: "player-less" });
  const captions = button("captions", say("字幕"), { "aria-pressed": "false", hidden: true });
  const apart = button("pip", say("画中画"), { hidden: true, class: "player-less" });
  const full = button("fullscreen", say("全屏"));
  const time = make("span", { class: "player-time", "aria-hidden": true });
  const bar = make("input", { type: "range", min: 0, max: 1000, step: 1, value: 0, "aria-label": say("进度") });
  const speed = make("select", { "aria-label": say("速度"), title: say("速度") }, ...SPEEDS.map((rate) => make("option", { value: rate, selected: rate === 1 }, say("{rate} 倍", { rate }))));
  const big = make("button", { type: "button", class: "player-big", "aria-label": say("播放") }, icon("play"));
  const word = make("div", { class: "player-say", role: "status", hidden: true });
  const row = make("div", { class: "player-controls", role: "group" }, make("div", { class: "player-bar" }, bar, time), play, back, on, make("span", { class: "push" }), mute, captions, speed, apart, sound ? null : full);
  const stage = sound ? (shell.querySelector<HTMLElement>(".player-face .cover") ?? shell) : make("div", { class: "player-stage" });
  if (!sound) {
    media.replaceWith(stage);
    stage.append(media);
  }
  stage.append(big);
  shell.append(row, word);

  const length = () => (Number.isFinite(media.duration) ? media.duration : 0);
  let dragging = false;
  let hush = 0;
  let waiting = 0;

  function tell(sentence: string, stays = false): void {
    clearTimeout(hush);
    word.textContent = sentence;
    word.hidden = !sentence;
    if (sentence && !stays) hush = setTimeout(() => (word.hidden = true), 1200) as unknown as number;
  }
  function showTime(): void {
    const now = dragging ? (Number(bar.value) / 1000) * length() : media.currentTime;
    time.textContent = `${clock(now)} / ${clock(length())}`;
    if (!dragging) bar.value = String(length() ? Math.round((now / length()) * 1000) : 0);
    bar.style.setProperty("--played", `${length() ? (now / length()) * 100 : 0}%`);
    bar.setAttribute("aria-valuetext", say("{now}，共 {all}", { now: clock(now), all: clock(length()) }));
  }
  function showLoaded(): void {
    const ranges = media.buffered;
    for (let index = 0; index < ranges.length; index += 1) {
      if (ranges.start(index) <= media.currentTime + 1 && ranges.end(index) >= media.currentTime) bar.style.setProperty("--loaded", `${(ranges.end(index) / (length() || 1)) * 100}%`);
    }
  }
  function showPlaying(): void {
    const label = say(media.paused ? "播放" : "暂停");
    reicon(play, media.paused ? "play" : "pause");
    for (const one of [play, big]) one.setAttribute("aria-label", label);
    play.title = label;
    play.querySelector(".player-word")!.textContent = label;
    big.hidden = !media.paused;
    shell.classList.toggle("player-playing", !media.paused);
  }
  function showSound(): void {
    const silent = media.muted || media.volume === 0;
    reicon(mute, silent ? "mute" : "volume");
    mute.setAttribute("aria-label", say(silent ? "取消静音" : "静音"));
    mute.querySelector(".player-word")!.textContent = say(silent ? "取消静音" : "静音");
  }

  for (const name of ["timeupdate", "loadedmetadata", "durationchange", "seeked", "ended"]) media.addEventListener(name, showTime);
  for (const name of ["progress", "timeupdate"]) media.addEventListener(name, showLoaded);
  for (const name of ["play", "pause", "ended"]) media.addEventListener(name, showPlaying);
  media.addEventListener("volumechange", showSound);
  media.addEventListener("ratechange", () => (speed.value = String(media.playbackRate)));
  media.addEventListener("waiting", () => (waiting = setTimeout(() => tell(say("正在缓冲"), true), PATIENCE) as unknown as number));
  for (const name of ["playing", "canplay", "pause", "seeked"]) {
    media.addEventListener(name, () => {
      clearTimeout(waiting);
      if (word.textContent === say("正在缓冲")) tell("");
    });
  }
  const source = media.querySelector("source");
  for (const place of [media, source]) {
    place?.addEventListener("error", () => {
      if (shell.querySelector(".player-error")) return;
      clearTimeout(waiting);
      tell("");
      const again = make("button", { type: "button", class: "btn btn-sm" }, say("再试一次"));
      const box = make("p", { class: "player-error", role: "alert" }, say("没能播放。可能是网络断了，请稍后再试。"), " ", again);
      again.addEventListener("click", () => {
        const at = media.currentTime;
        box.remove();
        media.load();
        media.currentTime = at;
        void media.play().catch(() => undefined);
      });
      shell.append(box);
    });
  }

  speed.addEventListener("change", () => (media.playbackRate = Number(speed.value)));
  mute.addEventListener("click", toggleMute);
  function toggleMute(): void {
    media.muted = !media.muted;
    tell(say(media.muted ? "静音" : "取消静音"));
  }

  // captions, picture in picture, full screen: only where they exist
  const tracks = () => [...media.textTracks].filter((track) => track.kind === "captions" || track.kind === "subtitles");
  const showCaptions = () => {
    captions.hidden = !tracks().length;
    captions.setAttribute("aria-pressed", String(tracks().some((track) => track.mode === "showing")));
  };
  function toggleCaptions(): void {
    const all = tracks();
    if (!all.length) return;
    const showing = all.some((track) => track.mode === "showing");
    all.forEach((track, index) => (track.mode = !showing && index === 0 ? "showing" : "hidden"));
    showCaptions();
    tell(say(showing ? "字幕已关" : "字幕已开"));
  }
  captions.addEventListener("click", toggleCaptions);
  media.textTracks.addEventListener("change", showCaptions);
  showCaptions();

  if (media instanceof HTMLVideoElement && document.pictureInPictureEnabled) {
    apart.hidden = false;
    apart.addEventListener("click", () => void (document.pictureInPictureElement ? document.exitPictureInPicture() : media.requestPictureInPicture()).catch(() => undefined));
  }
  function toggleFull(): void {
    if (sound) return;
    const phone = media as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (shell.requestFullscreen) void shell.requestFullscreen().catch(() => undefined);
    else phone.webkitEnterFullscreen?.();
  }
  full.addEventListener("click", toggleFull);
  document.addEventListener("fullscreenchange", () => {
    const label = say(document.fullscreenElement === shell ? "退出全屏" : "全屏");
    full.setAttribute("aria-label", label);
    full.title = label;
    full.querySelector(".player-word")!.textContent = label;
  });

  showTime();
  showPlaying();
  showSound();
  return {
    onPlay(act) {
      for (const one of [play, big]) one.addEventListener("click", act);
      if (!sound) media.addEventListener("click", () => (act(), shell.focus({ preventScroll: true })));
    },
    onSeek(act) {
      bar.addEventListener("input", () => {
        dragging = true;
        showTime();
      });
      bar.addEventListener("change", () => {
        dragging = false;
        act((Number(bar.value) / 1000) * length());
      });
    },
    onSkip(act) {
      back.addEventListener("click", () => act(-10));
      on.addEventListener("click", () => act(10));
    },
    mute: toggleMute,
    captions: toggleCaptions,
    fullscreen: toggleFull,
    say: tell,
  };
}
