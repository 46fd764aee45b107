/** `<nav><a href="#about">…` and sections with these ids become tabs; without a script they are sections below one another. */

export default function tabs(nav: HTMLElement): void {
  const links = [...nav.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')];
  const panels = links.map((link) => document.getElementById(link.hash.slice(1)));
  if (panels.some((panel) => !panel)) return;
  nav.setAttribute("role", "tablist");
  links.forEach((link, index) => {
    link.setAttribute("role", "tab");
    link.removeAttribute("aria-current");
    link.id ||= `tab-${link.hash.slice(1)}`;
    link.setAttribute("aria-controls", link.hash.slice(1));
    panels[index]!.setAttribute("role", "tabpanel");
    panels[index]!.setAttribute("aria-labelledby", link.id);
    panels[index]!.tabIndex = 0;
  });

  const open = (chosen: number, focus = false) => {
    links.forEach((link, index) => {
      const on = index === chosen;
      link.setAttribute("aria-selected", String(on));
      link.tabIndex = on ? 0 : -1;
      panels[index]!.hidden = !on;
      if (on && focus) link.focus();
    });
  };
  const byAddress = () => links.findIndex((link, index) => link.hash === location.hash || (location.hash.length > 1 && panels[index]!.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)));

  nav.addEventListener("click", (event) => {
    const chosen = links.indexOf((event.target as Element).closest("a")!);
    if (chosen < 0) return;
    event.preventDefault();
    open(chosen);
    history.replaceState(history.state, "", links[chosen]!.hash);
  });
  nav.addEventListener("keydown", (event) => {
    const here = links.indexOf(document.activeElement as HTMLAnchorElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -here, End: links.length - 1 - here }[event.key];
    if (here < 0 || step === undefined) return;
    event.preventDefault();
    open((here + step + links.length) % links.length, true);
  });
  addEventListener("hashchange", () => byAddress() >= 0 && open(byAddress()));
  open(Math.max(0, byAddress()));
}
