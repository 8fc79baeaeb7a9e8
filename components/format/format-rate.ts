/** `0.42`, `19.8`, `1.2k`; an absent figure is a dash, never a zero. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null || !Number.isFinite(perSecond)) return "–";
  if (perSecond === 0) return "0";
  if (perSecond < 0.01) return "<0.01";
  if (perSecond < 10) return trim(perSecond.toFixed(2));
  if (perSecond < 100) return trim(perSecond.toFixed(1));
  if (perSecond < 1000) return perSecond.toFixed(0);
  if (perSecond < 1_000_000) return `${trim((perSecond / 1000).toFixed(1))}k`;
  return `${trim((perSecond / 1_000_000).toFixed(1))}M`;
}

function trim(text: string): string {
  return text.replace(/\.?0+$/, "");
}
