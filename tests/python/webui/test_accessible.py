"""What a screen reader and a keyboard meet: every field has a name, every flow goes by keys."""

from __future__ import annotations

import pytest

from .conftest import open_tab
from .test_prompt_tab import PICTURE, TAB, value

pytestmark = pytest.mark.browser

#: Buttons and number fields are left out: gradio's own icons and a slider's second field have none.
_ROLES = {"textbox", "combobox", "checkbox", "radio", "slider", "tab", "searchbox"}
_LEAST_CONTRAST = 4.5  # WCAG 2, level AA, of text


def nameless(page) -> list[str]:
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value") in _ROLES
        and not node.get("name", {}).get("value", "").strip()
    ]


def test_every_field_has_a_name(page):
    open_tab(page, "Interrogator")
    for part in ("Prompt", "Analyze", "Tags", "Batch", "About"):
        open_tab(page, part)
        for accordion in page.locator(".label-wrap:visible").all():
            accordion.click()
        assert nameless(page) == [], part
    open_tab(page, "PNG Info", nth=1)
    assert nameless(page) == []


def test_a_prompt_is_made_by_keys_alone(page):
    open_tab(page, "Interrogator")
    page.set_input_files(f"{TAB}_image input[type=file]", str(PICTURE))
    page.wait_for_selector(f"{TAB}_image img")
    for model in ("clip", "caption"):
        field = page.locator(f"{TAB}_{model}_model input").first
        field.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("demo")
        page.keyboard.press("Enter")
    page.locator(f"{TAB}_mode input").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")  # to the last mode, caption
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id || ''").endswith("_generate"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{TAB}_status >> text=Similarity", timeout=90_000)
    assert "yellow heart" in value(page, f"{TAB}_text")


_CONTRASTS = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = node => {
    for (; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      if (color.length < 4 || color[3] > 0.9) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll("[id^=img2prompt] *")) {
    const own = Array.from(node.childNodes).some(
      child => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.offsetParent) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))];
    found.push([node.textContent.trim().slice(0, 40),
                (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.className]);
  }
  return found;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_our_own_text_can_be_read_in_both_themes(page, host, theme):
    page.goto(f"{host.url}/?__theme={theme}")
    page.wait_for_function("window.switch_to_extras !== undefined", timeout=60_000)
    open_tab(page, "Interrogator")
    for part in ("Analyze", "About"):
        open_tab(page, part)
        if part == "Analyze":
            page.click("#img2prompt_analyze_run")
            page.wait_for_selector("#img2prompt_analyze_tables .error")
        texts = page.evaluate(_CONTRASTS)
        ours = [row for row in texts if "svelte" not in row[2]]
        assert len(ours) > 0
        assert [row for row in ours if row[1] < _LEAST_CONTRAST] == []
