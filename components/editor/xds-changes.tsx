"use client";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { TextDiff } from "#components/editor/text-diff.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import type { PreviewView } from "#core/view/config.ts";

type XdsChange = PreviewView["xds"][number];

const OP_TONE = { added: "ok", changed: "accent", removed: "bad" } as const satisfies Record<XdsChange["op"], Tone>;
const SHOWN_FIRST = 12;
const TYPE_WORD: Readonly<Record<string, string>> = {
  CDS: "cluster",
  EDS: "endpoints",
  LDS: "listener",
  RDS: "routes",
  VHDS: "virtual host",
  SDS: "secret",
};

/** What proxies will be sent: each resource with how many hold it, its JSON before and after on demand. */
export function XdsChanges({ changes }: { readonly changes: readonly XdsChange[] }) {
  const [shown, setShown] = useState(SHOWN_FIRST);
  if (changes.length === 0)
    return <p className="text-muted text-sm">No proxy configuration changes: nothing that is connected uses this.</p>;
  return (
    <>
      <ul className="flex flex-col divide-y divide-line rounded-md border border-line">
        {changes.slice(0, shown).map((change) => (
          <XdsRow key={`${change.type} ${change.name}`} change={change} />
        ))}
      </ul>
      {changes.length > shown ? (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setShown(changes.length)}>
          Show all {changes.length}
        </Button>
      ) : null}
    </>
  );
}

function XdsRow({ change }: { readonly change: XdsChange }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex w-full items-center gap-2.5 px-3 py-2 text-left text-sm hover:bg-hover focus-visible:-outline-offset-2"
      >
        <ChevronRight aria-hidden className={`size-3.5 shrink-0 text-subtle ${isOpen ? "rotate-90" : ""}`} />
        <Badge tone={OP_TONE[change.op]}>{change.op}</Badge>
        <span className="w-32 shrink-0 whitespace-nowrap text-muted text-xs">
          {change.type} {TYPE_WORD[change.type] ?? ""}
        </span>
        <span className="min-w-0 flex-1 truncate font-mono text-xs">{change.name}</span>
        <span className="shrink-0 text-subtle text-xs">
          {change.proxies} {change.proxies === 1 ? "proxy" : "proxies"}
        </span>
      </button>
      {isOpen ? (
        <div className="max-h-96 overflow-y-auto border-line border-t p-3">
          <TextDiff label={change.name} before={change.before ?? ""} after={change.after ?? ""} />
        </div>
      ) : null}
    </li>
  );
}
