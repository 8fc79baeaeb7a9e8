"use client";
import type { Core } from "cytoscape";
import { Maximize, Minus, Plus, Sparkles } from "lucide-react";
import { fitAll } from "#components/topology/fit-all.ts";
import { IconButton } from "#components/ui/icon-button.tsx";

const STEP = 1.25;

export function ZoomControls({ cy, onTidy }: { readonly cy: Core; readonly onTidy: () => void }) {
  const zoomBy = (factor: number) =>
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  return (
    <div
      role="toolbar"
      aria-label="View"
      className="absolute bottom-4 left-4 flex flex-col rounded-lg border border-line bg-surface p-0.5"
    >
      <IconButton size="sm" label="Zoom in" onClick={() => zoomBy(STEP)}>
        <Plus aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Zoom out" onClick={() => zoomBy(1 / STEP)}>
        <Minus aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Show all" onClick={() => fitAll(cy)}>
        <Maximize aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Lay out anew" onClick={onTidy}>
        <Sparkles aria-hidden />
      </IconButton>
    </div>
  );
}
