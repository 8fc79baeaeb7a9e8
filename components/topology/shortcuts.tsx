"use client";
import { Keyboard } from "lucide-react";
import { useState } from "react";
import { Dialog } from "#components/ui/dialog.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { useShortcut } from "#components/ui/use-shortcut.ts";

const ROWS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ["Tab"], does: "into the graph, to the node that is chosen" },
  { keys: ["←", "→", "↑", "↓"], does: "from node to node" },
  { keys: ["Enter"], does: "open the panel of the node" },
  { keys: ["Esc"], does: "close the panel, clear the search" },
  { keys: ["/"], does: "find; -word leaves out" },
  { keys: ["+", "-"], does: "zoom" },
  { keys: ["0"], does: "show all" },
  { keys: ["t"], does: "graph or table" },
  { keys: ["p"], does: "pause or resume" },
  { keys: ["?"], does: "this list" },
];

/** The keys of the topology, listed. */
export function Shortcuts() {
  const [isOpen, setIsOpen] = useState(false);
  useShortcut("?", () => setIsOpen(true));
  return (
    <>
      <IconButton label="Keyboard shortcuts" className="max-xl:hidden" onClick={() => setIsOpen(true)}>
        <Keyboard aria-hidden />
      </IconButton>
      <Dialog isOpen={isOpen} onOpenChange={setIsOpen} title="Keyboard shortcuts">
        <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2 text-sm">
          {ROWS.map(({ keys, does }) => (
            <div key={does} className="col-span-2 grid grid-cols-subgrid">
              <dt className="flex gap-1">
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dt>
              <dd className="text-muted">{does}</dd>
            </div>
          ))}
        </dl>
      </Dialog>
    </>
  );
}
