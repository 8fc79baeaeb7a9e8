import { expect, test } from "vitest";
import { JaegerSpans } from "#server/telemetry/stores/jaeger/jaeger-spans.ts";

/** How many traces are asked for of each of so many services. */
async function asked(services: number, limit: number): Promise<readonly number[]> {
  const limits: number[] = [];
  const spans = new JaegerSpans({
    client: {
      services: async () => Array.from({ length: services }, (_, nth) => `s${nth}`),
      operations: async () => [],
      trace: async () => [],
      async search({ limit: of }) {
        limits.push(of);
        return [];
      },
    },
    now: () => 0,
  });
  await spans.traceIds({ fromMs: 0, settledMs: 1, limit });
  return limits;
}

test.each([
  [1, 20, [60]],
  [1, 20_000, [500]],
  [50, 20, Array.from({ length: 50 }, () => 60)],
  [50, 20_000, Array.from({ length: 50 }, () => 100)],
  [80, 20_000, Array.from({ length: 50 }, () => 100)],
])(
  "of %d services, for %d traces, a Jaeger is asked for no more than is held at once",
  async (services, limit, expected) => {
    expect(await asked(services, limit)).toEqual(expected);
  },
);
