import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KIND_NAMES } from "#core/kinds/kinds.ts";

const NAMES = KIND_NAMES.join("|");
/** A comparison with a name, a case of a switch, an entry of a table. */
const ASKS = new RegExp(`[!=]==? "(?:${NAMES})"|"(?:${NAMES})" [!=]==?|\\bcase "(?:${NAMES})"|^\\s*(?:${NAMES})[(:]`);
const COMMENT = /^\s*(?:\*|\/\/|\/\*)/;

/** Where kinds are told apart by name outside of core/kinds, and why that is no property of a kind. */
const ALLOWED: Readonly<Record<string, string>> = {
  "server/compile/places-of.ts":
    "under which questions of the compiler a resource is found; does not compile without one",
  "core/sources/declare-service.ts": "reads services out of the kinds that declare them",
  "core/sources/declare-workload.ts": "reads workloads out of the kinds that describe them",
};

/** A field of a kind that is read into the model, reached for as Istio writes it. */
const WRITTEN = /\bspec(?:\?)?\.(?:template|probe\.|workloadSelector|endpoints|resolution|location)\b/;
/** What the model is made from, and what edits it as it is written. */
const READS_AS_WRITTEN = /^core\/(?:sources|form)\//;

function filesWith(line: RegExp): string[] {
  const files = globSync("{app,cli,components,core,grpc,mesh-agent,node,programs,server}/**/*.{ts,tsx}", {
    exclude: ["core/kinds/**", "**/gen/**", "**/testing/**", "**/*.test.*"],
  });
  return files.filter((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .some((text) => line.test(text) && !COMMENT.test(text)),
  );
}

test("outside of core/kinds nobody tells kinds apart by their names: what differs is a property of the kind", () => {
  expect(filesWith(ASKS).sort()).toEqual(Object.keys(ALLOWED).sort());
});

/** Resolver, and the compiler's places and reader. */
const STEPS_OF_A_KIND = [/^core\/resolve\//, /^server\/compile\/(?:places-of|recording-reader|workload-answers)\.ts$/];

test("a kind without pages of its own is named where README.md says that one is added, and nowhere else", () => {
  const naming = filesWith(/\bTrafficExtension\b/);
  expect(naming.filter((file) => !STEPS_OF_A_KIND.some((step) => step.test(file)))).toEqual([]);
  for (const step of STEPS_OF_A_KIND) expect(naming.some((file) => step.test(file))).toBe(true);
});

test("services and workloads are read through the model outside of kinds, sources and forms", () => {
  expect(filesWith(WRITTEN).filter((file) => !READS_AS_WRITTEN.test(file))).toEqual([]);
});

/** What a resource says, reached for. */
const SPEC = /\.spec\b(?!\.ts)|\{[^}]*\bspec\b[^}]*\}/;
/** Where it is read, checked, measured and edited as it is written; who stands elsewhere is told what applies. */
const READS_SPECS =
  /^core\/(?:sources|resource|mesh-config|resolve|check|traffic|form)\/|^components\/(?:security|traffic)\//;
/** Who else reaches for one, and why no rule is read there. */
const HANDS_ON: Readonly<Record<string, string>> = {
  "server/services/hosts-of.ts": "asks the kind's own definition",
  "server/services/describe-files.ts": "asks the kind's own definition",
  "server/services/credential-uses.ts": "asks the kind's own definition",
  "server/services/describe-gateways.ts": "shows servers as they are written",
  "server/services/describe-limits.ts": "shows rules as they are written",
  "server/services/config-service.ts": "asks the kind's own definition",
  "components/editor/other-fields-note.tsx": "names the paths that forms do not show",
  "core/simulate/rbac-origin.ts": "writes where the rule of a compiled policy stands",
  "components/editor/resource-ref.ts": "counts in a document that may be of any kind, or none",
  "cli/output/jsonpath/parse-path.ts": "a path that people write, as an example",
  "programs/demo/supervisor.ts": "what a process is started with",
};

test("what a resource says is read where it is resolved, checked, measured and edited, and nowhere else", () => {
  expect(
    filesWith(SPEC)
      .filter((file) => !READS_SPECS.test(file))
      .sort(),
  ).toEqual(Object.keys(HANDS_ON).sort());
});

test.each([
  "resource.spec.http ?? []",
  "const { metadata, spec } = resource;",
  "policies.filter(({ spec }) => spec.rules)",
])("the rule of specs finds %s", (line) => expect(line).toMatch(SPEC));

test.each(["found.spec.template.serviceAccount", "group?.spec.template", "const { template } = entry.spec.template"])(
  "the rule of the model finds %s",
  (line) => expect(line).toMatch(WRITTEN),
);

test.each([
  'if (resource.kind === "VirtualService") {',
  'resource?.kind !== "Gateway"',
  '    case "DestinationRule":',
  "  WorkloadGroup: () => undefined,",
  "  ServiceEntry({ metadata, spec }, add) {",
])("the rule finds %s", (line) => expect(line).toMatch(ASKS));

test.each(['ofKind(resources, "ServiceEntry")', 'Resource<"Gateway">', 'word: "Gateway",'])("and not %s", (line) =>
  expect(line).not.toMatch(ASKS),
);
