/** The key of the theme in the storage of the browser. */
const KEY = "railpack2docker-theme";

/**
 * Switches between light and dark. The default is the setting of the system.
 * @param {HTMLElement} button
 */
export function themeButton(button) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const { dataset } = document.documentElement;
  const isDark = () => (dataset.theme ? dataset.theme === "dark" : system.matches);

  function show() {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Switch to light colors" : "Switch to dark colors");
  }

  const stored = read();
  if (stored === "dark" || stored === "light") dataset.theme = stored;
  button.addEventListener("click", () => {
    dataset.theme = isDark() ? "light" : "dark";
    write(dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
}

/** The storage may be forbidden. */
function read() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} theme */
function write(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // the theme lasts until the page is closed
  }
}
