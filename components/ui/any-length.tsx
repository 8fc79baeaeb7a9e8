import type { ReactNode } from "react";

/** A longer word than this would push the other columns of a table out of view. */
const WORD_MAX = 32;

/** Text of any length, a name or a reason: a word that is too long for a table breaks, and takes the room that others leave. */
export function AnyLength({ text }: { readonly text: string }): ReactNode {
  return hasLongWord(text) ? <span className={BREAKS}>{text}</span> : text;
}

/** A name and its namespace, on one line where there is room. */
export function NameInNamespace({ name, namespace }: { readonly name: string; readonly namespace: string }) {
  return (
    <span className={hasLongWord(name) ? BREAKS : "inline-flex flex-wrap items-baseline gap-x-1.5"}>
      <span className={hasLongWord(name) ? "" : "whitespace-nowrap"}>{name}</span>{" "}
      <span className="font-normal text-subtle text-xs">{namespace}</span>
    </span>
  );
}

const BREAKS = "inline-block min-w-36 max-w-full [overflow-wrap:anywhere]";

export function hasLongWord(text: string): boolean {
  return text.split(/\s+/).some((word) => word.length > WORD_MAX);
}
