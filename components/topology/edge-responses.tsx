"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { useRange } from "#components/shell/use-range.ts";
import { causeOf } from "#components/topology/edge-causes.ts";
import { splitFlags } from "#components/topology/flag-objects.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { cx } from "#components/ui/cx.ts";
import { DenialText } from "#components/ui/denial-text.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import type { DisplayEdge } from "#core/graph/display-graph.ts";
import { tellsOwnAnswer } from "#core/telemetry/own-answer.ts";

/** How the requests were answered, with what Envoy's flags mean and the object that says so. `host` is whom they were for. */
export function EdgeResponses({ edge, host }: { readonly edge: DisplayEdge; readonly host: string | null }) {
  const range = useRange();
  const trpc = useTRPC();
  const hasFlags =
    edge.responses.some(({ flags }) => splitFlags(flags).length > 0) || edge.deniedBy.some(tellsOwnAnswer);
  const service = useQuery(
    trpc.services.get.queryOptions(
      { host: host ?? "", seconds: range.seconds },
      { enabled: host !== null && hasFlags, placeholderData: (previous) => previous },
    ),
  );
  if (edge.responses.length === 0) return null;
  const config = service.data?.host === host ? (service.data?.config ?? []) : [];
  return (
    <PanelSection title="Answers">
      <table className="w-full text-left text-sm" aria-label="Answers by code">
        <thead className="sr-only">
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Meaning</th>
            <th scope="col">Requests per second</th>
          </tr>
        </thead>
        <tbody>
          {edge.responses.map(({ code, flags, requestsPerSecond }) => {
            const { words, refs, denials } = causeOf({ code, flags }, edge.deniedBy, config);
            return (
              <tr key={`${code} ${flags}`}>
                <th
                  scope="row"
                  className={cx(
                    "w-12 py-0.5 align-top font-medium",
                    code === 0 || code >= 500 ? "text-bad-text" : code >= 400 ? "text-warn-text" : "text-ink",
                  )}
                >
                  {code === 0 ? "none" : code}
                </th>
                <td className="py-0.5 pr-2 text-muted text-xs leading-5">
                  {words}
                  {refs.length === 0 ? null : (
                    <span className="block">
                      by <ResourceLinks refs={refs} />
                    </span>
                  )}
                  {denials.map((denial) => (
                    <span key={denial} className="block">
                      <DenialText denial={denial} />
                    </span>
                  ))}
                </td>
                <td className="py-0.5 text-right align-top text-muted">{formatRate(requestsPerSecond)}/s</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </PanelSection>
  );
}
