import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { objectiveCounter, type Sums } from "#core/objectives/counter.ts";
import { type ObjectiveTerms, readObjective } from "#core/resolve/objectives.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { pathPattern } from "#core/schema/path-pattern.ts";
import { EntryFolder } from "#mesh-agent/telemetry/fold-entries.ts";
import { lineOf, OWN } from "#mesh-agent/telemetry/testing/lines.ts";
import { ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { stampReport } from "#server/telemetry/ingest/stamp-report.ts";
import { fc } from "#testing/fc.ts";

const AT = 1_772_366_400_500;
const REPORTER = { ...OWN, workload: OWN, services: [{ inboundPort: 15_123, host: "productpage", port: 80 }] };
/** Each request is of one of them. */
const OPERATIONS = [
  { methods: ["GET"], paths: ["/orders/{*}", "/orders"] },
  { methods: ["POST", "PUT"], paths: ["/orders/{*}", "/orders"] },
  { methods: [], paths: ["/users/{**}"] },
];
const GOOD = ["availability: {}", "latency: { threshold: 10ms }"];

function objectives(requests?: object): readonly ObjectiveTerms[] {
  const about = requests === undefined ? "" : `requests: ${JSON.stringify(requests)}, `;
  const texts = GOOD.map(
    (good, index) =>
      `apiVersion: observe.pharos.dev/v1\nkind: Objective\nmetadata: { name: o${index} }\nspec: { service: productpage, ${about}${good}, target: 99, window: { rolling: 24h } }\n`,
  );
  const { resources, diagnostics } = parseDocuments(texts.join("---\n"));
  expect(diagnostics).toEqual([]);
  return ofKind(resources, "Objective").map((each) => ({
    ...readObjective(each, { domainSuffix: "cluster.local" }),
    host: "productpage",
  }));
}

const WHOLE = objectives();
const PARTS = OPERATIONS.map((requests) => ({ requests, terms: objectives(requests) }));

/** As a proxy writes a request, with a value of a Telemetry's beside, of which there are too many. */
const line = fc
  .record({
    m: fc.constantFrom("GET", "POST", "PUT"),
    p: fc.constantFrom("/orders", "/orders/7", "/users/1", "/users/1/pets/2"),
    c: fc.constantFrom("200", "404", "500", "503"),
    d: fc.constantFrom(1, 9, 30),
    ct: fc.constantFrom(null, "application/grpc"),
    g: fc.constantFrom(null, "0", "14"),
    cd: fc.constantFrom("via_upstream", "rbac_access_denied_matched_policy[ns[default]-policy[a]-rule[0]]"),
    tenant: fc.noBias(fc.nat(90)),
    host: fc.noBias(fc.nat(60)),
  })
  .map(({ tenant, host, ...fields }) => {
    const meant = PARTS.filter(
      ({ requests: { methods, paths } }) =>
        (methods.length === 0 || methods.includes(fields.m)) &&
        paths.some((path) => new RegExp(`^${pathPattern(path)}$`).test(fields.p)),
    ).map(({ terms }) => [terms[0]?.operation?.name ?? "", "true"]);
    const mt = {
      ...Object.fromEntries(meant),
      "request.headers['x-tenant']": `t${tenant}`,
      "request.host": `h${host}`,
    };
    return lineOf({ ...fields, dir: "inbound", uc: "inbound|80||", lp: 15_123, mt });
  });

test("objectives whose operations are each request once sum up to the service's, whatever else requests are told apart by", () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1400, maxLength: 1500, size: "max" }), (lines) => {
      const folder = new EntryFolder(OWN);
      for (const each of lines) folder.addLine(each);
      const { windows } = stampReport(
        create(ReportRequestSchema, { windows: [...folder.take().windows] }),
        REPORTER,
        AT,
      );
      const sum = (terms: ObjectiveTerms | undefined): Sums => {
        if (terms === undefined) return { total: 0, bad: 0 };
        const { isMeant, count } = objectiveCounter(terms);
        return windows
          .filter(({ key }) => isMeant(key))
          .map(count)
          .reduce(add, { total: 0, bad: 0 });
      };
      for (const index of GOOD.keys())
        expect(PARTS.map(({ terms }) => sum(terms[index])).reduce(add)).toEqual(sum(WHOLE[index]));
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

const add = (a: Sums, b: Sums): Sums => ({ total: a.total + b.total, bad: a.bad + b.bad });
