import type { StylesheetJson } from "cytoscape";
import { readColor } from "#components/ui/read-color.ts";

const NAMES = [
  "surface",
  "sunken",
  "line",
  "line-strong",
  "idle",
  "ok",
  "warn",
  "bad",
  "accent",
  "ink",
  "muted",
] as const;
type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

/** The colours of the theme now shown. */
export function readPalette(): Palette {
  return Object.fromEntries(NAMES.map((name) => [name, readColor(name)])) as unknown as Palette;
}

/**
 * How the canvas draws what the cards do not: edges, namespace boxes, and the nodes themselves when zoomed far out.
 * Health shows in the line as much as in its colour: solid is well, dashed degraded, a double line with a bar at its end failing, dotted idle.
 */
export function buildStyle(palette: Palette): StylesheetJson {
  const health = (status: string, color: string, line: object, body: object) => [
    { selector: `edge.${status}`, style: { "line-color": color, "target-arrow-color": color, ...line } },
    { selector: `node.${status}`, style: { "border-color": color, ...body } },
  ];
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        "background-color": palette.surface,
        "border-width": 2,
        "border-color": palette["line-strong"],
        "overlay-opacity": 0,
      },
    },
    { selector: "node[?isCard]", style: { width: "data(width)", height: "data(height)", "corner-radius": "8px" } },
    {
      selector: "node.box",
      style: {
        "background-color": palette.sunken,
        "background-opacity": 0.6,
        "border-width": 1,
        "border-color": palette.line,
        padding: "34px",
        "corner-radius": "12px",
        events: "yes",
      },
    },
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "curve-style": "unbundled-bezier",
        "edge-distances": "endpoints",
        "control-point-weights": "data(weights)",
        "control-point-distances": "data(distances)",
        "source-endpoint": "90deg",
        "target-endpoint": "270deg",
        "line-color": palette.idle,
        "target-arrow-color": palette.idle,
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.9,
        "overlay-opacity": 0,
      },
    },
    { selector: "edge.down", style: { "source-endpoint": "180deg", "target-endpoint": "0deg" } },
    {
      selector: "edge.loop",
      style: {
        "curve-style": "bezier",
        "source-endpoint": "outside-to-node",
        "target-endpoint": "outside-to-node",
        "control-point-step-size": 60,
      },
    },
    {
      selector: "edge.plain",
      style: { "curve-style": "straight", "source-endpoint": "outside-to-node", "target-endpoint": "outside-to-node" },
    },
    ...health("healthy", palette.ok, { "line-style": "solid" }, {}),
    ...health(
      "degraded",
      palette.warn,
      { "line-style": "dashed", "line-dash-pattern": [9, 4] },
      { "border-style": "dashed" },
    ),
    ...health(
      "failure",
      palette.bad,
      { "line-style": "dashed", "line-dash-pattern": [4, 3], "target-arrow-shape": "triangle-tee" },
      { "border-style": "double", "border-width": 4 },
    ),
    // Among hundreds of lines only those that fail stand out.
    { selector: "edge.plain.healthy", style: { opacity: 0.2, width: 1 } },
    { selector: "edge.plain.degraded", style: { opacity: 0.35, width: 1 } },
    ...health("idle", palette.idle, { "line-style": "dotted" }, { "border-style": "dotted" }),
    // Beside another time.
    ...health("added", palette.ok, { "line-style": "solid", width: 5 }, {}),
    ...health("removed", palette.bad, { "line-style": "dotted", width: 3 }, {}),
    ...health("changed", palette.warn, { "line-style": "dashed", "line-dash-pattern": [9, 4], width: 3 }, {}),
    ...health("same", palette.idle, { "line-style": "solid", opacity: 0.35 }, {}),
    // The card over it draws it, as long as cards can be read.
    { selector: "node.carded", style: { "background-opacity": 0, "border-opacity": 0 } },
    {
      selector: ".selected",
      style: {
        "line-color": palette.accent,
        "target-arrow-color": palette.accent,
        "border-color": palette.accent,
        "border-width": 3,
      },
    },
    { selector: "node.box.selected", style: { "border-width": 1.5 } },
    { selector: ".dim", style: { opacity: 0.18 } },
    { selector: "node.box.dim", style: { opacity: 1 } },
  ] as StylesheetJson;
}
