/** What a file is by its first bytes: the browser's half of lifelong/media/probe/sniff.py, compared by a test. */
import { starts, text, u32 } from "./source.ts";

export interface Kind {
  name: string;
  media: boolean;
  reason: string;
}

const media = (name: string): Kind => ({ name, media: true, reason: "" });
const other = (name: string, reason: string): Kind => ({ name, media: false, reason });

const STARTS: [string | number[], Kind][] = [
  ["fLaC", media("flac")], ["OggS", media("ogg")], ["FLV\x01", media("flv")],
  [[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11], media("wmv")], [[0, 0, 1, 0xba], media("mpg")], [[0, 0, 1, 0xb3], media("mpg")],
  [[0, 0, 0, 1, 0x67], media("h264")], [[0, 0, 0, 1, 0x40, 1], media("hevc")], ["#!AMR", media("amr")], ["caff", media("caf")],
  ["MAC ", media("ape")], ["wvpk", media("wv")], [".RMF", media("rm")], [[0x0b, 0x77], media("ac3")], ["DKIF", media("ivf")],
  [[6, 0x0e, 0x2b, 0x34], media("mxf")],
  [[0xff, 0xd8, 0xff], other("jpeg", "picture")], [[0x89, 0x50, 0x4e, 0x47, 13, 10, 0x1a, 10], other("png", "picture")],
  ["GIF8", other("gif", "picture")], ["II*\0", other("tiff", "picture")], ["MM\0*", other("tiff", "picture")], ["8BPS", other("psd", "picture")],
  ["%PDF-", other("pdf", "document")], [[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], other("office", "document")], ["{\\rtf", other("rtf", "document")],
  ["PK\x03\x04", other("zip", "archive")], ["Rar!", other("rar", "archive")], [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], other("7z", "archive")],
  [[0x1f, 0x8b], other("gzip", "archive")],
];
const BOXES = ["ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "styp", "moof", "uuid"];
const PICTURES = ["heic", "heix", "mif1", "msf1", "avif", "avis", "jpeg", "jp2 "];
const PLAYLISTS = ["#ext", "ffconcat", "[playlist]", "<mpd", "<smil"];
const MARK_UP = ["<!doctype", "<html", "<?xml", "<svg"];
const UNKNOWN = other("", "unknown_format");

/** `head`: the first 4096 bytes after any ID3v2 tag. MPEG audio is told by its chain of frames, not here. */
export function kindOf(head: Uint8Array): Kind {
  const four = text(head, 0, 4);
  if (BOXES.includes(text(head, 4, 8))) return boxed(head);
  if (four === "RIFF" || four === "RF64") return { WAVE: media("wav"), "AVI ": media("avi"), WEBP: other("webp", "picture") }[text(head, 8, 12)] ?? UNKNOWN;
  if (starts(head, [0x1a, 0x45, 0xdf, 0xa3])) return media(text(head, 0, 64).includes("webm") ? "webm" : "mkv");
  if (four === "FORM" && ["AIFF", "AIFC"].includes(text(head, 8, 12))) return media("aiff");
  if (four === "PK\x03\x04" && text(head).includes("[Content_Types].xml")) return other("office", "document");
  for (const [start, kind] of STARTS) if (starts(head, start)) return kind;
  if (head.length > 1 && head[0] === 0xff && (head[1]! & 0xf6) === 0xf0) return media("aac");
  for (const [step, skip] of [[188, 0], [192, 4]] as const) {
    if (head.length > 3 * step && [0, 1, 2].every((n) => head[skip + n * step] === 0x47)) return media("ts");
  }
  return written(head);
}

function boxed(head: Uint8Array): Kind {
  const first = text(head, 4, 8);
  if (first === "styp" || first === "moof") return media("mp4");
  if (first !== "ftyp") return media("mov");
  const major = text(head, 8, 12);
  const brands = [major];
  for (let at = 16; at < Math.min(u32(head, 0), head.length) - 3; at += 4) brands.push(text(head, at, at + 4));
  if (PICTURES.includes(major)) return other("heic", "picture");
  if (major === "qt  ") return media("mov");
  if (/^3g[p2]/.test(major) && !brands.some((brand) => /^(iso|mp4|avc)/.test(brand))) return media("3gp");
  return media("mp4");
}

function written(head: Uint8Array): Kind {
  if (starts(head, [0xff, 0xfe]) || starts(head, [0xfe, 0xff])) return other("text", "text");
  if (!head.length || head.some((byte) => byte < 0x20 && ![9, 10, 13, 12, 0x1b].includes(byte))) return UNKNOWN;
  const start = text(head, 0, 200).replace(/^[\xef\xbb\xbf \t\r\n]+/, "").toLowerCase();
  if (PLAYLISTS.some((sign) => start.startsWith(sign))) return other("playlist", "playlist");
  if (MARK_UP.some((sign) => start.startsWith(sign))) return other("html", "document");
  const reads = ["utf-8", "gb18030"].some((encoding) => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
      return true;
    } catch {
      return false;
    }
  });
  return reads ? other("text", "text") : UNKNOWN;
}
