/** Facts of a file, as the server's probe gives them; null where only the server can say. */
import { walk, type Movie, type Track } from "./boxes.ts";
import { lossless } from "./lossless.ts";
import { afterTags, mpeg } from "./mpeg.ts";
import { kindOf } from "./sniff.ts";
import { rateOf, type AudioFacts, type Facts, type Source, type VideoFacts } from "./source.ts";

const HEAD = 4096;
const STILLS = ["mjpeg", "png"];
const BOXED = ["mp4", "mov", "3gp"];
const LOSSLESS = ["wav", "flac"];

export async function factsOf(source: Source): Promise<Facts | null> {
  const size = source.size;
  if (!size) return { readable: false, size_bytes: 0, reason: "empty" };
  const begin = await afterTags(source);
  if (begin >= size) return { readable: false, size_bytes: size, reason: "damaged", looks_like: "mp3" };
  const head = await source.at(begin, HEAD);
  const kind = kindOf(head);
  if (BOXED.includes(kind.name) && kind.media) return boxed(source, kind.name);
  const sound = LOSSLESS.includes(kind.name) ? await lossless(source, begin, kind.name) : null;
  if (sound) return sound;
  if (kind.media) return { readable: true, size_bytes: size, container: kind.name };
  if (kind.reason === "unknown_format") {
    const found = await mpeg(source);
    if (found) return found;
    if (head[0] === 0xff) return null; // perhaps a sound of a rare kind
  }
  return { readable: false, size_bytes: size, reason: kind.reason, looks_like: kind.name };
}

async function boxed(source: Source, name: string): Promise<Facts | null> {
  const movie = await walk(source);
  if (!movie) return null;
  const size = source.size;
  if (!movie.hasIndex || !movie.indexWhole) return { readable: false, size_bytes: size, reason: "no_index", looks_like: name, boxes: movie.boxes };
  const pictures = movie.tracks.filter((track) => track.picture);
  const moving = pictures.filter((track) => !STILLS.includes(track.picture!.codec));
  const main = moving.find((track) => track.enabled) ?? moving[0] ?? pictures[0];
  const sounds = movie.tracks.filter((track) => track.sound);
  if (!main && !sounds.length) return { readable: false, size_bytes: size, reason: "no_tracks", looks_like: name, boxes: movie.boxes };
  const seconds = lengthOf(movie);
  return {
    readable: true, size_bytes: size, container: name, duration_s: seconds, bit_rate: rateOf(size, seconds), boxes: movie.boxes,
    video: main ? video(main) : null, video_tracks: pictures.length, audio: sounds.slice(0, 32).map(audio),
  };
}

function lengthOf(movie: Movie): number | null {
  const lengths = movie.tracks.filter((track) => track.timescale).map((track) => (movie.boxes.fragmented ? track.spacing.ticks : track.ticks) / track.timescale);
  const longest = Math.max(0, ...lengths) || null;
  return movie.boxes.fragmented ? longest : (movie.boxes.movie_duration_s ?? longest);
}

function video(track: Track): VideoFacts {
  const { codec, profile, pix_fmt, width, height, aspect, ownAspect } = track.picture!;
  const seconds = track.timescale ? track.spacing.ticks / track.timescale : 0;
  return {
    codec, tag: track.tag, profile, pix_fmt, width, height, sample_aspect_ratio: (aspect ?? shown(track) ?? ownAspect ?? [1, 1]).join("/"),
    rotation: track.rotation, frame_rate: track.spacing.rate(track.timescale), nominal_rate: track.spacing.nominal(track.timescale),
    variable: track.spacing.variable, frames: track.spacing.frames || null, bit_rate: seconds && track.bytes ? Math.round((track.bytes * 8) / seconds) : null,
    encrypted: track.encrypted,
  };
}

/** A track header that shows the picture in another size than it is stored in stretches its samples. */
function shown(track: Track): [number, number] | null {
  const { width, height } = track.picture!;
  const [w, h] = [Math.round(track.shownWidth), Math.round(track.shownHeight)];
  if (!w || !h || !width || !height || (w === width && h === height)) return null;
  return [height * w, width * h];
}

function audio(track: Track): AudioFacts {
  const { codec, rate, channels } = track.sound!;
  return { codec, tag: track.tag, sample_rate: rate, channels, language: track.language, default: track.enabled, encrypted: track.encrypted };
}

/** A mark of what the file holds, from three stretches of it: tells it on another computer, under another name or date. */
export async function markOf(source: Source): Promise<string> {
  if (!globalThis.crypto?.subtle) return ""; // not over plain HTTP; the name and size have to do
  const stretch = 65536;
  const places = [0, Math.max(0, Math.floor(source.size / 2) - stretch / 2), Math.max(0, source.size - stretch)];
  const parts = await Promise.all(places.map((place) => source.at(place, stretch)));
  const all = new Uint8Array(await new Blob([String(source.size), ...(parts as BlobPart[])]).arrayBuffer());
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
