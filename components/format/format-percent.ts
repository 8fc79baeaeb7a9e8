/** `0 %`, `<0.1 %`, `3.4 %`, `100 %`. What is not quite all never reads as 100. */
export function formatPercent(percent: number | null): string {
  if (percent === null || !Number.isFinite(percent)) return "–";
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.1) return "<0.1 %";
  if (percent > 99.9) return ">99.9 %";
  return `${percent < 10 || percent > 99 ? percent.toFixed(1).replace(/\.0$/, "") : percent.toFixed(0)} %`;
}
