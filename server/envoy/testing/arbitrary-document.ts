import * as fc from "fast-check";
import { assertNever } from "#core/brand.ts";
import { PharosError } from "#core/errors.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { DOCUMENTS, KIND_NAMES, KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { MESH_CONFIG } from "#core/kinds/mesh-config/schema.ts";
import { parseMeshConfig } from "#core/mesh-config/parse-mesh-config.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { FieldType, Handled } from "#core/schema/field.ts";
import type { Format } from "#core/schema/formats.ts";
import { anyText, NAMESPACES, TEXTS } from "#server/envoy/testing/arbitrary-text.ts";

/** Fields without which a document says little, or few are valid: given most of the time. */
const LIKELY =
  /^spec(?:$|\.(?:hosts|host|address|ports|resolution|location|mtls|rules|trafficPolicy|subsets|gateways|(?:tcp|tls)\[\]\.route|http\[\]\.route\[\]\.weight|endpoints\[\]\.address|selector|workloadSelector|sha256|wasm\.sha256|http\[\]\.route|ports\[\]\.protocol|servers\[\]\.tls|servers\[\]\.tls\.(?:mode|serverCertificate|privateKey)|rules\[\]\.(?:from|to|when)|rules\[\]\.when\[\]\.values|mtls\.mode)$)/;
/** What must differ between the documents of a world is chosen from few names, not from all that are valid. */
const OWN: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  "metadata.name": fc.constantFrom("a", "b", "c"),
  "metadata.namespace": fc.constantFrom(...NAMESPACES),
  "spec.exportTo": fc.constantFrom(["*"], ["."], ["prod"], [".", "istio-system"], ["default", "PROD"]),
  "spec.servers[].port.name": fc.constantFrom("http", "https", "x", "é"),
  "spec.http[].delegate.name": fc.constantFrom("a", "b", "none"),
  "spec.tls[].route[].weight": fc.constantFrom(1, 50),
  "spec.tcp[].route[].weight": fc.constantFrom(1, 50, 2_147_483_647),
  "spec.selector{}": fc.constantFrom("gw", "a", "", " "),
  "spec.servers[].tls.serverCertificate": fc.constantFrom("/etc/certs/cert.pem", "日本", "a\tb"),
  "spec.servers[].tls.privateKey": fc.constantFrom("/etc/certs/key.pem", "x".repeat(5000)),
  "spec.servers[].tls.cipherSuites[]": fc.constantFrom("AES128-SHA", "ECDHE-RSA-AES128-SHA", "none"),
  "spec.lua.inlineCode": fc.constantFrom("function envoy_on_request(h) end", "-- é"),
  "spec.servers[].tls.httpsRedirect": fc.constant(false),
};
/** Members of which one is given: validation says so, the schemas do not. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  "spec.http[]": ["route", "route", "route", "redirect", "directResponse", "delegate"],
};
const MAYBE: Readonly<Record<string, readonly string[]>> = {
  spec: ["endpoints", "workloadSelector"],
  "spec.http[]": ["mirror", "mirrors"],
  "spec.http[].rewrite": ["uri", "uriRegexRewrite"],
  "spec.http[].redirect": ["uri", "prefixRewrite"],
};
/** Longer ones would be all that a world has room for. */
const LONGEST = 20_000;
const ANY_CHARACTERS: ReadonlySet<Format> = new Set([
  "header-text",
  "header-value",
  "secret-header-value",
  "policy-text",
]);
const PORTS = [80, 80, 8080, 443, 1, 65_535];
const KEYS = fc.constantFrom("app", "istio", "a", "80", "8080", "constructor");

/** A document of the kind as its schema describes it; most of them are valid. */
function arbitraryDocument(kind: Kind): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const { group, only }: KindDefinition = KINDS[kind];
  return arbitraryMessage(DOCUMENTS[kind].type, "").map((document) => ({
    ...document,
    ...(only === undefined ? {} : { metadata: only }),
    apiVersion: `${group}/${versionsOf(kind)[0]}`,
    kind,
  }));
}

/** What of Envoy these write is Envoy's to judge, and what it refuses is told on them. */
const JUDGED_BY_ENVOY: ReadonlySet<Kind> = new Set(["EnvoyFilter"]);

/** One of any kind; each is as likely as the others. */
export const anyDocument: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.oneof(
  ...KIND_NAMES.filter((kind) => !JUDGED_BY_ENVOY.has(kind)).map((kind) => arbitraryDocument(kind)),
);

