import { formatRate } from "#components/format/format-rate.ts";
import { explainFlags } from "#components/topology/explain-flags.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { cx } from "#components/ui/cx.ts";
import type { DisplayEdge } from "#core/view/display-graph.ts";

/** How the requests were answered, with what Envoy's flags mean. */
export function EdgeResponses({ edge }: { readonly edge: DisplayEdge }) {
  if (edge.responses.length === 0) return null;
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
          {edge.responses.map(({ code, flags, requestsPerSecond }) => (
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
              <td className="py-0.5 pr-2 text-muted text-xs leading-5">{explainFlags(flags)}</td>
              <td className="py-0.5 text-right align-top text-muted">{formatRate(requestsPerSecond)}/s</td>
            </tr>
          ))}
        </tbody>
      </table>
    </PanelSection>
  );
}
