import { cx } from "#components/ui/cx.ts";
import { splitForCut } from "#components/ui/split-for-cut.ts";

/** A name that loses its middle where it has no room, so that names which differ at the end do not look the same. */
export function CutMiddle({ text, className }: { readonly text: string; readonly className?: string }) {
  const [head, tail] = splitForCut(text);
  return (
    <span className={cx("flex min-w-0", className)} title={text}>
      <span className="truncate whitespace-pre">{head}</span>
      {tail === "" ? null : <span className="shrink-0 whitespace-pre">{tail}</span>}
    </span>
  );
}
