/**
 * "Continue where I was", from what this device remembers: `<section data-island="continue" hidden>` with an empty `<ul>`; up to
 * `data-most` (3) places. Nothing leaves the device.
 */
import { icon, make, memory } from "../page.ts";
import { clock, say } from "../words.ts";
import type { Place } from "./player.ts";

export default function goOn(section: HTMLElement): void {
  const list = section.querySelector("ul");
  const places = memory
    .keys("resume:")
    .map((key) => memory.get<Place>(key))
    .filter((place): place is Place => !!place?.url && !!place.title)
    .sort((a, b) => b.at - a.at)
    .slice(0, Number(section.dataset.most ?? 3));
  if (!list || !places.length) return;
  list.replaceChildren(
    ...places.map((place) => make("li", {}, make("a", { href: place.url, class: "continue" }, icon("play"), make("span", {}, make("b", {}, place.title), make("small", {}, say("上次看到 {time}", { time: clock(place.t) }))))) ),
  );
  section.hidden = false;
}
