/** A file that is read by stretches; what was read is counted, for a film of many gigabytes is never read whole. */
export class Source {
  read = 0;

  constructor(private readonly blob: Blob) {}

  get size(): number {
    return this.blob.size;
  }

  async at(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(await this.blob.slice(offset, Math.min(offset + length, this.size)).arrayBuffer());
    this.read += bytes.length;
    return bytes;
  }
}

export const text = (bytes: Uint8Array, from = 0, to = bytes.length): string => String.fromCharCode(...bytes.subarray(from, to));

export const starts = (bytes: Uint8Array, sign: string | number[], at = 0): boolean =>
  [...sign].every((one, place) => bytes[at + place] === (typeof one === "string" ? one.charCodeAt(0) : one));

/** Big-endian numbers; what lies beyond the end counts as 0, as in a box that was cut off. */
export const u8 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
export const u16 = (bytes: Uint8Array, at: number): number => u8(bytes, at) * 256 + u8(bytes, at + 1);
export const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65536 + u16(bytes, at + 2);
export const u64 = (bytes: Uint8Array, at: number): number => u32(bytes, at) * 4294967296 + u32(bytes, at + 4);

/** What the server calls facts (lifelong/media/probe/facts.py), as JSON. Fractions are "30000/1001". */
export interface Facts {
  readable: boolean;
  size_bytes: number;
  reason?: string;
  looks_like?: string;
  container?: string;
  duration_s?: number | null;
  bit_rate?: number | null;
  video?: VideoFacts | null;
  video_tracks?: number;
  audio?: AudioFacts[];
  boxes?: BoxFacts;
  mpeg?: MpegFacts;
}

export interface VideoFacts {
  codec: string;
  tag: string;
  profile: string;
  pix_fmt: string;
  width: number;
  height: number;
  sample_aspect_ratio: string;
  rotation: number;
  frame_rate: string | null;
  nominal_rate: string | null;
  variable: boolean;
  frames: number | null;
  bit_rate: number | null;
  encrypted: boolean;
}

export interface AudioFacts {
  codec: string;
  tag: string;
  sample_rate: number;
  channels: number;
  language: string;
  default: boolean;
  encrypted: boolean;
}

export interface BoxFacts {
  brands: string[];
  index_first: boolean | null;
  fragmented: boolean;
  missing_bytes: number;
  movie_duration_s: number | null;
}

export interface MpegFacts {
  frames: number;
  layer: number;
  version: string;
  mode: string;
  constant_bit_rate: boolean;
  header: string;
  declared_frames: number | null;
  leading_bytes: number;
  gaps: number;
  cut_off: boolean;
  mixed: boolean;
}

export const rateOf = (size: number, seconds: number | null | undefined): number | null => (seconds ? Math.round((size * 8) / seconds) : null);
