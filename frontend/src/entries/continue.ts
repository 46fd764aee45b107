/**
 * "Continue where I was": up to three places (or as many as `data-continue` says) this device remembers, put into `<section data-continue hidden>` while the page is still
 * being read; what somebody who was signed in left here is forgotten as soon as they are not. No imports: it is a classic script, so that what stands below is drawn once, in its place. Nothing leaves the device.
 */
{
  const section = document.querySelector<HTMLElement>("[data-continue]");
  const row = section?.querySelector("template")?.content;
  const clock = (seconds: number): string => {
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    if (!parts[0]) parts.shift();
    return parts.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
  };
  const places: { t: number; at: number; title: string; url: string; who?: string }[] = [];
  try {
    for (const [key, kept] of Object.entries(localStorage)) {
      if (!key.startsWith("resume:")) continue;
      const place = JSON.parse(kept as string);
      if (place?.who && place.who !== section?.dataset.who) localStorage.removeItem(key);
      else places.push(place);
    }
  } catch {
    // a browser that refuses storage just forgets
  }
  const known = places.filter((place) => place?.url && place.title).sort((a, b) => b.at - a.at);
  for (const place of section && row ? known.slice(0, Number(section!.dataset.continue) || 3) : []) {
    const one = row!.cloneNode(true) as DocumentFragment;
    one.querySelector("a")!.href = place.url;
    one.querySelector("b")!.textContent = place.title;
    one.querySelector("time")!.textContent = clock(place.t);
    section!.querySelector("ul")!.append(one);
    section!.hidden = false;
  }
}
