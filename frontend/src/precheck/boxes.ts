/** The boxes of an MP4 or MOV (ISO/IEC 14496-12): the browser's half of lifelong/media/probe/boxes.py, compared by a test. */
import { soundOf, pictureOf, type Picture, type SoundTrack } from "./codecs.ts";
import { text, u16, u32, u64, u8, type BoxFacts, type Source } from "./source.ts";

const INDEX_BYTES = 96 << 20; // a longer moov is left to the server
const FRAGMENT_BYTES = 16 << 20;
const TOP_BOXES = 20_000;
const INSIDE = ["trak", "mdia", "minf", "stbl", "mvex", "edts"];

/** How the frames of a track follow one another: lengths in ticks of its clock, and how many frames have each. */
export class Spacing {
  often = new Map<number, number>();
  first: number | null = null;
  last = 0;

  add(length: number, count = 1): void {
    this.often.set(length, (this.often.get(length) ?? 0) + count);
    this.first ??= length;
    this.last = length;
  }

  get frames(): number {
    return [...this.often.values()].reduce((sum, count) => sum + count, 0);
  }

  get ticks(): number {
    return [...this.often].reduce((sum, [length, count]) => sum + length * count, 0);
  }

  get common(): number {
    return [...this.often].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0] as [number, number])[0];
  }

  rate(timescale: number): string | null {
    let { frames, ticks } = this;
    const common = this.common;
    for (const end of [this.first ?? 0, this.last]) {
      if (end !== common && end < 4 * common && frames > 2) {
        frames -= 1;
        ticks -= end;
      }
    }
    return frames && ticks > 0 && timescale ? `${frames * timescale}/${ticks}` : null;
  }

  nominal(timescale: number): string | null {
    return this.common && timescale ? `${timescale}/${this.common}` : null;
  }

  get variable(): boolean {
    const between = new Map(this.often);
    for (const end of [this.first, this.last]) if (end !== null && between.get(end)) between.set(end, between.get(end)! - 1);
    const lengths = [...between].filter(([, count]) => count > 0).map(([length]) => length);
    return lengths.length > 0 && Math.max(...lengths) - Math.min(...lengths) > Math.max(2, Math.floor(this.common / 10));
  }
}

export class Track {
  number = 0;
  kind = "";
  tag = "";
  enabled = false;
  encrypted = false;
  rotation = 0;
  shownWidth = 0;
  shownHeight = 0;
  timescale = 0;
  ticks = 0;
  language = "und";
  spacing = new Spacing();
  bytes = 0;
  lastChunk = 0;
  defaultLength = 0;
  picture: Picture | null = null;
  sound: SoundTrack | null = null;
}

export interface Movie {
  boxes: BoxFacts;
  tracks: Track[];
  hasIndex: boolean;
  indexWhole: boolean;
}

interface Length {
  seconds: number | null;
  ofAll: boolean;
}

/** Walks the file; null where it is too long to be looked at here. */
export async function walk(source: Source): Promise<Movie | null> {
  const tracks = new Map<number, Track>();
  let length: Length = { seconds: null, ofAll: false };
  let brands: string[] = [];
  let indexAt: number | null = null;
  let mediaAt: number | null = null;
  let fragmented = false;
  let indexWhole = true;
  let begun = false;
  let reach = 0;
  let at = 0;
  for (let met = 0; ; met += 1) {
    if (met > TOP_BOXES) return null;
    const head = at < source.size ? await source.at(at, 16) : new Uint8Array();
    if (head.length < 8) break;
    let size = u32(head, 0);
    let body = at + 8;
    if (size === 1 && head.length === 16) {
      size = u64(head, 8);
      body = at + 16;
    } else if (size === 0) size = source.size - at;
    if (size < body - at || !u32(head, 4)) break;
    const kind = text(head, 4, 8);
    const end = at + size;
    reach = Math.max(reach, end);
    if (kind === "ftyp" && !brands.length) brands = brandsOf(await source.at(body, Math.min(end - body, 512)));
    else if (kind === "moov" && indexAt === null) {
      if (end - body > INDEX_BYTES) return null;
      [indexAt, indexWhole] = [at, end <= source.size];
      length = readIndex(await source.at(body, end - body), tracks);
      begun = [...tracks.values()].some((track) => track.spacing.frames);
    } else if (kind === "mdat") mediaAt ??= at;
    else if (kind === "sidx") reach = Math.max(reach, end + segments(await source.at(body, Math.min(end - body, FRAGMENT_BYTES))));
    else if (kind === "moof") {
      fragmented = true;
      readFragment(await source.at(body, Math.min(end - body, FRAGMENT_BYTES)), tracks);
    }
    at = end;
  }
  for (const track of tracks.values()) reach = Math.max(reach, track.lastChunk + 1);
  if (fragmented && begun && !length.ofAll) length = { seconds: null, ofAll: false };
  return {
    boxes: {
      brands: brands.slice(0, 32), index_first: indexAt !== null && mediaAt !== null ? indexAt < mediaAt : null, fragmented,
      missing_bytes: Math.max(reach - source.size, 0), movie_duration_s: length.seconds,
    },
    tracks: [...tracks.values()],
    hasIndex: indexAt !== null,
    indexWhole,
  };
}

/** Kind and body of each box in `data`, descending into the plain containers. */
export function* inner(data: Uint8Array): Generator<[string, Uint8Array]> {
  for (let at = 0; at + 8 <= data.length; ) {
    let size = u32(data, at);
    let body = 8;
    if (size === 1 && at + 16 <= data.length) {
      size = u64(data, at + 8);
      body = 16;
    } else if (size === 0) size = data.length - at;
    if (size < body) return;
    const kind = text(data, at + 4, at + 8);
    const inside = data.subarray(at + body, Math.min(at + size, data.length));
    yield [kind, inside];
    if (INSIDE.includes(kind)) yield* inner(inside);
    at += size;
  }
}

