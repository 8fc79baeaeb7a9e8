"use client";
import type { Core } from "cytoscape";
import { Maximize, Minus, Plus, Waypoints } from "lucide-react";
import { fitAll, leaveView } from "#components/topology/viewport.ts";
import { IconButton } from "#components/ui/icon-button.tsx";
import { useShortcut } from "#components/ui/use-shortcut.ts";

const STEP = 1.25;

export function ZoomControls({ cy, onTidy }: { readonly cy: Core; readonly onTidy: () => void }) {
  const zoomBy = (factor: number) => {
    leaveView(cy);
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  };
  useShortcut("+", () => zoomBy(STEP));
  useShortcut("-", () => zoomBy(1 / STEP));
  useShortcut("0", () => fitAll(cy));
  return (
    <div
      role="toolbar"
      aria-label="View"
      className="absolute bottom-4 left-4 flex flex-col rounded-lg border border-line bg-surface p-0.5"
    >
      <IconButton size="sm" label="Zoom in" aria-keyshortcuts="+" onClick={() => zoomBy(STEP)}>
        <Plus aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Zoom out" aria-keyshortcuts="-" onClick={() => zoomBy(1 / STEP)}>
        <Minus aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Show all" aria-keyshortcuts="0" onClick={() => fitAll(cy)}>
        <Maximize aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Lay out anew" onClick={onTidy}>
        <Waypoints aria-hidden />
      </IconButton>
    </div>
  );
}
