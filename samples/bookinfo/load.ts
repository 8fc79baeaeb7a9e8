// A bounded load generator: `--url URL --rate N --seconds N --out FILE`. Sends at a steady rate whatever the answers
// take (an open loop), and counts what it sent and what it got.
import { renameSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    rate: { type: "string", default: "20" },
    seconds: { type: "string", default: "86400" },
    /** Rewritten every second, and at the end. */
    out: { type: "string" },
  },
});
if (values.url === undefined) throw new Error("--url URL is required");
const url = new URL(values.url);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
if (!(rate > 0 && rate <= 10_000)) throw new Error("--rate is 1 to 10000 requests a second");
if (!(seconds > 0 && seconds <= 604_800)) throw new Error("--seconds is 1 to 604800");

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const stats = {
  startedAt: new Date().toISOString(),
  sent: 0,
  answered: 0,
  /** Answered 200 with everything on the page. */
  ok: 0,
  /** Answered 200 with a part missing (x-degraded). */
  degraded: 0,
  /** Answered with another code, or not at all. */
  failed: 0,
  byCode: {} as Record<string, number>,
  degradedBy: {} as Record<string, number>,
  lastFailure: "",
  done: false,
};

function count(table: Record<string, number>, key: string): void {
  table[key] = (table[key] ?? 0) + 1;
}

function fail(reason: string): void {
  stats.failed += 1;
  stats.lastFailure = `${new Date().toISOString()} ${reason}`;
}

function send(): void {
  stats.sent += 1;
  const outgoing = request(url, { agent, signal: AbortSignal.timeout(30_000) }, (response) => {
    response.resume();
    response.on("end", () => {
      stats.answered += 1;
      const code = String(response.statusCode);
      count(stats.byCode, code);
      const degraded = response.headers["x-degraded"];
      if (code !== "200") fail(`answered ${code}`);
      else if (degraded === undefined) stats.ok += 1;
      else {
        stats.degraded += 1;
        count(stats.degradedBy, String(degraded));
      }
    });
    response.on("error", (error) => fail(String(error)));
  });
  outgoing.on("error", (error) => {
    count(stats.byCode, "none");
    fail(String(error));
  });
  outgoing.end();
}

function save(): void {
  if (values.out === undefined) return;
  writeFileSync(`${values.out}.new`, JSON.stringify(stats));
  renameSync(`${values.out}.new`, values.out);
}

const begun = performance.now();
const total = Math.floor(rate * seconds);
const sender = setInterval(() => {
  const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * rate));
  // After a pause of this process nothing is caught up in one burst.
  const now = Math.min(due - stats.sent, Math.ceil(rate));
  for (let i = 0; i < now; i++) send();
  if (stats.sent >= total) finish();
}, 10);
const saver = setInterval(save, 1000);

/** Sends no more, waits for the answers that are out, writes the count and ends. */
function finish(): void {
  clearInterval(sender);
  const wait = setInterval(() => {
    if (stats.answered + (stats.byCode.none ?? 0) < stats.sent) return;
    clearInterval(wait);
    clearInterval(saver);
    stats.done = true;
    save();
    process.stdout.write(`${JSON.stringify(stats)}\n`);
    process.exit(0);
  }, 20);
}
process.on("SIGTERM", finish);
process.on("SIGINT", finish);
