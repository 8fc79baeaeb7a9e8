/** Colours of destinations, in their order. */
const SHARE_COLOURS = Array.from({ length: 8 }, (_, index) => `var(--series-${index + 1})`);

export function shareColour(index: number): string {
  return SHARE_COLOURS[index % SHARE_COLOURS.length] ?? "var(--series-1)";
}

/** How the whole divides, at a glance; the figures stand beside it. */
export function ShareStrip({ weights }: { readonly weights: readonly number[] }) {
  return (
    <div aria-hidden className="flex h-2 gap-0.5 overflow-hidden rounded-full bg-active">
      {weights.map((weight, index) =>
        // What has no share takes no gap either.
        weight === 0 ? null : (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a share has no other identity than its place
            key={index}
            className="transition-[flex-grow] duration-150"
            style={{ flexGrow: weight, background: shareColour(index) }}
          />
        ),
      )}
    </div>
  );
}
