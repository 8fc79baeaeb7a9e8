import type { ReactNode } from "react";

/** A part of the side panel. */
export function PanelSection({
  title,
  note,
  children,
}: {
  readonly title?: string;
  readonly note?: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-label={title} className="border-line border-t px-4 py-3.5">
      {title === undefined ? null : (
        <h3 className="mb-2 flex items-baseline justify-between gap-2 font-medium text-ink text-xs">
          {title}
          {note === undefined ? null : <span className="font-normal text-2xs text-subtle">{note}</span>}
        </h3>
      )}
      {children}
    </section>
  );
}
