/** Names and values as the span has them, in the order of names. */
export function AttributeTable({
  title,
  attributes,
}: {
  readonly title?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}) {
  const entries = Object.entries(attributes).sort(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      {title === undefined ? null : <h3 className="mb-1.5 font-medium text-subtle text-xs">{title}</h3>}
      <dl className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] text-xs">
        {entries.map(([name, value]) => (
          <div key={name} className="col-span-2 grid grid-cols-subgrid border-line border-b py-1 last:border-b-0">
            <dt className="break-words pr-3 text-muted">{name}</dt>
            <dd className="break-all font-mono text-ink">{String(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
