"""What is asked of every page, whoever wrote it: can everybody read it, reach it and act on it?"""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.browser.running import ROOT

PHONE, DESK, NARROWEST = (390, 844), (1440, 900), (320, 800)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# The search of the bar is labelled out of sight beside its button; a cell stands under its column's heading.
_MISSES = """() => {
  const shown = (element) => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const told = (element) => element.outerHTML.slice(0, 160);
  const misses = [];
  const headings = [...document.querySelectorAll("h1")].filter(shown);
  if (headings.length !== 1) misses.push(`${headings.length} h1s`);
  for (const table of document.querySelectorAll("table"))
    if (!table.caption || !table.caption.textContent.trim()) misses.push(`no caption: ${told(table)}`);
  const fields = "input:not([type=hidden],[type=submit],[type=button]), select, textarea";
  for (const field of [...document.querySelectorAll(fields)].filter(shown)) {
    const labels = [...field.labels].filter((label) => label.textContent.trim());
    const named = labels.length || field.getAttribute("aria-label") || field.getAttribute("aria-labelledby");
    if (!named) misses.push(`no label: ${told(field)}`);
    const apart = field.closest("td, th, .bar");
    if (!apart && !labels.some((label) => shown(label) && !label.classList.contains("govuk-visually-hidden")))
      misses.push(`no label to be seen: ${told(field)}`);
  }
  const twice = [...document.querySelectorAll("[id]")].map((element) => element.id)
    .filter((id, at, ids) => ids.indexOf(id) !== at);
  if (twice.length) misses.push(`ids used twice: ${twice}`);
  if (!document.title.trim()) misses.push("no title");
  return misses;
}"""

_TOO_WIDE = """() => {
  const page = document.documentElement, room = page.clientWidth;
  if (page.scrollWidth <= room) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > room + 1)
    .filter((element) => !element.closest(".list-scroll table")).slice(0, 5)
    .map((element) => `${page.scrollWidth} px wide on ${room}: ${element.outerHTML.slice(0, 120)}`);
}"""

_AXE = """(only) => axe.run(document, {runOnly: only, resultTypes: ["violations"]}).then((found) =>
  found.violations.map((rule) => `${rule.id}: ${rule.help}: ` + rule.nodes.slice(0, 4).map((node) =>
    `${node.html.slice(0, 160)} [${(node.any[0] || node.all[0] || node.none[0] || {}).message || ""}]`
  ).join(" | ")))"""


def what_is_missing(page: Page) -> list[str]:
    """One h1, a caption on each table, a label in sight for each field, no id twice."""
    return list(page.evaluate(_MISSES))


def too_wide(page: Page, size: tuple[int, int]) -> list[str]:
    """What makes the page scroll sideways at this size, nothing where it does not."""
    _resize(page, size)
    return list(page.evaluate(_TOO_WIDE))


def barriers(page: Page, size: tuple[int, int] = DESK, *, dark: bool = False,
             rules: list[str] | None = None) -> list[str]:
    """What axe finds against WCAG 2.2 AA; `rules` narrows it to some of its rules."""
    _resize(page, size)
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    only: dict[str, Any] = ({"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG})
    return list(page.evaluate(_AXE, only))


def in_every_look(page: Page) -> list[str]:
    """Every fault of a page: in the small and the large, in the light and in the dark."""
    found = what_is_missing(page)
    for size in (NARROWEST, PHONE, DESK):
        found += too_wide(page, size)
    for size in (PHONE, DESK):
        found += [f"{size[0]} px: {fault}" for fault in barriers(page, size)]
        found += [f"{size[0]} px dark: {fault}" for fault in barriers(page, size, dark=True,
                                                                     rules=["color-contrast"])]
    return found


def _resize(page: Page, size: tuple[int, int]) -> None:
    width, height = size
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})


@cache
def _axe() -> str:
    """The rules as text, since the pages' own policy (rightly) lets no foreign script in."""
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    return f"() => {{ {source} }}"
