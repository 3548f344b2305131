/**
 * Makes a tab list work as in the ARIA authoring practices: arrow keys, Home and End move between the tabs, and Tab
 * reaches only the selected one.
 * @param {HTMLElement} list
 * @param {(tab: HTMLElement) => void} [changed]
 */
export function tabs(list, changed) {
  const panel = (/** @type {HTMLElement} */ tab) => document.getElementById(tab.getAttribute("aria-controls") ?? "");
  const all = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);

  /** @param {HTMLElement} tab */
  function select(tab) {
    for (const other of all()) {
      const isSelected = other === tab;
      other.setAttribute("aria-selected", String(isSelected));
      other.tabIndex = isSelected ? 0 : -1;
      // several tabs can share a panel
      const [shown, hidden] = [panel(tab), panel(other)];
      if (hidden) hidden.hidden = hidden !== shown;
    }
    changed?.(tab);
  }

  list.addEventListener("click", (event) => {
    const tab = event.target instanceof Element && event.target.closest('[role="tab"]');
    if (tab instanceof HTMLElement) select(tab);
  });
  list.addEventListener("keydown", (event) => {
    const tabs = all();
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const to = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    select(tab);
    tab.focus();
  });
  return { select };
}
