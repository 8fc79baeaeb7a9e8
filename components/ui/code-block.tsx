import { CopyButton } from "#components/ui/copy-button.tsx";
import { cx } from "#components/ui/cx.ts";

/** Text as it is, scrollable by keyboard, with a copy button. */
export function CodeBlock({
  text,
  label,
  className,
}: {
  readonly text: string;
  readonly label: string;
  readonly className?: string;
}) {
  return (
    <div className={cx("relative rounded-md border border-line bg-sunken", className)}>
      <div className="absolute top-1 right-1">
        <CopyButton text={text} />
      </div>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className="overflow-auto p-3 pr-10"
      >
        <pre className="font-mono text-ink text-xs">{text}</pre>
      </section>
    </div>
  );
}
