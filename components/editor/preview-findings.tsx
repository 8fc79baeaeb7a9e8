"use client";
import { useState } from "react";
import { AffectedProxies } from "#components/editor/affected-proxies.tsx";
import { ConcernedCallers } from "#components/editor/concerned-callers.tsx";
import { ProblemList } from "#components/editor/problem-list.tsx";
import { TextDiff } from "#components/editor/text-diff.tsx";
import { XdsChanges } from "#components/editor/xds-changes.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Stat } from "#components/ui/stat.tsx";
import { describeReplayed } from "#core/traffic/describe-replayed.ts";
import type { PreviewView } from "#core/view/config.ts";

const LAYOUTS = [
  { value: "unified", label: "Unified" },
  { value: "split", label: "Side by side" },
] as const;

/** What a change would do, in figures first. */
export function PreviewFindings({ preview }: { readonly preview: PreviewView }) {
  const [layout, setLayout] = useState<"unified" | "split">("unified");
  const { changed, xds, xdsCount, proxies, traffic, diagnostics, resolved } = preview;
  return (
    <div className="flex flex-col gap-4" data-testid="preview">
      <Card>
        <div className="grid grid-cols-2 gap-4 md:grid-cols-4">
          <Stat label="Documents" value={changed.length} note={countOps(changed)} />
          <Stat label="xDS resources" value={xdsCount} note={countXds(xds, xdsCount)} testId="preview-xds" />
          <Stat label="Proxies that change" value={proxies.length} testId="preview-proxies" />
          <Stat
            label="Traffic concerned"
            testId="preview-traffic"
            value={formatRate(traffic?.requestsPerSecond ?? null)}
            {...(traffic === null ? {} : { unit: "requests/s" })}
            note={describeTraffic(traffic)}
          />
        </div>
      </Card>
      {diagnostics.length === 0 ? null : (
        <Card title="Problems">
          <ProblemList diagnostics={diagnostics} ownRef={null} />
        </Card>
      )}
      {resolved.length === 0 ? null : (
        <Card title="Problems that end">
          <ProblemList diagnostics={resolved} ownRef={null} />
        </Card>
      )}
      <Card
        title="Difference"
        actions={
          <Segmented label="Layout of the difference" value={layout} options={LAYOUTS} onValueChange={setLayout} />
        }
      >
        {changed.length === 0 ? <p className="text-muted text-sm">Nothing differs from what is there.</p> : null}
        <div className="flex flex-col gap-4">
          {changed.map(({ ref, op, before, after }) => (
            <div key={ref}>
              <p className="mb-1.5 flex items-center gap-2 text-sm">
                <Badge tone={op === "created" ? "ok" : op === "deleted" ? "bad" : "accent"}>{op}</Badge>
                <span className="font-mono text-xs">{ref}</span>
              </p>
              <TextDiff label={ref} before={before ?? ""} after={after ?? ""} isSplit={layout === "split"} />
            </div>
          ))}
        </div>
      </Card>
      <Card title="What proxies are sent" description="Resources whose bytes change, and how many proxies hold each">
        <XdsChanges changes={xds} />
      </Card>
      {traffic === null || traffic.callers.length === 0 ? null : (
        <Card title="Traffic concerned" description={`Over the last minute: ${traffic.basis.join(", ")}`} isFlush>
          {traffic.limits.flatMap(describeReplayed).map((line) => (
            <p key={line} className="px-4 py-1 text-sm">
              {line}
            </p>
          ))}
          <ConcernedCallers callers={traffic.callers} />
        </Card>
      )}
      <Card title="Proxies that change" isFlush>
        <AffectedProxies proxies={proxies} />
      </Card>
    </div>
  );
}

function describeTraffic(traffic: PreviewView["traffic"]): string {
  if (traffic === null) return "nothing recorded in the last minute";
  const plain = traffic.plaintextPerSecond > 0 ? `, ${formatRate(traffic.plaintextPerSecond)} in plain text` : "";
  return `${traffic.isUpperBound ? "at most, " : ""}over the last minute${plain}`;
}

function countOps(changed: PreviewView["changed"]): string {
  return describeCounts(changed.map(({ op }) => op));
}

function countXds(xds: PreviewView["xds"], count: number): string {
  const counts = describeCounts(xds.map(({ op }) => op));
  return count > xds.length ? `${counts} among the first ${xds.length}` : counts;
}

/** "1 created, 2 updated" */
function describeCounts(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}
