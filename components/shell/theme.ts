export type Theme = "system" | "light" | "dark";

export const THEME_COOKIE = "pharos-theme";
/** Sent to the window when somebody chose a theme. */
export const THEME_EVENT = "pharos-theme";
const YEAR_SECONDS = 31_536_000;

/** Anything but a known theme is the system's. */
export function parseTheme(value: string | undefined): Theme {
  return value === "light" || value === "dark" ? value : "system";
}

/** Shows a theme at once and remembers it for the next page load. */
export function applyTheme(theme: Theme): void {
  // The Cookie Store API is not in every browser that runs the console.
  // biome-ignore lint/suspicious/noDocumentCookie: see above
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  window.dispatchEvent(new CustomEvent<Theme>(THEME_EVENT, { detail: theme }));
}
