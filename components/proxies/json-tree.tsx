"use client";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { jsonMatches } from "#components/proxies/search-json.ts";

export interface JsonTreeProps {
  readonly label: string;
  readonly value: unknown;
  /** Levels that are open to begin with. */
  readonly openDepth: number;
  /** Lower case: branches that hold it are open, and it is marked. */
  readonly query: string;
}

/** JSON to fold and unfold, by pointer or keyboard. */
export function JsonTree({ label, value, openDepth, query }: JsonTreeProps) {
  return (
    <section aria-label={label} className="overflow-x-auto font-mono text-xs leading-5">
      <Node name={null} value={value} depth={0} openDepth={openDepth} query={query} />
    </section>
  );
}

interface NodeProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly depth: number;
  readonly openDepth: number;
  readonly query: string;
}

function Node({ name, value, depth, openDepth, query }: NodeProps) {
  const [toggled, setToggled] = useState<boolean | null>(null);
  const isBranch = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  const isOpen = toggled ?? (depth < openDepth || (query !== "" && jsonMatches(value, query)));
  const label = name === null ? null : <Marked text={name} query={query} className="text-accent-text" />;
  if (!isBranch)
    return (
      <div className="whitespace-nowrap pl-4.5">
        {label}
        {label === null ? "" : ": "}
        <Marked text={JSON.stringify(value) ?? "undefined"} query={query} className="text-ink" />
      </div>
    );
  const entries = Object.entries(value);
  const summary = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setToggled(!isOpen)}
        className="flex items-center whitespace-nowrap rounded-sm hover:bg-hover"
      >
        <ChevronRight aria-hidden className={`mr-1 size-3.5 shrink-0 text-subtle ${isOpen ? "rotate-90" : ""}`} />
        {label}
        <span className="ml-1.5 text-subtle">{summary}</span>
      </button>
      {isOpen ? (
        <div className="ml-1.5 border-line border-l pl-2">
          {entries.map(([key, member]) => (
            <Node key={key} name={key} value={member} depth={depth + 1} openDepth={openDepth} query={query} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

function Marked({
  text,
  query,
  className,
}: {
  readonly text: string;
  readonly query: string;
  readonly className: string;
}): ReactNode {
  const at = query === "" ? -1 : text.toLowerCase().indexOf(query);
  if (at < 0) return <span className={className}>{text}</span>;
  return (
    <span className={className}>
      {text.slice(0, at)}
      <mark className="rounded-sm bg-warn-soft text-warn-text">{text.slice(at, at + query.length)}</mark>
      {text.slice(at + query.length)}
    </span>
  );
}
