import Link from "next/link";
import { Fragment } from "react";
import type { UsedLimit } from "#core/view/limit-use.ts";

const SHOWN = 6;

/** What a limit stands over, in a sentence; services lead to their pages. */
export function SelectedBy({ limit: { workloads, gateways, services } }: { readonly limit: UsedLimit }) {
  if (workloads.length + gateways.length === 0) return <>It stands over nothing that runs.</>;
  return (
    <>
      It stands over {joinFew([...gateways.map((each) => `gateway ${each}`), ...workloads])}
      {services.length === 0 ? null : (
        <>
          , which {workloads.length + gateways.length === 1 ? "serves" : "serve"}{" "}
          {services.slice(0, SHOWN).map((host, index) => (
            <Fragment key={host}>
              {index === 0 ? "" : ", "}
              <Link
                href={`/services/${encodeURIComponent(host)}`}
                className="rounded-sm text-accent-text underline [overflow-wrap:anywhere]"
              >
                {host}
              </Link>
            </Fragment>
          ))}
          {moreThan(services.length)}
        </>
      )}
      .
    </>
  );
}

const moreThan = (count: number): string => (count > SHOWN ? ` and ${count - SHOWN} more` : "");
const joinFew = (names: readonly string[]): string => `${names.slice(0, SHOWN).join(", ")}${moreThan(names.length)}`;
