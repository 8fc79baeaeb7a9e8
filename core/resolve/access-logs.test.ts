import { expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { type RequestedLog, resolveAccessLogs } from "#core/resolve/access-logs.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const SETTINGS: ProxySettings = {
  ...DEFAULT_PROXY_SETTINGS,
  providers: [
    { name: "lines", envoyFileAccessLog: { path: "/dev/null" } },
    { name: "other", envoyFileAccessLog: {} },
    { name: "numbers", prometheus: {} },
  ],
};
const at = (namespace: string, logging: string, selector = ""): string =>
  `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: t${namespace}${selector === "" ? "" : "-own"}, namespace: ${namespace} }\nspec: { ${selector}accessLogging: ${logging} }\n`;
const OWN = "selector: { matchLabels: { app: cart } }, ";

function logs(texts: readonly string[], settings: Partial<ProxySettings> = {}) {
  const { resources, diagnostics } = parseDocuments(texts.join("---\n"));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const workload = { namespace: "shop", labels: { app: "cart" } };
  const { client, server } = resolveAccessLogs(
    ofKind(resources, "Telemetry"),
    workload,
    withoutTargets("istio-system"),
    {
      ...SETTINGS,
      ...settings,
    },
  );
  const name = ({ provider, filter }: RequestedLog): string =>
    filter === undefined ? provider : `${provider} ${filter}`;
  return [client.map(name), server.map(name)];
}

const DEFAULTS = { defaultProviders: { metrics: [], accessLogging: ["other"], tracing: [] } };
test.each([
  ["nothing said", [], {}, [[], []]],
  [
    "a file of the mesh",
    [],
    { accessLog: { path: "/dev/stdout", format: undefined } },
    [["accessLogFile"], ["accessLogFile"]],
  ],
  [
    "default providers go before it",
    [],
    { ...DEFAULTS, accessLog: { path: "/x", format: undefined } },
    [["other"], ["other"]],
  ],
  ["Istio's own", [at("shop", "[{ providers: [{ name: envoy }] }]")], {}, [["envoy"], ["envoy"]]],
  ["one side", [at("shop", "[{ match: { mode: SERVER }, providers: [{ name: lines }] }]")], {}, [[], ["lines"]]],
  ["providers that take no logs", [at("shop", "[{ providers: [{ name: numbers }, { name: none }] }]")], {}, [[], []]],
  [
    "a lower level's providers are in place of those above",
    [at("istio-system", "[{ providers: [{ name: lines }] }]"), at("shop", "[{ providers: [{ name: other }] }]", OWN)],
    {},
    [["other"], ["other"]],
  ],
  [
    "providers that a lower level names for one side leave the other side's",
    [
      at("istio-system", "[{ providers: [{ name: envoy }] }]"),
      at("shop", "[{ match: { mode: SERVER }, providers: [{ name: other }] }]", OWN),
    ],
    {},
    [["envoy"], ["other"]],
  ],
  [
    "without providers those above are meant",
    [at("istio-system", "[{ providers: [{ name: lines }] }]"), at("shop", "[{ filter: { expression: a.b } }]", OWN)],
    {},
    [["lines a.b"], ["lines a.b"]],
  ],
  [
    "off below, on one side",
    [
      at("istio-system", "[{ providers: [{ name: lines }] }]"),
      at("shop", "[{ match: { mode: CLIENT }, disabled: true }]"),
    ],
    {},
    [[], ["lines"]],
  ],
  [
    "a filter for each side",
    [
      at(
        "shop",
        "[{ match: { mode: CLIENT }, providers: [{ name: lines }], filter: { expression: c } }, { match: { mode: SERVER }, providers: [{ name: lines }], filter: { expression: s } }]",
      ),
    ],
    {},
    [["lines c"], ["lines s"]],
  ],
  [
    "an entry that says nothing leaves the defaults",
    [at("shop", "[{ match: { mode: CLIENT } }]")],
    DEFAULTS,
    [["other"], []],
  ],
] as const)("%s", (_, texts, settings, expected) => {
  expect(logs(texts, settings)).toEqual(expected);
});
