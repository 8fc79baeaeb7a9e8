/** The points of a small line in a box, from the left edge to the right; zero is the floor, so height means amount. */
export function sparklinePath(
  values: readonly number[],
  width: number,
  height: number,
): { readonly line: string; readonly area: string } | null {
  if (values.length < 2) return null;
  const max = Math.max(...values);
  const inset = 1;
  const usable = height - 2 * inset;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * width;
    const y = height - inset - (max === 0 ? 0 : (Math.max(0, value) / max) * usable);
    return `${round(x)},${round(y)}`;
  });
  const line = `M${points.join("L")}`;
  return { line, area: `${line}L${width},${height}L0,${height}Z` };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
