/**
 * What a colour variable stands for under the theme now shown, as `rgb(…)`: canvases know neither variables nor
 * `light-dark()`. Asks the browser, so call it when the theme changes and not for each frame.
 */
export function readColor(name: string, element: HTMLElement = document.body): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  probe.style.display = "none";
  element.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}
