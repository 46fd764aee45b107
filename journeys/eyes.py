"""What a careful eye sees on any page: axe's findings, and what axe does not look at."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# what floats at the bottom covers another link at every scroll position; what is under it is no smaller for that
RUN_AXE = """async (rules) => {
  document.querySelector('.elder-bar')?.style.setProperty('position', 'static');
  const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
  document.querySelector('.elder-bar')?.style.removeProperty('position');
  return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}"""
LOOK = """() => {
  const said = [], root = document.documentElement, elder = 'elder' in root.dataset, main = document.querySelector('main');
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length > 0;
  const named = (e) => e.outerHTML.replace(/\\s+/g, ' ').slice(0, 120);
  if (root.scrollWidth > root.clientWidth) said.push(`scrolls sideways: ${root.scrollWidth} of ${root.clientWidth}`);
  if (document.querySelectorAll('h1').length !== 1) said.push(`${document.querySelectorAll('h1').length} h1`);
  if (!document.title.trim() || !root.lang) said.push('no title or no language');
  if (document.querySelector('header') && document.querySelector('body a')?.getAttribute('href') !== `#${main?.id}`) said.push('nothing leads past the head to the main part');
  if (elder) for (const e of document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden]), textarea')) {
    const box = (e.matches('[type=checkbox], [type=radio]') && (e.labels?.[0] ?? e.parentElement)) || e;
    if (!seen(e) || !seen(box) || e.closest('.skip, .visually-hidden, p, dd, .prose') || getComputedStyle(e).display === 'inline') continue;
    const { width, height } = box.getBoundingClientRect();
    if (width > 1 && (width < 43.5 || height < 43.5)) said.push(`small target ${Math.round(width)}×${Math.round(height)}: ${named(e)}`);
  }
  if (elder && main) {
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    const small = new Map();
    while (texts.nextNode()) {
      const e = texts.currentNode.parentElement;
      const size = parseFloat(getComputedStyle(e).fontSize);
      if (texts.currentNode.data.trim() && size < LEAST_PX && seen(e) && !e.closest('svg, .visually-hidden')) small.set(e.className || e.tagName, `${size} px: ${named(e)}`);
    }
    for (const words of small.values()) said.push(`small letters ${words}`);
  }
  return said;
}"""
FOCUS = """() => {
  const said = [];
  const ring = (e) => { const s = getComputedStyle(e); return `${s.outlineStyle} ${s.outlineWidth} ${s.boxShadow} ${s.borderColor} ${s.backgroundColor}`; };
  for (const e of document.querySelectorAll('a[href], button:not(:disabled), select, summary, input:not([type=hidden]):not(:disabled), textarea, [tabindex="0"]')) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest('.visually-hidden')) continue;
    const frame = e.closest('label, .searchbox, .drop') ?? e.parentElement;
    const before = ring(e) + ring(frame);
    e.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement === e && ring(e) + ring(frame) === before) said.push(`focus unseen: ${e.outerHTML.replace(/\\s+/g, ' ').slice(0, 120)}`);
    e.blur();
  }
  return said;
}"""


def findings(page: Page, *, focus: bool = False) -> list[str]:
    """Complaints about the page as it stands, in its present width and colours."""
    said: list[Any] = page.evaluate(LOOK.replace("LEAST_PX", "24"))
    said += page.evaluate(RUN_AXE, RULES)
    if focus:
        said += page.evaluate(FOCUS)
    return said
