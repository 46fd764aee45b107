/** MPEG audio, frame by frame: the browser's half of lifelong/media/probe/mpeg_audio.py, compared by a test. */
import { rateOf, starts, text, u32, type Facts, type Source } from "./source.ts";

const KBITS: Record<string, number[]> = {
  11: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  12: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  13: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  21: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  22: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  23: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const RATES: Record<string, number[]> = { "1": [44100, 48000, 32000], "2": [22050, 24000, 16000], "2.5": [11025, 12000, 8000] };
const MODES = ["stereo", "joint stereo", "dual channel", "mono"];
const CHAIN = 4;
const SEARCH = 1 << 20;
const WINDOW = 4 << 20;
const PADDING = 4096;
const LARGEST = 512 << 20; // an MP3 of more than six hours is left to the server

interface Header {
  version: string;
  layer: number;
  kbits: number;
  rate: number;
  mode: string;
  length: number;
  samples: number;
}

/** Where the content begins after any ID3v2 tags. */
export async function afterTags(source: Source): Promise<number> {
  let at = 0;
  for (;;) {
    const head = await source.at(at, 10);
    if (head.length < 10 || !starts(head, "ID3")) return at;
    at += 10 + ((head[6]! & 127) << 21 | (head[7]! & 127) << 14 | (head[8]! & 127) << 7 | (head[9]! & 127)) + (head[5]! & 16 ? 10 : 0);
    if (at >= source.size) return source.size;
  }
}

function parse(one: number, two: number, three: number, four: number): Header | null {
  if (one !== 0xff || (two & 0xe0) !== 0xe0) return null;
  const version = { 0: "2.5", 2: "2", 3: "1" }[two >> 3 & 3];
  const layer = 4 - (two >> 1 & 3);
  const bits = three >> 4;
  const rate = three >> 2 & 3;
  if (!version || layer === 4 || bits === 15 || rate === 3) return null;
  const family = version === "1" ? 1 : 2;
  const kbits = KBITS[`${family}${layer}`]![bits]!;
  const hertz = RATES[version]![rate]!;
  const samples = layer === 1 ? 384 : layer === 3 && family === 2 ? 576 : 1152;
  const slot = layer === 1 ? 4 : 1;
  const length = kbits ? (Math.floor((samples / 8 / slot * kbits * 1000) / hertz) + (three >> 1 & 1)) * slot : 0;
  return { version, layer, kbits, rate: hertz, mode: MODES[four >> 6]!, length, samples };
}

function lengthsOf(layer: number): Uint16Array {
  const lengths = new Uint16Array(1 << 16);
  for (let pair = 0xe000; pair < 1 << 16; pair += 1) {
    const header = parse(0xff, pair >> 8, pair & 255, 0);
    if (header?.layer === layer) lengths[pair] = header.length;
  }
  return lengths;
}

function chains(window: Uint8Array, place: number, limit: number, lengths: Uint16Array): boolean {
  for (let met = 0; met < CHAIN; met += 1) {
    if (place + 4 > limit) return met >= 2;
    const length = window[place] === 0xff ? lengths[window[place + 1]! << 8 | window[place + 2]!]! : 0;
    if (!length) return false;
    place += length;
  }
  return true;
}

async function nextFrame(source: Source, at: number, end: number, lengths: Uint16Array): Promise<number | null> {
  const window = await source.at(at, SEARCH + 16384);
  const limit = Math.min(window.length, end - at);
  const last = Math.max(Math.min(limit - 3, SEARCH), 0);
  for (let place = window.indexOf(0xff); place >= 0 && place < last; place = window.indexOf(0xff, place + 1)) {
    if (chains(window, place, limit, lengths)) return at + place;
  }
  return null;
}

/** Before ID3v1, Lyrics3 and APE tags. */
async function beforeTags(source: Source): Promise<number> {
  let end = source.size;
  for (;;) {
    const tail = await source.at(Math.max(end - 128, 0), Math.min(end, 128));
    const from = tail.length;
    const lyrics = text(tail, Math.max(from - 15, 0), from);
    if (from === 128 && starts(tail, "TAG")) end -= 128;
    else if (from >= 32 && starts(tail, "APETAGEX", from - 32)) {
      const length = tail[from - 20]! + tail[from - 19]! * 256 + tail[from - 18]! * 65536 + tail[from - 17]! * 16777216 + (tail[from - 9]! & 128 ? 32 : 0);
      if (length < 32 || length > end) return end;
      end -= length;
    } else if (/^\d{6}LYRICS200$/.test(lyrics) && Number(lyrics.slice(0, 6)) + 15 <= end) end -= Number(lyrics.slice(0, 6)) + 15;
    else return end;
  }
}

/** The silent first frame in which encoders note the length. */
function noteOf(frame: Uint8Array, header: Header): { name: string; frames: number | null; unheard: number } {
  const mono = header.mode === "mono";
  const at = 4 + (header.version === "1" ? (mono ? 17 : 32) : mono ? 9 : 17);
  if (starts(frame, "VBRI", 36)) return { name: "VBRI", frames: u32(frame, 50), unheard: 0 };
  const name = text(frame, at, at + 4);
  if (name !== "Xing" && name !== "Info") return { name: "", frames: null, unheard: 0 };
  const flags = u32(frame, at + 4);
  const place = at + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1);
  const three = u32(frame, place + 20) & 0xffffff;
  const written = ["LAME", "Lavf", "Lavc"].includes(text(frame, place, place + 4));
  return { name, frames: flags & 1 ? u32(frame, at + 8) : null, unheard: written ? (three >> 12) + (three & 0xfff) : 0 };
}