/** Of all proxies together, as a file would set it; the defaults where what is drawn is not valid. */
export const anyProxySettings: fc.Arbitrary<ProxySettings> = arbitraryMessage(MESH_CONFIG.type, "mesh").map(
  (config) => {
    try {
      return parseMeshConfig(JSON.stringify(config));
    } catch (error) {
      if (error instanceof PharosError) return DEFAULT_PROXY_SETTINGS;
      throw error;
    }
  },
);

function arbitraryValue({ type }: Handled, path: string): fc.Arbitrary<unknown> {
  const own = OWN[path];
  if (own !== undefined) return own;
  switch (type.kind) {
    case "message":
      return arbitraryMessage(type, path);
    case "list":
      return fc.array(arbitraryValue(type.item, `${path}[]`), {
        minLength: Math.max(1, type.itemsMin),
        maxLength: Math.min(3, type.itemsMax ?? 3),
        size: "max",
      });
    case "map":
      return fc.dictionary(
        type.keyFormat === undefined ? KEYS : TEXTS[type.keyFormat],
        arbitraryValue(type.value, `${path}{}`),
        { maxKeys: 3, size: "max" },
      );
    case "string":
      return arbitraryText(type);
    case "integer":
      return type.min === 1 && type.max === 65_535
        ? fc.constantFrom(...PORTS)
        : fc.oneof(
            fc.constantFrom(type.min, Math.min(type.min + 1, type.max), type.max - 1, type.max),
            fc.integer(type),
          );
    case "number":
      return fc.oneof(fc.constantFrom(type.min, type.max, 50, 1e-7, 33.333_333), fc.double({ ...type, noNaN: true }));
    case "boolean":
      return fc.boolean();
    case "enum":
      return fc.constantFrom(...type.values);
    case "json":
      return fc.constant({});
    default:
      return assertNever(type);
  }
}

/** Texts of any characters are sometimes as long as they may be, in one byte a character and in two. */
function arbitraryText({ format, bytesMax }: Extract<FieldType, { kind: "string" }>): fc.Arbitrary<string> {
  const text = format === undefined ? anyText : TEXTS[format];
  if (bytesMax === undefined || bytesMax > LONGEST || (format !== undefined && !ANY_CHARACTERS.has(format)))
    return text;
  return fc.oneof(
    { weight: 30, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom("x".repeat(bytesMax), "é".repeat(bytesMax / 2)) },
  );
}

function arbitraryMessage(type: FieldType, path: string): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  if (type.kind !== "message") throw new Error(`${path} is not a message`);
  const members = Object.entries(type.members).flatMap(([name, field]): [string, Handled][] =>
    field.status === "handled" ? [[name, field]] : [],
  );
  const isHandled = (name: string) => members.some(([each]) => each === name);
  const chosen = [
    ...type.exactlyOneOf,
    ...(path === "spec" && isHandled("tcp") ? ["http", "http", "tcp", "tls"] : (CHOICES[path] ?? [])),
  ];
  const maybe = [...type.atMostOneOf, ...(MAYBE[path] ?? [])].filter(isHandled);
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const optional = members.filter(([name, { isRequired }]) => !isRequired && !LIKELY.test(at(name)));
  const rarely = Math.max(1, Math.round(optional.length / 2.5));
  const parts = members
    .filter(([name]) => !chosen.includes(name) && !maybe.includes(name))
    .map(([name, member]) => {
      const value = arbitraryValue(member, at(name)).map((each) => ({ [name]: each }));
      if (member.isRequired) return value;
      const weights = LIKELY.test(at(name)) ? [1, 6] : [rarely, 1];
      return fc.oneof(
        { withCrossShrink: true, depthSize: "max" },
        { weight: weights[0] ?? 1, arbitrary: fc.constant({}) },
        { weight: weights[1] ?? 1, arbitrary: value },
      );
    });
  const oneOf = (names: readonly string[]) =>
    names.flatMap((name) =>
      members
        .filter(([each]) => each === name)
        .map(([, member]) => arbitraryValue(member, at(name)).map((each) => ({ [name]: each }))),
    );
  if (chosen.length > 0) parts.push(fc.oneof(...oneOf(chosen)));
  if (maybe.length > 0)
    parts.push(fc.oneof({ withCrossShrink: true, depthSize: "max" }, fc.constant({}), ...oneOf(maybe)));
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as Record<string, unknown>);
}
