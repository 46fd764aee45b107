/** Notes beside the player: a new one is put at the present second, and a click on `[data-second]` plays from there. */
import { clock, say } from "../words.ts";

export default function notes(part: HTMLElement): void {
  const media = document.querySelector<HTMLMediaElement>(".player video, .player audio");
  const text = part.querySelector<HTMLTextAreaElement>("textarea[name=text]");
  const second = part.querySelector<HTMLInputElement>("input[name=second]");
  const place = part.querySelector<HTMLElement>("[data-place]");
  if (!media) return;

  // where one begins to write is what one writes about, however far it plays on meanwhile
  text?.addEventListener("input", () => {
    if (!second || !place) return;
    if (!text.value.trim()) second.value = place.textContent = "";
    else if (!second.value) {
      second.value = String(Math.floor(media.currentTime));
      place.textContent = say("位置 {time}", { time: clock(media.currentTime) });
    }
  });
  part.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-second]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    media.currentTime = Number(link.dataset.second);
    void media.play().catch(() => undefined);
    media.closest(".player")?.scrollIntoView({ block: "nearest" });
  });
}
