import { expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { resolveMetrics, type SideRules } from "#core/resolve/exported-metrics.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const SETTINGS = {
  ...DEFAULT_PROXY_SETTINGS,
  providers: [
    { name: "own", prometheus: {} },
    { name: "lines", envoyFileAccessLog: {} },
  ],
};
const at = (namespace: string, metrics: string, selector = ""): string =>
  `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: t${namespace}${selector === "" ? "" : "-own"}, namespace: ${namespace} }\nspec: { ${selector}metrics: ${metrics} }\n`;
const OWN = "selector: { matchLabels: { app: cart } }, ";

function rules(...texts: string[]) {
  const { resources, diagnostics } = parseDocuments(texts.join("---\n"));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const workload = { namespace: "shop", labels: { app: "cart" } };
  const { client, server } = resolveMetrics(
    ofKind(resources, "Telemetry"),
    workload,
    withoutTargets("istio-system"),
    SETTINGS,
  );
  return [client, server].map(describe);
}

function describe(side: SideRules): string {
  if (side === "none") return "none";
  return [...side]
    .map(([name, { isDisabled, tags }]) =>
      [
        name,
        ...(isDisabled ? ["off"] : []),
        ...[...tags].map(([tag, to]) => `${to === undefined ? "-" : "+"}${tag}`),
      ].join(" "),
    )
    .join(", ");
}

const COUNT = "match: { metric: REQUEST_COUNT";
test.each([
  ["nothing said", [], ["", ""]],
  [
    "one side",
    [at("shop", `[{ overrides: [{ ${COUNT}, mode: CLIENT }, disabled: true }] }]`)],
    ["REQUEST_COUNT off", ""],
  ],
  [
    "a workload's own takes back what its namespace says",
    [
      at("shop", `[{ overrides: [{ ${COUNT} }, disabled: true, tagOverrides: { a: { value: "'x'" } } }] }]`),
      at("shop", `[{ overrides: [{ ${COUNT} }, disabled: false, tagOverrides: { b: { operation: REMOVE } } }] }]`, OWN),
    ],
    ["REQUEST_COUNT +a -b", "REQUEST_COUNT +a -b"],
  ],
  [
    "all off",
    [at("istio-system", "[{ overrides: [{ match: { metric: ALL_METRICS }, disabled: true }] }]")],
    ["none", "none"],
  ],
  [
    "all off, and one on again: all are",
    [
      at("istio-system", "[{ overrides: [{ match: { metric: ALL_METRICS }, disabled: true }] }]"),
      at("shop", `[{ overrides: [{ ${COUNT}, mode: SERVER }, disabled: false }] }]`),
    ],
    ["none", "REQUEST_COUNT"],
  ],
  ["another namespace's", [at("other", "[{ overrides: [{ disabled: true }] }]")], ["", ""]],
  ["a provider that is no Prometheus", [at("shop", "[{ providers: [{ name: lines }] }]")], ["none", "none"]],
  [
    "what is said to another provider",
    [
      at("istio-system", `[{ overrides: [{ ${COUNT} }, disabled: true }] }]`),
      at("shop", "[{ providers: [{ name: own }] }]"),
    ],
    ["", ""],
  ],
])("%s", (_, texts, expected) => {
  expect(rules(...texts)).toEqual(expected);
});
