/** What the sample entries of an MP4 say of picture and sound: codec, size, profile, pixels, channels. */
import { inner } from "./boxes.ts";
import { text, u16, u32, u8 } from "./source.ts";

export interface Picture {
  codec: string;
  profile: string;
  pix_fmt: string;
  width: number;
  height: number;
  aspect: [number, number] | null; // of a sample, where the container says it
  ownAspect: [number, number] | null; // where only the picture itself says it
}

export interface SoundTrack {
  codec: string;
  rate: number;
  channels: number;
}

const PICTURES: Record<string, string> = {
  avc1: "h264", avc3: "h264", hvc1: "hevc", hev1: "hevc", vp08: "vp8", vp09: "vp9", av01: "av1", s263: "h263", "H263": "h263", jpeg: "mjpeg", mjpa: "mjpeg",
  apch: "prores", apcn: "prores", apcs: "prores", apco: "prores", ap4h: "prores", ap4x: "prores", "png ": "png",
};
const SOUNDS: Record<string, string> = {
  ".mp3": "mp3", "ac-3": "ac3", "ec-3": "eac3", Opus: "opus", alac: "alac", fLaC: "flac", samr: "amr_nb", sawb: "amr_wb", sowt: "pcm_s16le", twos: "pcm_s16be",
};
const PROFILES: Record<number, string> = { 66: "Baseline", 77: "Main", 88: "Extended", 100: "High", 110: "High 10", 122: "High 4:2:2", 244: "High 4:4:4 Predictive", 44: "CAVLC 4:4:4" };
const RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const FIXED_ASPECTS = [[0, 1], [1, 1], [12, 11], [10, 11], [16, 11], [40, 33], [24, 11], [20, 11], [32, 11], [80, 33], [18, 11], [15, 11], [64, 33], [160, 99], [4, 3], [3, 2], [2, 1]] as const;

/** `entry`: the whole sample entry, its head included. */
export function pictureOf(entry: Uint8Array): Picture {
  const picture: Picture = { codec: "", profile: "", pix_fmt: "", width: u16(entry, 32), height: u16(entry, 34), aspect: null, ownAspect: null };
  let tag = text(entry, 4, 8);
  for (const [kind, body] of inner(entry.subarray(86))) {
    if (kind === "sinf") for (const [part, inside] of inner(body)) if (part === "frma") tag = text(inside, 0, 4);
    if (kind === "pasp" && u32(body, 0) && u32(body, 4)) picture.aspect = [u32(body, 0), u32(body, 4)];
    if (kind === "avcC") readAvc(picture, body);
    if (kind === "hvcC") picture.pix_fmt = pixels(u8(body, 16) & 3, (u8(body, 17) & 7) + 8, false);
    if (kind === "vpcC") picture.pix_fmt = pixels([1, 1, 2, 3][u8(body, 6) >> 1 & 7] ?? 1, u8(body, 6) >> 4, false);
    if (kind === "av1C") picture.pix_fmt = pixels(u8(body, 2) & 8 ? 1 : u8(body, 2) & 16 ? 0 : 3, u8(body, 2) & 64 ? (u8(body, 2) & 32 ? 12 : 10) : 8, false);
    if (kind === "esds") picture.codec = { 0x20: "mpeg4", 0x6a: "mpeg1video", 0x6c: "mjpeg" }[decoderOf(body).type] ?? (decoderOf(body).type >> 4 === 6 ? "mpeg2video" : "");
  }
  picture.codec ||= PICTURES[tag] ?? "";
  return picture;
}

function pixels(chroma: number, depth: number, full: boolean): string {
  const kind = ["gray", "yuv420p", "yuv422p", "yuv444p"][chroma]!;
  if (depth > 8) return `${kind}${depth}le`;
  return full && chroma ? kind.replace("yuv", "yuvj") : kind;
}

function readAvc(picture: Picture, body: Uint8Array): void {
  const count = u8(body, 5) & 31;
  const length = u16(body, 6);
  if (!count || length < 4) return;
  try {
    readSps(picture, body.subarray(8, 8 + length));
  } catch {
    picture.profile ||= PROFILES[u8(body, 1)] ?? ""; // what follows is for the server
  }
}

