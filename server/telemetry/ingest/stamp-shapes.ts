import { plainText } from "#core/plain-text.ts";
import { OTHER } from "#core/telemetry/path-template.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { TrafficWindow, WindowShape } from "#server/telemetry/ports/traffic-window.ts";

/** Of one window: an agent tells 300 templates of a service apart, most of them of one method. */
const SHAPES_MAX = 500;
const METHOD_CHARS_MAX = 20;
const TEMPLATE_CHARS_MAX = 512;

/** Shapes as an agent may tell them: no more requests than the window has. */
export function stampShapes({ shapes, count }: Pick<RequestWindow, "shapes" | "count">): readonly WindowShape[] {
  let left = Number(count);
  return shapes.slice(0, SHAPES_MAX).flatMap((shape) => {
    const of = Math.min(left, Number(shape.count));
    left -= of;
    if (of <= 0) return [];
    return [
      {
        method: plainText(shape.method, METHOD_CHARS_MAX),
        pathTemplate: plainText(shape.pathTemplate, TEMPLATE_CHARS_MAX),
        count: of,
      },
    ];
  });
}

/** The window with its shapes in one, of which there were too many. */
export function foldShapes(window: TrafficWindow): TrafficWindow {
  const count = (window.shapes ?? []).reduce((sum, shape) => sum + shape.count, 0);
  return count === 0 ? window : { ...window, shapes: [{ method: OTHER, pathTemplate: OTHER, count }] };
}
