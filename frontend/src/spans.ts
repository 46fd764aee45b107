/** Stretches of a film that really ran, as `[from, to]` in seconds. */

export type Span = [number, number];

export const MOST_SPANS = 20; // in what is sent at once

/** Spans joined where they touch, newest last; of very many the longest stay. */
export function joined(spans: Span[]): Span[] {
  const found: Span[] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && from <= last[1] + 0.3) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found.length <= MOST_SPANS ? found : found.sort((a, b) => b[1] - b[0] - (a[1] - a[0])).slice(0, MOST_SPANS);
}

export const tenths = (seconds: number) => Math.round(seconds * 10) / 10;

/** A refusal for now: the same may be taken later. */
export const isPassing = (status: number) => status >= 500 || status === 429 || status === 408;
