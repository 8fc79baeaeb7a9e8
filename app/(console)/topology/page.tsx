import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { parseRange } from "#components/shell/range.ts";
import { toGraphInput } from "#components/topology/graph-input.ts";
import { parseMoment } from "#components/topology/moment.ts";
import { parseNames } from "#components/topology/name-list.ts";
import { parseView } from "#components/topology/parse-view.ts";
import { TopologyPage } from "#components/topology/topology-page.tsx";

export const metadata: Metadata = { title: "Topology" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const range = parseRange(readParam(params, "range"), "/topology");
  const page = await openPage();
  await page.prefetch(
    page.trpc.topology.drawn.queryOptions(
      toGraphInput({
        view: parseView(readParam(params, "view")),
        seconds: range.seconds,
        idle: readParam(params, "idle") === "1",
        closed: parseNames(readParam(params, "closed")),
        open: parseNames(readParam(params, "open")),
        endMs: parseMoment(readParam(params, "at")),
        thanMs: parseMoment(readParam(params, "than")),
      }),
    ),
  );
  return page.hydrate(<TopologyPage />);
}