function brandsOf(body: Uint8Array): string[] {
  const fours = [text(body, 0, 4)];
  for (let at = 8; at + 4 <= body.length; at += 4) fours.push(text(body, at, at + 4));
  return [...new Set(fours.filter((four) => four.replace(/\0/g, "")))];
}

function readIndex(data: Uint8Array, tracks: Map<number, Track>): Length {
  let length: Length = { seconds: null, ofAll: false };
  let track = new Track();
  let timescale = 0;
  for (const [kind, body] of inner(data)) {
    if (kind === "mvhd") {
      const [scale, ticks] = clockOf(body);
      timescale = scale;
      length = { seconds: scale && known(ticks) ? ticks / scale : null, ofAll: false };
    } else if (kind === "mehd") {
      const ticks = body[0] === 1 ? u64(body, 4) : u32(body, 4);
      if (timescale && known(ticks)) length = { seconds: ticks / timescale, ofAll: true };
    } else if (kind === "trak") track = new Track();
    else if (kind === "trex") {
      const extended = tracks.get(u32(body, 4));
      if (extended) extended.defaultLength = u32(body, 12);
    } else if (READERS[kind]) {
      READERS[kind](track, body);
      if (kind === "tkhd") tracks.set(track.number, track);
    }
  }
  return length;
}

const known = (ticks: number): boolean => ticks !== 0 && ticks !== 0xffffffff && ticks < 2 ** 63;

function clockOf(body: Uint8Array): [number, number] {
  if (body.length >= 32 && body[0] === 1) return [u32(body, 20), u64(body, 24)];
  return body.length >= 20 ? [u32(body, 12), u32(body, 16)] : [0, 0];
}

const signed = (value: number): number => value | 0;

const READERS: Record<string, (track: Track, body: Uint8Array) => void> = {
  tkhd(track, body) {
    const long = body[0] === 1;
    track.enabled = (u8(body, 3) & 1) === 1;
    track.number = u32(body, long ? 20 : 12);
    const at = long ? 52 : 40;
    const [a, b] = [signed(u32(body, at)), signed(u32(body, at + 4))];
    track.rotation = a || b ? (((Math.round((Math.atan2(b, a) * 180) / Math.PI / 90) * 90) % 360) + 360) % 360 : 0;
    [track.shownWidth, track.shownHeight] = [u32(body, at + 36) / 65536, u32(body, at + 40) / 65536];
  },
  mdhd(track, body) {
    [track.timescale, track.ticks] = clockOf(body);
    const code = u16(body, body[0] === 1 ? 32 : 20);
    if (code >= 0x400 && code < 0x7fff) track.language = String.fromCharCode((code >> 10 & 31) + 96, (code >> 5 & 31) + 96, (code & 31) + 96);
  },
  hdlr(track, body) {
    track.kind ||= text(body, 8, 12);
  },
  stsd(track, body) {
    track.tag = text(body, 12, 16).trim();
    track.encrypted = ["encv", "enca", "drmi", "drms"].includes(track.tag);
    const entry = body.subarray(8, Math.min(8 + u32(body, 8), body.length));
    if (track.kind === "vide") track.picture = pictureOf(entry);
    if (track.kind === "soun") track.sound = soundOf(entry);
  },
  stts(track, body) {
    track.spacing = new Spacing();
    for (let at = 8; at + 8 <= body.length; at += 8) if (u32(body, at)) track.spacing.add(u32(body, at + 4), u32(body, at));
  },
  stsz(track, body) {
    const same = u32(body, 4);
    if (same) track.bytes = same * u32(body, 8);
    else for (let at = 12; at + 4 <= body.length; at += 4) track.bytes += u32(body, at);
  },
  stco(track, body) {
    for (let at = 8; at + 4 <= body.length; at += 4) track.lastChunk = Math.max(track.lastChunk, u32(body, at));
  },
  co64(track, body) {
    for (let at = 8; at + 8 <= body.length; at += 8) track.lastChunk = Math.max(track.lastChunk, u64(body, at));
  },
};

function segments(body: Uint8Array): number {
  const head = 12 + (body[0] === 1 ? 16 : 8);
  if (body.length < head + 4) return 0;
  let reach = body[0] === 1 ? u64(body, head - 8) : u32(body, head - 4);
  const count = u16(body, head + 2);
  for (let n = 0; n < count && head + 4 + 12 * n + 4 <= body.length; n += 1) reach += u32(body, head + 4 + 12 * n) & 0x7fffffff;
  return reach;
}

/** Adds the samples of one moof to its tracks. */
function readFragment(data: Uint8Array, tracks: Map<number, Track>): void {
  for (const [kind, body] of inner(data)) {
    if (kind !== "traf") continue;
    let track: Track | undefined;
    let usual = 0;
    for (const [part, inside] of inner(body)) {
      if (part === "tfhd") {
        const flags = u32(inside, 0);
        track = tracks.get(u32(inside, 4));
        usual = flags & 8 ? u32(inside, 8 + 8 * (flags & 1) + 4 * (flags >> 1 & 1)) : (track?.defaultLength ?? 0);
      } else if (part === "trun" && track) readRun(track, usual, inside);
    }
  }
}

function readRun(track: Track, usual: number, body: Uint8Array): void {
  const flags = u32(body, 0);
  const count = u32(body, 4);
  if (!(flags & 0x100)) {
    if (count) track.spacing.add(usual, count);
    return;
  }
  const step = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
  const begin = 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1);
  for (let n = 0, at = begin; n < count && at + 4 <= body.length; n += 1, at += step) track.spacing.add(u32(body, at));
}
