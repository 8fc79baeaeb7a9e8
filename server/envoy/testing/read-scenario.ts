import { parseAllDocuments } from "yaml";
import { expandScenario } from "#server/envoy/testing/expand-scenario.ts";
import { makeSnapshot } from "#server/envoy/testing/read-case.ts";
import type { AppHeader, Scenario, ScenarioHeader } from "#server/envoy/testing/scenario.ts";

/** Names that stand in a scenario as `$name`: ports, tokens, and `$certs`, a directory. */
export function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\$([a-z][A-Za-z0-9]*)/g)].flatMap(([, name]) => name ?? []));
}

function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$([a-z][A-Za-z0-9]*)/g, (whole, name: string) => values.get(name) ?? whole);
}

const appsOf = ({ apps = [] }: ScenarioHeader): AppHeader[] =>
  apps.map((app) => (typeof app === "string" ? { name: app } : app));

/** What has to be there before ports are known: applications and tokens. */
export function readBeforehand(text: string): {
  readonly apps: readonly AppHeader[];
  readonly tokens: NonNullable<ScenarioHeader["tokens"]>;
} {
  const header = readHeader(parseAllDocuments(text.split("\n---\n", 1)[0] ?? "")[0]);
  return { apps: appsOf(header), tokens: header.tokens ?? {} };
}

function readHeader(document: ReturnType<typeof parseAllDocuments>[number] | undefined): ScenarioHeader {
  if (document === undefined) throw new Error("a scenario starts with a document of its proxies and steps");
  if (document.errors.length > 0) throw new Error(String(document.errors[0]));
  return document.toJS() as ScenarioHeader;
}

/** A scenario file: a first document with who takes part and what is asked, then what a user would write. */
export function readScenario(text: string, values: ReadonlyMap<string, string>): Scenario {
  const [first, ...rest] = parseAllDocuments(fill(text, values));
  const header = readHeader(first);
  const apps = appsOf(header);
  const { proxies, instances, documents } = expandScenario(header, apps, values);
  return {
    apps,
    proxies,
    steps: header.steps,
    counts: header.counts ?? {},
    snapshot: makeSnapshot([...documents, ...rest], instances),
  };
}
