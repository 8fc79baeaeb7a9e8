import type { AccessLogField } from "#core/telemetry/access-log.ts";
import { EntryFolder } from "#mesh-agent/telemetry/fold-entries.ts";
import { readFlags } from "./read-flags.ts";

const OWN = {
  workload: "productpage-v1",
  namespace: "default",
  app: "productpage",
  version: "v1",
  principal: "spiffe://cluster.local/ns/default/sa/bookinfo-productpage",
};
const LINES_PER_BATCH = 2000;

/** A line as a calling Envoy writes it, few of its fields the same from line to line. */
function makeLine(index: number): string {
  const fields: Partial<Record<AccessLogField, unknown>> = {
    dir: "outbound",
    t: String(Date.UTC(2026, 2, 1) + index * 7),
    d: index % 97,
    m: "GET",
    p: `/reviews/${index % 1000}?page=${index}`,
    a: "reviews:9080",
    pr: "HTTP/1.1",
    c: index % 200 === 0 ? 503 : 200,
    f: index % 200 === 0 ? "UF" : "-",
    cd: "via_upstream",
    bi: index % 300,
    bo: 300 + (index % 500),
    ri: `4dbb5e07-b10c-9a14-8e2c-${String(index).padStart(12, "0")}`,
    ti: `0af7651916cd43dd${String(index).padStart(16, "0")}`,
    uc: "outbound|9080||reviews.default.svc.cluster.local",
    uh: `127.0.0.1:${15_000 + (index % 3)}`,
    rn: "default",
    up: "spiffe://cluster.local/ns/default/sa/bookinfo-reviews",
    uw: `reviews-v${1 + (index % 3)};default;reviews;v${1 + (index % 3)}`,
  };
  return JSON.stringify(fields);
}

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The peer: what reading the lines costs at all. */
function parseOnly(lines: readonly string[]): number {
  let count = 0;
  for (const line of lines) if ((JSON.parse(line) as { c?: number }).c !== undefined) count += 1;
  return count;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Agent CPU for folding, per line and per 1,000 requests a second, beside JSON.parse of the same lines alone. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { lines: "200000", rounds: "5" });
  const count = Number(values.lines);
  const lines = Array.from({ length: count }, (_, index) => makeLine(index));
  const folds: number[] = [];
  const parses: number[] = [];
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    let requests = 0;
    const folder = new EntryFolder(OWN);
    const fold = cpuMicros(() => {
      for (const [index, line] of lines.entries()) {
        folder.addLine(line);
        if (index % LINES_PER_BATCH === LINES_PER_BATCH - 1) requests += folder.take().requests;
      }
      requests += folder.take().requests;
    });
    if (requests !== count) throw new Error(`folded ${requests} of ${count} lines`);
    const parse = cpuMicros(() => void parseOnly(lines));
    // The first round compiles.
    if (round === 0) continue;
    folds.push(fold / count);
    parses.push(parse / count);
  }
  const result = {
    lines: count,
    lineBytes: Math.round(lines.reduce((sum, line) => sum + line.length, 0) / count),
    foldMicrosPerLine: median(folds),
    parseMicrosPerLine: median(parses),
    corePercentPer1000Rps: median(folds) / 10,
  };
  if (values.output === "json") process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else {
    process.stdout.write(
      `folding a line of ${result.lineBytes} bytes: ${result.foldMicrosPerLine.toFixed(2)} µs CPU, ${result.corePercentPer1000Rps.toFixed(2)} % of a core per 1,000 requests/s\n`,
    );
    process.stdout.write(`JSON.parse of it alone:      ${result.parseMicrosPerLine.toFixed(2)} µs\n`);
  }
}
