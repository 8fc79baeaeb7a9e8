import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { AREAS } from "#testing/oracle/areas.ts";
import { explain, unmet } from "#testing/oracle/explained.ts";
import { Istio } from "#testing/oracle/istio.ts";
import { provideIstio } from "#testing/oracle/provide-istio.ts";

// What Pharos makes of a configuration does what Istio's own output does, but for the differences that are explained.

const seed = Number(process.env.ORACLE_SEED ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env.ORACLE_RUNS ?? 500);
const RUN_MS_MAX = 1000;

const provided = await provideIstio();
const istio = "path" in provided ? new Istio(provided.path) : undefined;
if ("missing" in provided) process.stderr.write(`skipped: Istio is not asked: ${provided.missing}\n`);
afterAll(() => istio?.stop());

describe.skipIf(istio === undefined)(`Istio as the oracle (ORACLE_SEED=${seed} ORACLE_RUNS=${RUNS})`, () => {
  test.each(AREAS)(
    "$name: no difference that is not explained",
    async (area) => {
      if (istio === undefined) throw new Error("it is skipped without");
      const counts = { cases: 0, compared: 0, explained: 0 };
      const holds = async (tried: unknown): Promise<void> => {
        const { compared, differences } = await area.compare(tried, istio);
        const text = area.write(tried);
        const unexplained = differences.filter((each) => explain(area.name, each, text) === undefined);
        counts.cases += 1;
        counts.compared += compared;
        counts.explained += differences.length - unexplained.length;
        if (unexplained.length > 0)
          throw new Error(`${unexplained.map(({ what, where }) => `${what}\n  ${where}`).join("\n")}\n${text}`);
      };
      await fc.assert(fc.asyncProperty(area.cases, holds), { seed, numRuns: RUNS });
      expect(counts.compared).toBeGreaterThan(0);
      process.stdout.write(
        `${area.name}: ${counts.compared} compared in ${counts.cases} cases, ${counts.explained} explained\n${unmet(
          area.name,
        )
          .map((each) => `  explains nothing of these: ${each}\n`)
          .join("")}`,
      );
    },
    RUNS * RUN_MS_MAX,
  );
});