/** ITU-T H.264, 7.3.2.1.1 and E.1.1, as far as size, aspect and colour range. */
function readSps(picture: Picture, unit: Uint8Array): void {
  const bits = new Bits(unit.filter((byte, at) => !(byte === 3 && at > 1 && unit[at - 1] === 0 && unit[at - 2] === 0)).subarray(1));
  const profile = bits.take(8);
  const constraints = bits.take(8);
  bits.take(8);
  bits.golomb();
  picture.profile = profile === 66 && constraints & 0x40 ? "Constrained Baseline" : (PROFILES[profile] ?? "");
  if ([110, 122, 244].includes(profile) && constraints & 0x10) picture.profile += " Intra";
  let [chroma, depth] = [1, 8];
  if ([100, 110, 122, 244, 44, 83, 86, 118, 128].includes(profile)) {
    chroma = bits.golomb();
    if (chroma === 3) bits.take(1);
    depth = 8 + bits.golomb();
    bits.golomb();
    bits.take(1);
    if (bits.take(1)) for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) if (bits.take(1)) skipScaling(bits, list < 6 ? 16 : 64);
  }
  bits.golomb();
  const order = bits.golomb();
  if (order === 0) bits.golomb();
  else if (order === 1) {
    bits.take(1);
    bits.golomb();
    bits.golomb();
    for (let cycle = bits.golomb(); cycle > 0; cycle -= 1) bits.golomb();
  }
  bits.golomb();
  bits.take(1);
  const across = bits.golomb() + 1;
  const down = bits.golomb() + 1;
  const frames = bits.take(1);
  if (!frames) bits.take(1);
  bits.take(1);
  const crop = bits.take(1) ? [bits.golomb(), bits.golomb(), bits.golomb(), bits.golomb()] : [0, 0, 0, 0];
  const [stepX, stepY] = [chroma === 1 || chroma === 2 ? 2 : 1, (chroma === 1 ? 2 : 1) * (2 - frames)];
  picture.width = across * 16 - (crop[0]! + crop[1]!) * stepX;
  picture.height = down * 16 * (2 - frames) - (crop[2]! + crop[3]!) * stepY;
  let full = false;
  if (bits.take(1)) {
    if (bits.take(1)) {
      const ratio = bits.take(8);
      const [x, y] = ratio === 255 ? [bits.take(16), bits.take(16)] : (FIXED_ASPECTS[ratio] ?? [0, 1]);
      if (x && y) picture.ownAspect = [x, y];
    }
    if (bits.take(1)) bits.take(1);
    if (bits.take(1)) {
      bits.take(3);
      full = bits.take(1) === 1;
    }
  }
  picture.pix_fmt = pixels(chroma, depth, full);
}

function skipScaling(bits: Bits, size: number): void {
  let [last, next] = [8, 8];
  for (let at = 0; at < size; at += 1) {
    if (next) next = (last + bits.signedGolomb() + 256) % 256;
    last = next || last;
  }
}

class Bits {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(count: number): number {
    let value = 0;
    for (let n = 0; n < count; n += 1, this.at += 1) {
      if (this.at >= this.bytes.length * 8) throw new RangeError();
      value = value * 2 + (this.bytes[this.at >> 3]! >> (7 - (this.at & 7)) & 1);
    }
    return value;
  }

  golomb(): number {
    let zeros = 0;
    while (!this.take(1)) if ((zeros += 1) > 31) throw new RangeError();
    return 2 ** zeros - 1 + this.take(zeros);
  }

  signedGolomb(): number {
    const code = this.golomb();
    return code & 1 ? (code + 1) / 2 : -code / 2;
  }
}

export function soundOf(entry: Uint8Array): SoundTrack {
  const version = u16(entry, 16);
  const sound: SoundTrack = { codec: "", rate: u16(entry, 32), channels: u16(entry, 24) };
  let tag = text(entry, 4, 8);
  const read = (boxes: Uint8Array): void => {
    for (const [kind, body] of inner(boxes)) {
      if (kind === "wave") read(body);
      if (kind === "sinf") for (const [part, inside] of inner(body)) if (part === "frma") tag = text(inside, 0, 4);
      if (kind === "esds") readSound(sound, body);
    }
  };
  read(entry.subarray(version === 1 ? 52 : version === 2 ? 72 : 36));
  sound.codec ||= SOUNDS[tag] ?? (tag === "mp4a" ? "aac" : "");
  return sound;
}

function readSound(sound: SoundTrack, body: Uint8Array): void {
  const { type, special } = decoderOf(body);
  sound.codec = type === 0x69 || type === 0x6b ? "mp3" : type === 0xa5 ? "ac3" : type === 0x40 || (type >= 0x66 && type <= 0x68) ? "aac" : "";
  if (sound.codec !== "aac" || special.length < 2) return;
  try {
    const bits = new Bits(special);
    const rate = () => {
      const index = bits.take(4);
      return index === 15 ? bits.take(24) : (RATES[index] ?? 0);
    };
    const object = bits.take(5);
    sound.rate = rate() || sound.rate;
    const layout = bits.take(4);
    sound.channels = layout === 7 ? 8 : layout || sound.channels;
    if (object === 5 || object === 29) sound.rate = rate() || sound.rate;
    if (object === 29) sound.channels = 2;
  } catch {
    // what the container says stands
  }
}

/** The decoder descriptor of an esds box: object type, and the bytes that only the decoder understands. */
function decoderOf(body: Uint8Array): { type: number; special: Uint8Array } {
  let at = 4;
  let type = 0;
  while (at < body.length) {
    const tag = body[at]!;
    let length = 0;
    at += 1;
    for (let more = true; more && at < body.length; at += 1) {
      length = length * 128 + (body[at]! & 127);
      more = body[at]! > 127;
    }
    if (tag === 3) {
      const flags = u8(body, at + 2);
      at += 3 + (flags & 128 ? 2 : 0) + (flags & 64 ? 1 + u8(body, at + 3) : 0) + (flags & 32 ? 2 : 0);
    } else if (tag === 4) {
      type = u8(body, at);
      at += 13;
    } else if (tag === 5) return { type, special: body.subarray(at, at + length) };
    else at += length;
  }
  return { type, special: new Uint8Array() };
}
