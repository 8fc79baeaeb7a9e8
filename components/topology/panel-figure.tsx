/** One figure of a panel's head. */
export function PanelFigure({ term, value }: { readonly term: string; readonly value: string }) {
  return (
    <div>
      <dt className="text-2xs text-subtle">{term}</dt>
      <dd className="font-medium text-ink">{value}</dd>
    </div>
  );
}
