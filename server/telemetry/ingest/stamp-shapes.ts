import { plainText } from "#core/plain-text.ts";
import { OTHER } from "#core/telemetry/path-template.ts";
import type { WindowFigures } from "#server/telemetry/ingest/told-labels.ts";
import type { TrafficWindow, WindowShape } from "#server/telemetry/ports/traffic-window.ts";

/** Of one window: an agent tells 300 templates of a service apart, most of them of one method. */
const SHAPES_MAX = 500;
const METHOD_CHARS_MAX = 20;
const TEMPLATE_CHARS_MAX = 512;

/** Shapes as an agent may tell them: no more requests than the window has. */
export function stampShapes({ shapes, count }: Pick<WindowFigures, "shapes" | "count">): readonly WindowShape[] {
  let left = Number(count);
  const stamped: WindowShape[] = [];
  for (const told of shapes.length > SHAPES_MAX ? shapes.slice(0, SHAPES_MAX) : shapes) {
    const of = Math.min(left, Number(told.count));
    left -= of;
    if (of <= 0) continue;
    stamped.push({ ...nameOf(told), count: of });
  }
  return stamped;
}

function nameOf(told: WindowFigures["shapes"][number]): Omit<WindowShape, "count"> {
  if (!("shape" in told)) return stampName(told);
  told.shape.stamped ??= stampName(told.shape);
  return told.shape.stamped;
}

function stampName({ method, pathTemplate }: { readonly method: string; readonly pathTemplate: string }) {
  return {
    method: plainText(method, METHOD_CHARS_MAX),
    pathTemplate: plainText(pathTemplate, TEMPLATE_CHARS_MAX),
  };
}

/** The window with its shapes in one, of which there were too many. */
export function foldShapes(window: TrafficWindow): TrafficWindow {
  const count = (window.shapes ?? []).reduce((sum, shape) => sum + shape.count, 0);
  return count === 0 ? window : { ...window, shapes: [{ method: OTHER, pathTemplate: OTHER, count }] };
}
