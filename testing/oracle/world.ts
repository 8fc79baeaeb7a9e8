import { stringify } from "yaml";
import { hasErrors } from "#core/diagnostic.ts";
import { KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { hash, MESH } from "#server/envoy/testing/random-world.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";
import type { Built, Istio, OracleProxy, Part } from "#testing/oracle/istio.ts";
import type { Json } from "#testing/oracle/json.ts";

/** A resource as people write it, and the second in which it was made. */
export interface Written {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly age: number;
  readonly spec: object;
}

/** What both sides are given. */
export interface World {
  readonly documents: readonly Written[];
  readonly proxies: readonly OracleProxy[];
  /** What of the proxies' configuration is compared. */
  readonly parts: readonly Part[];
}

const written = new WeakMap<Written, string>();
const judgements = new WeakMap<Written, Promise<boolean>>();
const parsed = new WeakMap<Written, ReturnType<typeof parseDocuments>>();

/** Written once, however often it is asked, compared and shown. */
export function writeDocument(document: Written): string {
  const known = written.get(document);
  if (known !== undefined) return known;
  const text = write(document);
  written.set(document, text);
  return text;
}

function parse(document: Written): ReturnType<typeof parseDocuments> {
  const known = parsed.get(document);
  if (known !== undefined) return known;
  const read = parseDocuments(writeDocument(document));
  parsed.set(document, read);
  return read;
}

function write({ kind, name, namespace, labels, annotations, age, spec }: Written): string {
  const creationTimestamp = timestamp(age);
  const given = { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
  const metadata = { name, namespace, ...given, creationTimestamp };
  return stringify(
    { apiVersion: `${KINDS[kind].group}/${versionsOf(kind)[0]}`, kind, metadata, spec },
    { aliasDuplicateObjects: false },
  );
}

export function writeWorld(documents: readonly Written[]): string {
  return documents.map(writeDocument).join("---\n");
}

/** Of a world's documents those that both sides take, each name once. Istio's compiler is not made for what it refuses. */
export async function keepTaken(documents: readonly Written[], istio: Istio): Promise<Written[]> {
  const judged = await Promise.all(
    documents.map((each) => {
      const known = judgements.get(each) ?? isTaken(each, istio);
      judgements.set(each, known);
      return known;
    }),
  );
  const taken = documents.filter((_, index) => judged[index]);
  return [...new Map(taken.map((each) => [`${each.kind}/${each.namespace}/${each.name}`, each])).values()];
}

async function isTaken(document: Written, istio: Istio): Promise<boolean> {
  if (hasErrors(parse(document).diagnostics)) return false;
  return isOfMesh(document) || (await istio.validate(writeDocument(document))).errors.length === 0;
}

export function askIstio(istio: Istio, { documents, proxies, parts }: World): Promise<Readonly<Record<string, Built>>> {
  const settings = documents.find(isOfMesh)?.spec ?? {};
  return istio.build(
    documents.filter((each) => !isOfMesh(each)).map(writeDocument),
    stringify(settings),
    proxies,
    parts,
  );
}

/** Istio has it in a file of its own, which it validates only when it starts. */
function isOfMesh({ kind }: Written): boolean {
  return kind === "MeshConfig";
}

/** What Pharos makes of the same world, by the proxies' keys. */
export function askPharos({ documents, proxies, parts }: World): Readonly<Record<string, Built>> {
  const resources = documents.flatMap(readResource);
  const compiler = createCompiler({ revision: 1, mesh: MESH, resources, instances: [] }, { hash });
  return Object.fromEntries(
    proxies.map((proxy) => {
      const { layers } = compiler.open(nodeOf(proxy));
      const all = (type: XdsType, part: Part): Json[] =>
        (parts.includes(part) ? layers : []).flatMap(({ resources: held }) =>
          Array.from(held.get(type)?.values() ?? [], ({ body }) => decodeResource(type, body) as Json),
        );
      return [
        proxy.key,
        {
          listeners: all("LDS", "listeners"),
          routes: all("RDS", "routes"),
          clusters: all("CDS", "clusters"),
          endpoints: all("EDS", "clusters"),
        },
      ] as const;
    }),
  );
}

function readResource(document: Written): AnyResource[] {
  const { resources, diagnostics } = parse(document);
  if (hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2));
  // A document's own time is not believed; here it is the one of its first revision.
  return resources.map(
    (each) => ({ ...each, metadata: { ...each.metadata, creationTimestamp: timestamp(document.age) } }) as AnyResource,
  );
}

function timestamp(seconds: number): string {
  return new Date(Date.UTC(2020, 0, 1, 0, 0, seconds)).toISOString().replace(".000", "");
}

function nodeOf(proxy: OracleProxy): ProxyNode {
  return {
    id: `${proxy.type}~${proxy.address}~${proxy.key}.${proxy.namespace}~x`,
    type: proxy.type,
    address: proxy.address,
    ...(proxy.locality === undefined ? {} : { locality: proxy.locality }),
    name: proxy.key,
    namespace: proxy.namespace,
    domain: "x",
    userAgent: "envoy",
    version: "1.40.0",
    takesVirtualHosts: false,
    metadata: {
      LABELS: { ...proxy.labels },
      SERVICE_ACCOUNT: "",
      WORKLOAD_NAME: proxy.key,
      INTERCEPTION_MODE: "REDIRECT",
      ...(proxy.ipv6 === undefined ? {} : { PHAROS_IPV6: true as const }),
      PHAROS_OUTBOUND: [],
      PHAROS_INBOUND: [],
      PHAROS_GATEWAY_PORTS: {},
      PHAROS_TRACING: false,
    },
  };
}
