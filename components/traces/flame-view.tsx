"use client";
import { ZoomOut } from "lucide-react";
import { useMemo, useState } from "react";
import { formatMillis } from "#components/format/format-millis.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import { buildFlame, type FlameBox } from "#components/traces/build-flame.ts";
import { Button } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import type { SpanNode } from "#core/telemetry/span-tree.ts";

const ROW_PX = 26;

/** Where the time went: equal spans as one box, as wide as the time in it and below. A click takes one to the whole width. */
export function FlameView({ nodes, colors }: { readonly nodes: readonly SpanNode[]; readonly colors: ServiceColors }) {
  const [path, setPath] = useState("");
  const { boxes, depth, hidden, totalMs, zoomed } = useMemo(() => buildFlame(nodes, path), [nodes, path]);
  return (
    <>
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-2 text-muted text-xs">
        <p className="min-w-0 flex-1">
          {formatMillis(totalMs)} of work{zoomed === undefined ? "" : ` in ${zoomed.title}`}: what ran at once is
          counted for each.
          {hidden === 0 ? "" : ` ${hidden} boxes are too small to be seen: zoom in.`}
        </p>
        {zoomed === undefined ? null : (
          <Button size="sm" variant="ghost" onClick={() => setPath("")}>
            <ZoomOut aria-hidden /> Whole trace
          </Button>
        )}
      </div>
      <div className="max-h-[calc(100dvh-14rem)] overflow-auto p-2">
        <ul
          aria-label="Time by operation"
          data-testid="flame"
          className="relative min-w-[34rem]"
          style={{ height: `${depth * ROW_PX}px` }}
        >
          {boxes.map((box) => (
            <Box
              key={box.path}
              box={box}
              totalMs={totalMs}
              color={`var(--${colors.get(box.node.service) ?? "idle"})`}
              onZoom={() => setPath(box.path === path ? "" : box.path)}
            />
          ))}
        </ul>
      </div>
    </>
  );
}

function Box({
  box: { node, depth, offset, width },
  totalMs,
  color,
  onZoom,
}: {
  readonly box: FlameBox;
  readonly totalMs: number;
  readonly color: string;
  readonly onZoom: () => void;
}) {
  const { service, title, count, errors, totalMs: ownMs, selfMs } = node;
  const times = count === 1 ? "" : `, ${count} times`;
  const failed = errors === 0 ? "" : `, ${errors} failed`;
  const share = totalMs === 0 ? 0 : Math.round((ownMs / totalMs) * 100);
  const told = `${service} ${title}${times}${failed}: ${formatMillis(ownMs)}, ${share} %, itself ${formatMillis(selfMs)}`;
  return (
    <li
      className="absolute"
      style={{ top: `${depth * ROW_PX}px`, left: `${offset * 100}%`, width: `${width * 100}%`, height: `${ROW_PX}px` }}
    >
      <button
        type="button"
        title={told}
        aria-label={told}
        data-testid="flame-box"
        onClick={onZoom}
        className={cx(
          "flex h-[calc(100%-2px)] w-[calc(100%-1px)] min-w-px items-center gap-1.5 overflow-hidden rounded-sm border-line border-l-4 bg-sunken px-1.5 text-left text-xs hover:bg-active focus-visible:z-1 focus-visible:outline-2 focus-visible:outline-accent",
          errors > 0 && "text-bad",
        )}
        style={{ borderLeftColor: color }}
      >
        <span className="truncate">
          <span className="font-medium">{service.split(".")[0]}</span> {title}
        </span>
      </button>
    </li>
  );
}
