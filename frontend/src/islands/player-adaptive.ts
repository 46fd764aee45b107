/**
 * Adaptive playback, from the first play on. The progressive file is there before, and again when anything goes wrong: no film
 * stays dark because a playlist does. Where a browser lets scripts feed it, hls.js does: it begins with the lowest rung and has the
 * first two seconds at hand before play is pressed. Only pages with such a film ever fetch it. The others read HLS by themselves.
 */
import type Hls from "hls.js";

const READS_HLS = "application/vnd.apple.mpegurl";
const IDLE = 2000;

export class Adaptive {
  private readonly film: string;
  private readonly sound: string;
  private readonly plain: { src: string; type: string };
  private engine: Hls | undefined;
  private at = ""; // what plays now; empty: the progressive file
  private ready = false; // the engine waits at the beginning of the film
  private broken = false;

  constructor(private readonly media: HTMLMediaElement, address: string) {
    this.film = address;
    this.sound = address.replace(/master\.m3u8$/, "sound.m3u8");
    const source = media.querySelector("source");
    this.plain = { src: source?.src ?? media.src, type: source?.type ?? "" };
    if (!this.native) setTimeout(() => void this.prepare().catch(() => undefined), IDLE); // so that play need not wait for it
  }

  private get native(): boolean {
    return !("MediaSource" in window) && this.media.canPlayType(READS_HLS) !== "";
  }

  /** Library, playlists and the first part of the lowest rung; who saves data gets the library alone. */
  private async prepare(): Promise<void> {
    const Library = await this.library();
    const thrifty = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
    if (this.engine || this.broken || thrifty || this.media.currentTime || !Library.isSupported()) return;
    this.engine = this.make(Library, this.film, 0);
    this.ready = true;
  }

  private library(): Promise<typeof Hls> {
    return import("hls.js/light").then((module) => module.default);
  }

  /** It has not begun: whether the progressive file is there does not matter yet. */
  get waits(): boolean {
    return !this.at && !this.broken;
  }

  get listening(): boolean {
    return this.at === this.sound;
  }

  /** Before the first play: leave the progressive file. Resolves when play may be called. */
  async begin(): Promise<void> {
    if (!this.at && !this.broken) await this.open(this.film);
  }

  /** Only the sound, for thin lines, or pictures again; the second stays. */
  async listen(only: boolean): Promise<void> {
    await this.open(only ? this.sound : this.film);
  }

  private async open(address: string): Promise<void> {
    const { currentTime, paused, playbackRate } = this.media;
    this.at = address;
    try {
      if (this.native) this.hand(address, currentTime);
      else await this.attach(address, currentTime);
    } catch {
      this.fall();
    }
    this.media.playbackRate = playbackRate;
    if (!paused) void this.media.play().catch(() => undefined);
  }

  private hand(address: string, second: number): void {
    this.media.src = address;
    this.media.currentTime = second;
  }

  private async attach(address: string, second: number): Promise<void> {
    const Library = await this.library();
    if (!Library.isSupported()) {
      this.fall();
      return;
    }
    if (!this.ready || address !== this.film || second > 1) {
      this.engine?.destroy();
      this.engine = this.make(Library, address, second);
    }
    this.ready = false;
    this.engine!.attachMedia(this.media);
  }

  private make(Library: typeof Hls, address: string, second: number): Hls {
    const engine = new Library({
      startLevel: 0, startPosition: second, startFragPrefetch: true, maxBufferLength: 30, capLevelToPlayerSize: true, enableWorker: false,
    });
    engine.on(Library.Events.ERROR, (_, error) => {
      if (error.fatal && this.engine === engine && !this.fall()) this.drop();
    });
    engine.loadSource(address);
    return engine;
  }

  private drop(): void {
    this.engine?.destroy();
    this.engine = undefined;
    this.ready = false;
  }

  /** Back to the progressive file, at the same second; true where there was anything to fall back from. */
  fall(): boolean {
    if (this.broken || !this.at) return false;
    this.broken = true;
    const { currentTime, paused, playbackRate } = this.media;
    this.drop();
    this.at = "";
    this.media.src = this.plain.src;
    this.media.currentTime = currentTime;
    this.media.playbackRate = playbackRate;
    if (!paused) void this.media.play().catch(() => undefined);
    return true;
  }
}
