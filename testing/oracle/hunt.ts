// node testing/oracle/hunt.ts AREA [CASES [SEED]]: compares, and prints what differs by cause, most frequent first, each
// with its smallest case, parts left out as long as it differs so.
import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import type { Area } from "#testing/oracle/area.ts";
import { AREAS } from "#testing/oracle/areas.ts";
import { explain, unmet } from "#testing/oracle/explained.ts";
import { Istio } from "#testing/oracle/istio.ts";
import { provideIstio } from "#testing/oracle/provide-istio.ts";
import { reduce } from "#testing/oracle/reduce.ts";

const AT_ONCE = 6;
const SHOWN_MAX = 60;
/** Of causes: those that are met most often are made smaller. */
const REDUCED_MAX = 12;
const REDUCE_TRIES_MAX = 1200;
const [name, cases = "500", seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const area = AREAS.find((each) => each.name === name);
if (area === undefined) throw new Error(`which of ${AREAS.map((each) => each.name).join(", ")}?`);
const provided = await provideIstio();
if ("missing" in provided) throw new Error(provided.missing);
const istio = new Istio(provided.path);

let isStopped = false;
// What was compared until then is told.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (isStopped = true));
const groups = new Map<string, { count: number; where: string; text: string; tried: unknown }>();
const totals = { cases: 0, failed: 0, compared: 0, explained: 0, differ: 0 };
/** Taken from its end: what was compared is kept no longer. */
const left = fc.sample(area.cases, { numRuns: Number(cases), seed: Number(seed) }).reverse();
await Promise.all(Array.from({ length: AT_ONCE }, () => work(area)));
const shown = [...groups].sort(([, a], [, b]) => b.count - a.count).slice(0, SHOWN_MAX);
for (const [index, [what, { count, where, text, tried }]] of shown.entries()) {
  const isReduced = index < REDUCED_MAX && !isStopped && !what.startsWith("failed: ");
  const least = isReduced ? area.write(await reduce(tried, (less) => isSuch(what, less), REDUCE_TRIES_MAX)) : text;
  process.stdout.write(`=== ${count} × ${what}\n    ${where}\n${least}\n`);
}
istio.stop();
for (const each of unmet(area.name)) process.stdout.write(`explains nothing of these: ${each}\n`);
process.stdout.write(`${area.name}, seed ${seed}: ${JSON.stringify(totals)}\n`);

/** Takes cases until there is none left. While Istio works at one, another is compared. */
async function work({ name, compare, write }: Area): Promise<void> {
  for (let tried = left.pop(); tried !== undefined; tried = left.pop()) {
    if (isStopped) return;
    totals.cases += 1;
    try {
      const { compared, differences } = await compare(tried, istio);
      totals.compared += compared;
      for (const difference of differences) {
        if (explain(name, difference, write(tried)) !== undefined) {
          totals.explained += 1;
          continue;
        }
        totals.differ += 1;
        note(difference.what, difference.where, write(tried), tried);
      }
    } catch (error) {
      // The program that is asked may end of the same signal before it is heard here.
      await setImmediate();
      if (isStopped) return;
      totals.failed += 1;
      note(`failed: ${String(error).slice(0, 300)}`, "", write(tried), tried);
    }
  }
}

async function isSuch(what: string, less: unknown): Promise<boolean> {
  try {
    const { differences } = (await area?.compare(less, istio)) ?? { differences: [] };
    // One that is explained where less is written is another one.
    return differences.some(
      (each) => each.what === what && explain(name ?? "", each, area?.write(less) ?? "") === undefined,
    );
  } catch {
    return false;
  }
}

function note(what: string, where: string, text: string, tried: unknown): void {
  const known = groups.get(what);
  if (known === undefined || text.length < known.text.length)
    groups.set(what, { count: (known?.count ?? 0) + 1, where, text, tried });
  else known.count += 1;
}