/** Facts of an MP1–MP3; null where it is none (a free-format one is left to the server). */
export async function mpeg(source: Source): Promise<Facts | null> {
  const afterId3 = await afterTags(source);
  const end = await beforeTags(source);
  if (source.size > LARGEST) return null;
  let begin: number | null = null;
  let lengths = lengthsOf(3);
  for (const layer of [3, 2, 1]) {
    lengths = lengthsOf(layer);
    begin = await nextFrame(source, afterId3, end, lengths);
    if (begin !== null) break;
  }
  if (begin === null) return null;
  const first = await source.at(begin, 256);
  const header = parse(first[0]!, first[1]!, first[2]!, first[3]!)!;
  const note = noteOf(first, header);
  const seen = new Uint32Array(1 << 16);
  const tally = await count(source, begin + (note.name ? header.length : 0), end, lengths, seen);
  let seconds = 0;
  let frames = 0;
  const kbits = new Set<number>();
  const kinds = new Set<string>();
  seen.forEach((often, pair) => {
    const kind = often ? parse(0xff, pair >> 8, pair & 255, first[3]!) : null;
    if (!kind) return;
    frames += often;
    seconds += (often * kind.samples) / kind.rate;
    kbits.add(kind.kbits);
    kinds.add(`${kind.version} ${kind.rate}`);
  });
  const duration = Math.max(seconds - note.unheard / header.rate, 0);
  const channels = header.mode === "mono" ? 1 : 2;
  const codec = `mp${header.layer}`;
  return {
    readable: true, size_bytes: source.size, container: codec, duration_s: duration, bit_rate: rateOf(source.size, duration),
    audio: [{ codec, tag: "", sample_rate: header.rate, channels, language: "", default: true, encrypted: false }],
    mpeg: {
      frames: frames - (tally.cutOff ? 1 : 0), layer: header.layer, version: header.version, mode: header.mode, constant_bit_rate: kbits.size <= 1,
      header: note.name, declared_frames: note.frames, leading_bytes: begin - afterId3, gaps: tally.gaps, cut_off: tally.cutOff, mixed: kinds.size > 1,
    },
  };
}

async function count(source: Source, at: number, end: number, lengths: Uint16Array, seen: Uint32Array): Promise<{ gaps: number; cutOff: boolean }> {
  let gaps = 0;
  while (at + 4 <= end) {
    const window = await source.at(at, WINDOW);
    if (window.length < 4) break;
    const last = Math.min(window.length, end - at) - 4;
    let place = 0;
    while (place <= last && window[place] === 0xff) {
      const pair = window[place + 1]! << 8 | window[place + 2]!;
      if (!lengths[pair]) break;
      seen[pair]! += 1;
      place += lengths[pair]!;
    }
    at += place;
    if (place > last) continue;
    const found = await nextFrame(source, at, end, lengths);
    if (found === null) return { gaps: gaps + (end - at > PADDING ? 1 : 0), cutOff: false };
    gaps += 1;
    at = found;
  }
  return { gaps, cutOff: at > end };
}
