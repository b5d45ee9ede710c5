// Opens the Interrogator tab: the n-th button of the tabs whose n-th panel it is.
() => {
  const panel = document.querySelector("#tab_img2prompt_interrogator");
  const tabs = panel.parentElement;
  const panels = Array.from(tabs.children).filter(
    child => child.classList.contains("tabitem") || child.getAttribute("role") === "tabpanel");
  const bar = tabs.querySelector(".tab-nav, [role=tablist]");
  bar.querySelectorAll("button")[panels.indexOf(panel)].click();
  return [];
}
