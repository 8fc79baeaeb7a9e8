import { stringify } from "yaml";
import type { Plan } from "#core/form/plan.ts";

export interface Exposure {
  /** The service's host in the mesh, and its port. */
  readonly service: string;
  readonly port: number;
  readonly namespace: string;
  /** Under which name it is reached from outside. */
  readonly host: string;
  /** Labels of the workloads that are to serve it. */
  readonly selector: Readonly<Record<string, string>>;
  /** The stored credential with the host's certificate; undefined: callers come without TLS. */
  readonly credential: string | undefined;
  /** With TLS: whether callers without it are sent there. */
  readonly redirects: boolean;
}

/** The Gateway and the VirtualService by which a service is reached from outside under a name of its own, as two documents. */
export function exposeService(exposure: Exposure): readonly [gateway: string, virtualService: string] {
  const { service, port, namespace, host, selector, credential, redirects } = exposure;
  const name = nameOf(host);
  const plain = (more: object) => ({ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [host], ...more });
  const servers =
    credential === undefined
      ? [plain({})]
      : [
          {
            port: { number: 443, name: "https", protocol: "HTTPS" },
            hosts: [host],
            tls: { mode: "SIMPLE", credentialName: credential },
          },
          ...(redirects ? [plain({ tls: { httpsRedirect: true } })] : []),
        ];
  const write = (kind: string, spec: object): string =>
    stringify({ apiVersion: "networking.istio.io/v1", kind, metadata: { name, namespace }, spec });
  return [
    write("Gateway", { selector, servers }),
    write("VirtualService", {
      hosts: [host],
      gateways: [name],
      http: [{ route: [{ destination: { host: service, port: { number: port } } }] }],
    }),
  ];
}

/** The same as a task. A name that a Gateway or a VirtualService has already is another's: nothing of it is written over. */
export function planExposure(exposure: Exposure): Plan {
  const { service, port, host, credential, redirects } = exposure;
  return {
    changes: exposeService(exposure).map((text) => ({ op: "upsert", text, expectedVersion: 0 })),
    reason: `expose ${service}:${port} as ${host}`,
    sentences: [
      `Requests for ${host} go from the gateway to ${service}, port ${port}.`,
      credential === undefined
        ? "Callers come without TLS: what they send can be read on the way."
        : `Callers come with TLS, and are shown the certificate of ${credential}.`,
      ...(credential === undefined
        ? []
        : [redirects ? "Those without TLS are sent there." : "Those without TLS are refused."]),
    ],
  };
}

/** `shop.example.com` → `shop-example-com`, `*.example.com` → `any-example-com`. */
function nameOf(host: string): string {
  const name = host
    .toLowerCase()
    .replace(/^\*\./, "any.")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name.slice(0, 60) || "exposed";
}
