const SHOWN_MAX = 3;

/** The first of some workloads, and how many others. */
export function WorkloadNames({ names, none }: { readonly names: readonly string[]; readonly none: string }) {
  if (names.length === 0) return <span className="text-warn-text">{none}</span>;
  const left = names.length - SHOWN_MAX;
  return (
    <span className="inline-block min-w-32 [overflow-wrap:anywhere]" title={names.join(", ")}>
      {names.slice(0, SHOWN_MAX).join(", ")}
      {left > 0 ? ` and ${left} more` : ""}
    </span>
  );
}
