import ipaddr from "ipaddr.js";
import { newDocument } from "#core/form/new-document.ts";
import { freeName } from "#core/form/new-routing.ts";
import { openDocument } from "#core/form/open-document.ts";
import { openDraft } from "#core/form/open-draft.ts";
import type { Plan, StandingDocument } from "#core/form/plan.ts";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { SIDECAR } from "#core/kinds/sidecar/schema.ts";
import { STRANGER } from "#core/resolve/service.ts";
import { importsHost, readImports } from "#core/resolve/sidecar.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { editDocument } from "#core/resource/edit-document.ts";
import { whyNoServiceAddress } from "#core/schema/service-address.ts";

/** A host that callers go on reaching. */
export interface AllowedHost {
  readonly host: string;
  /** 0: it was not said. */
  readonly port: number;
  readonly protocol: "http" | "grpc" | "tcp";
}

export interface EgressInput {
  /** The root namespace: the whole mesh. */
  readonly namespace: string;
  readonly rootNamespace: string;
  readonly hosts: readonly AllowedHost[];
  /** All of the mesh. */
  readonly sidecars: readonly StandingDocument[];
  readonly meshConfig: StandingDocument | undefined;
  /** ServiceEntries of the namespace. */
  readonly takenNames: readonly string[];
}

export interface EgressPlan extends Plan {
  /** Sidecars of single workloads, or namespaces, that go on saying something else. */
  readonly kept: readonly string[];
}

const MODE = "REGISTRY_ONLY";
const MODE_PATH = ["spec", "outboundTrafficPolicy", "mode"];
/** Where a request said no port. */
const USUAL_PORT = { http: 80, grpc: 443, tcp: 443 } as const;
const PROTOCOLS = { http: "HTTP", grpc: "GRPC", tcp: "TCP" } as const;
const HTTPS_PORT = 443;

/**
 * Callers reach what the registry knows and nothing else, and what they reach today is put into it, in one revision. For a namespace by its
 * Sidecar, else one that leaves all else as it was; for the mesh by its MeshConfig.
 */
export function planEgress(input: EgressInput): EgressPlan {
  const { namespace, rootNamespace, sidecars, meshConfig, takenNames } = input;
  const hosts = input.hosts.filter(({ host }) => whyNoServiceAddress(host) === undefined);
  const isMesh = namespace === rootNamespace;
  const read = sidecars.map((each) => ({ ...each, ...readSidecar(each.text) }));
  const own = read.filter((each) => each.namespace === namespace);
  const meshWide = read.find((each) => each.namespace === rootNamespace && !each.isOfWorkloads);
  const concerned = isMesh ? read : own;
  const locked = isMesh ? lockMesh(meshConfig) : lockNamespace(namespace, own, meshWide?.spec);
  const isChanged = (each: (typeof own)[number]): boolean => !isMesh && !each.isOfWorkloads;
  const entries = writeEntries(hosts, namespace, isMesh, takenNames);
  const where = isMesh ? "the whole mesh" : `namespace ${namespace}`;
  const names = [...new Set(hosts.map(({ host }) => host))];
  const kept = concerned.filter((each) => !isChanged(each) && each.mode !== undefined && each.mode !== MODE);
  // Without one of its own a namespace gets what the mesh's says.
  const inherited =
    isMesh || meshWide === undefined || own.some(({ isOfWorkloads }) => !isOfWorkloads) ? [] : [meshWide];
  const locking = [...concerned, ...inherited].filter((each) => !kept.includes(each));
  const narrow = locking.filter(({ namespace: of, isOfWorkloads, egress }) => {
    // What the mesh's says is for callers of any namespace.
    const isOfMesh = isMesh && of === rootNamespace && !isOfWorkloads;
    return !importsAll(egress, entries, { from: isOfMesh ? STRANGER : isMesh ? of : namespace, of: namespace });
  });
  return {
    changes: [...entries.map(({ text }): ConfigChange => ({ op: "upsert", text, expectedVersion: 0 })), ...locked],
    reason: `lock down egress of ${where}`,
    sentences: [
      `Workloads of ${where} call services that the registry knows; all other calls end at their own proxy, with 502 or a closed connection.`,
      names.length === 0
        ? "No other host is put into the registry."
        : `${names.join(", ")}: put into the registry, so that calls to ${names.length === 1 ? "it" : "them"} go on${isMesh ? "" : `, for ${where} alone`}.`,
      ...[...new Set(input.hosts.map(({ host }) => host))].flatMap((host) => {
        const why = whyNoServiceAddress(host);
        return why === undefined ? [] : [`${host} ${why}, and no registry can name it: calls to it end.`];
      }),
      ...(narrow.length === 0
        ? []
        : [
            `${narrow.map(({ ref }) => ref).join(", ")}: its egress does not name all of these hosts, and calls of its workloads to the others end: add them there.`,
          ]),
      "It keeps honest workloads in: one that goes around its proxy is held by the network alone.",
    ],
    kept: kept.map(({ ref }) => ref),
  };
}

