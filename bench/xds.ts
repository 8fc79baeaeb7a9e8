import { existsSync } from "node:fs";
import type { ApiClient } from "../cli/client/client.ts";
import { cpuSeconds, rssMb } from "./process-usage.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";
import { type Measured, startControlPlane } from "./xds/control-plane.ts";
import { FleetProcess } from "./xds/fleet-process.ts";
import { startIstiod } from "./xds/istiod.ts";

/** As in the measurements that the targets come from. */
const VIRTUAL_SERVICES = 100;
const SECONDS_SHOWN = 600;

interface Figures {
  /** From the first dial until every client holds everything. */
  readonly fullSyncSeconds: number;
  readonly syncBytesPerClient: number;
  /** Server CPU of the full sync. */
  readonly serverCpuSeconds: number;
  readonly serverRssMb: number;
  /** After the reconnect, when the memory of those that went is not all returned yet. */
  readonly serverRssReconnectedMb: number;
  /** From the write of an edit until the last client holds it: the median of the edits, and the longest. */
  readonly editLastMs: number;
  readonly editLongestMs: number;
  readonly editBytesPerClient: number;
  readonly editCpuSeconds: number;
  /** All clients gone and back at once. */
  readonly reconnectSeconds: number;
  /** Longest answer to a page's queries while they come back; only where there is a console. */
  readonly pageLongestMs?: number;
  readonly pageMedianMs?: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What pages ask. */
function pageQueries(api: ApiClient): ReadonlyArray<() => Promise<unknown>> {
  return [
    () => api.overview.get.query({ seconds: SECONDS_SHOWN }),
    () => api.config.history.query({ limit: 50 }),
    () => api.services.list.query({ seconds: SECONDS_SHOWN }),
    () => api.topology.graph.query({ view: "service", seconds: SECONDS_SHOWN }),
  ];
}

/** Asks what pages ask, one after another, until `until` settles; milliseconds of each answer. */
async function askPages(api: ApiClient, until: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  const taken: number[] = [];
  while (!isOver) {
    for (const query of pageQueries(api)) {
      const before = performance.now();
      await query();
      taken.push(performance.now() - before);
    }
  }
  return taken;
}

async function measure(
  server: Measured & { readonly api?: ApiClient },
  clients: number,
  edits: number,
  say: (text: string) => void,
): Promise<Figures> {
  const fleet = new FleetProcess({
    address: server.address,
    clients,
    ...(server.identity === undefined ? {} : { identity: server.identity }),
    takesVirtualHosts: server.takesVirtualHosts,
  });
  try {
    say(`${server.name}: ${clients} clients connect`);
    const cpuBefore = cpuSeconds(server.pid);
    const synced = await fleet.connect();
    const serverCpuSeconds = cpuSeconds(server.pid) - cpuBefore;
    const serverRssMb = rssMb(server.pid);
    const lasts: number[] = [];
    const bytes: number[] = [];
    const cpuBeforeEdits = cpuSeconds(server.pid);
    for (let edit = 0; edit < edits; edit += 1) {
      say(`${server.name}: edit ${edit + 1} of ${edits}`);
      const mark = `edit-${edit}-${clients}`;
      const { seen } = await fleet.watch(mark);
      const writtenMs = performance.timeOrigin + performance.now();
      await server.edit(mark);
      const { lastAtMs, bytesPerClient } = await seen;
      lasts.push(lastAtMs - writtenMs);
      bytes.push(bytesPerClient);
    }
    const editCpuSeconds = (cpuSeconds(server.pid) - cpuBeforeEdits) / edits;
    // Somebody has the console open: what a server that just started does once is not what a fleet's return costs.
    if (server.api !== undefined) for (const query of pageQueries(server.api)) await query();
    say(`${server.name}: ${clients} clients come back`);
    await fleet.disconnect();
    const reconnected = fleet.connect();
    const pages = server.api === undefined ? [] : await askPages(server.api, reconnected);
    const { seconds: reconnectSeconds } = await reconnected;
    return {
      fullSyncSeconds: synced.seconds,
      syncBytesPerClient: synced.bytesPerClient,
      serverCpuSeconds,
      serverRssMb,
      serverRssReconnectedMb: rssMb(server.pid),
      editLastMs: median(lasts),
      editLongestMs: Math.max(...lasts),
      editBytesPerClient: median(bytes),
      editCpuSeconds,
      reconnectSeconds,
      ...(pages.length === 0 ? {} : { pageLongestMs: Math.max(...pages), pageMedianMs: median(pages) }),
    };
  } finally {
    fleet.stop();
  }
}

/**
 * A fleet's full sync, one edit and reconnect against `pharos serve` over mTLS. `--plaintext` measures it without TLS too,
 * and `--istiod` names the binary of istiod, which is then measured beside it, in plain text like for like.
 */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, {
    clients: "500",
    services: "1000",
    edits: "5",
    plaintext: false,
    istiod: process.env.PHAROS_BENCH_ISTIOD ?? "",
  });
  const [clients, services, edits] = [Number(values.clients), Number(values.services), Number(values.edits)];
  const say = (text: string): void => {
    process.stderr.write(`… ${text}\n`);
  };
  if (values.istiod !== "" && !existsSync(values.istiod)) throw new Error(`--istiod ${values.istiod}: no such file`);
  const starts = [
    () => startControlPlane(services, VIRTUAL_SERVICES, false),
    ...(values.plaintext || values.istiod !== "" ? [() => startControlPlane(services, VIRTUAL_SERVICES, true)] : []),
    ...(values.istiod === "" ? [] : [() => startIstiod(values.istiod, services, VIRTUAL_SERVICES)]),
  ];
  const measured: { readonly name: string; readonly figures: Figures }[] = [];
  for (const start of starts) {
    say(`${services} services are written`);
    const server = await start();
    try {
      measured.push({ name: server.name, figures: await measure(server, clients, edits, say) });
    } finally {
      server.stop();
    }
  }
  const [pharos, plain, peer] = measured;
  const row = (what: string, read: (figures: Figures) => number | undefined) => {
    const figures = measured.map((each) => read(each.figures));
    const [, ours, theirs] = figures;
    const ratio = ours === undefined || theirs === undefined || ours === 0 ? undefined : theirs / ours;
    return { what, values: peer === undefined ? figures : [...figures, ratio] };
  };
  printReport(
    values.output,
    {
      clients,
      services,
      ...pharos?.figures,
      ...(plain === undefined ? {} : { plaintext: plain.figures }),
      ...(peer === undefined ? {} : { peer: { name: peer.name, ...peer.figures } }),
    },
    {
      title: `${services} services of 4 endpoints, ${VIRTUAL_SERVICES} VirtualServices, ${clients} clients over delta ADS on the same machine`,
      sides: [...measured.map(({ name }) => name), ...(peer === undefined ? [] : ["ratio, plain"])],
      rows: [
        row("full sync of all clients, s", (each) => each.fullSyncSeconds),
        row("sent to a client for it, KB", (each) => each.syncBytesPerClient / 1000),
        row("server CPU for it, s", (each) => each.serverCpuSeconds),
        row("server memory (RSS) then, MB", (each) => each.serverRssMb),
        row("edit of one rule to its last client, ms", (each) => each.editLastMs),
        row("the longest of the edits, ms", (each) => each.editLongestMs),
        row("sent to a client for an edit, bytes", (each) => each.editBytesPerClient),
        row("server CPU for an edit, s", (each) => each.editCpuSeconds),
        row("all clients gone and back, s", (each) => each.reconnectSeconds),
        row("server memory (RSS) then, MB", (each) => each.serverRssReconnectedMb),
        row("a page's query meanwhile, median, ms", (each) => each.pageMedianMs),
        row("a page's query meanwhile, longest, ms", (each) => each.pageLongestMs),
      ],
      ...(peer === undefined ? { notes: ["istiod beside it: name its binary, pilot-discovery, with --istiod"] } : {}),
    },
  );
}
