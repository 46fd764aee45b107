/** Recordings that lose nothing, WAV and FLAC: what their first bytes say; null where the sound inside is of another kind. */
import { rateOf, text, u32, type Facts, type Source } from "./source.ts";

const CHUNKS = 64;
const HEAD = 64;
const PCM: Record<string, string> = { "1:8": "pcm_u8", "1:16": "pcm_s16le", "1:24": "pcm_s24le", "1:32": "pcm_s32le", "3:32": "pcm_f32le", "3:64": "pcm_f64le" };
const EXTENSIBLE = 0xfffe;
const UNTOLD = 0xffffffff; // the length stands elsewhere, or was never written

/** `begin`: where the content starts, after any ID3v2 tags. */
export async function lossless(source: Source, begin: number, name: string): Promise<Facts | null> {
  return name === "wav" ? wav(source, begin) : flac(source, begin);
}

async function wav(source: Source, begin: number): Promise<Facts | null> {
  let sound: { codec: string; channels: number; rate: number; perSecond: number } | null = null;
  for (let at = begin + 12, left = CHUNKS; left && at < source.size; left -= 1) {
    const chunk = await source.at(at, HEAD);
    const view = new DataView(chunk.buffer);
    const length = chunk.length < 8 ? 0 : view.getUint32(4, true);
    if (text(chunk, 0, 4) === "data") {
      if (!sound) return null;
      const rest = source.size - at - 8;
      const bytes = length === UNTOLD || !length ? rest : Math.min(length, rest);
      return facts(source, "wav", sound.codec, sound.rate, sound.channels, sound.perSecond ? bytes / sound.perSecond : null);
    }
    if (text(chunk, 0, 4) === "fmt " && chunk.length >= 24) {
      const tag = view.getUint16(8, true);
      const kind = tag === EXTENSIBLE && chunk.length >= 34 ? view.getUint16(32, true) : tag;
      const codec = PCM[`${kind}:${view.getUint16(22, true)}`];
      if (!codec) return null;
      sound = { codec, channels: view.getUint16(10, true), rate: view.getUint32(12, true), perSecond: view.getUint32(16, true) };
    }
    at += 8 + length + (length & 1);
  }
  return null;
}

async function flac(source: Source, begin: number): Promise<Facts | null> {
  const head = await source.at(begin, 42);
  if (head.length < 42 || (head[4]! & 127) !== 0) return null;
  const rate = u32(head, 18) >>> 12;
  const channels = (head[20]! >> 1 & 7) + 1;
  const samples = (head[21]! & 15) * 2 ** 32 + u32(head, 22);
  return rate ? facts(source, "flac", "flac", rate, channels, samples ? samples / rate : null) : null;
}

function facts(source: Source, container: string, codec: string, rate: number, channels: number, seconds: number | null): Facts {
  return {
    readable: true, size_bytes: source.size, container, duration_s: seconds, bit_rate: rateOf(source.size, seconds),
    audio: [{ codec, tag: "", sample_rate: rate, channels, language: "", default: true, encrypted: false }],
  };
}