function lockMesh(standing: StandingDocument | undefined): ConfigChange[] {
  const { namespace, name } = MESH_CONFIG_PLACE;
  if (standing === undefined) {
    const text = newDocument("MeshConfig", namespace, name, { outboundTrafficPolicy: { mode: MODE } });
    return [{ op: "upsert", text, expectedVersion: 0 }];
  }
  return edited(standing);
}

/** A namespace's Sidecar stands in the place of the mesh's: what that one says goes on. */
function lockNamespace(
  namespace: string,
  own: readonly (StandingDocument & { readonly isOfWorkloads: boolean })[],
  ofMesh: object = { egress: [{ hosts: ["*/*"] }] },
): ConfigChange[] {
  // Of several the oldest speaks, and which that is their documents do not say.
  const wide = own.filter(({ isOfWorkloads }) => !isOfWorkloads);
  if (wide.length > 0) return wide.flatMap(edited);
  const name = freeName(
    "default",
    own.map((each) => each.name),
  );
  const text = newDocument("Sidecar", namespace, name, { ...ofMesh, outboundTrafficPolicy: { mode: MODE } });
  return [{ op: "upsert", text, expectedVersion: 0 }];
}

function edited({ text, resourceVersion }: StandingDocument): ConfigChange[] {
  const next = editDocument(text, [{ op: "set", path: MODE_PATH, value: MODE }]);
  return next === text ? [] : [{ op: "upsert", text: next, expectedVersion: resourceVersion }];
}

function readSidecar(text: string) {
  const document = openDocument(text);
  const value = document.kind === "open" ? document.value : null;
  const { spec } = openDraft(SIDECAR, value);
  const written = typeof value === "object" && value !== null && "spec" in value ? value.spec : undefined;
  return {
    isOfWorkloads: Object.keys(spec.workloadSelector?.labels ?? {}).length > 0,
    mode: spec.outboundTrafficPolicy?.mode,
    egress: spec.egress ?? [],
    spec: typeof written === "object" && written !== null ? written : undefined,
  };
}

interface Entry {
  readonly text: string;
  readonly host: string;
  readonly ports: readonly number[];
}

/** Whether callers of a Sidecar know all that is put into the registry. */
function importsAll(
  egress: ReturnType<typeof readSidecar>["egress"],
  entries: readonly Entry[],
  namespaces: { readonly from: string; readonly of: string },
): boolean {
  if (egress.length === 0) return true;
  const texts = egress.map(({ port, hosts = [] }) => ({ port: port?.number, hosts }));
  const imports = readImports(texts, namespaces.from);
  return entries.every(({ host, ports }) => ports.every((port) => importsHost(imports, host, namespaces.of, port)));
}

/** One for each host, with all ports that were asked for. */
function writeEntries(
  hosts: readonly AllowedHost[],
  namespace: string,
  isMesh: boolean,
  takenNames: readonly string[],
): Entry[] {
  const taken = [...takenNames];
  return [...Map.groupBy(hosts, ({ host }) => host)].map(([host, all]) => {
    const isAddress = ipaddr.isValid(host.replace(/^\[|\]$/g, ""));
    const plain = host.replace(/^\[|\]$/g, "");
    const name = freeName(isAddress ? `address-${plain}` : host, taken);
    taken.push(name);
    const known = isAddress ? `${name}.external` : host;
    // TLS says which host it is for, wherever its name was looked up.
    const protocolOf = (port: number, protocol: AllowedHost["protocol"]): string =>
      protocol === "tcp" && port === HTTPS_PORT && !isAddress ? "TLS" : PROTOCOLS[protocol];
    const ports = new Map(
      all.map(({ port, protocol }) => {
        const number = port || USUAL_PORT[protocol];
        return [number, protocolOf(number, protocol)];
      }),
    );
    const text = newDocument("ServiceEntry", namespace, name, {
      hosts: [known],
      ...(isAddress ? { addresses: [plain] } : {}),
      location: "MESH_EXTERNAL",
      // An address is called as it is, and a name where it leads by then.
      resolution: isAddress ? "NONE" : "DNS",
      ports: [...ports].map(([number, protocol]) => ({
        number,
        name: `${protocol.toLowerCase()}-${number}`,
        protocol,
      })),
      ...(isMesh ? {} : { exportTo: ["."] }),
    });
    return { text, host: known, ports: [...ports.keys()] };
  });
}
