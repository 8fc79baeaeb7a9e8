import type { InboundPort } from "#core/resolve/inbound-ports.ts";

export type FoundApplication =
  | { readonly kind: "tcp"; readonly address: string; readonly port: number }
  | { readonly kind: "socket"; readonly path: string };

/** Where the application of an instance is: on loopback, or where a Sidecar says. */
export function applicationAddress({ appPort, ingress }: InboundPort, instanceAddress: string): FoundApplication {
  const at = ingress?.application ?? { kind: "loopback", address: "127.0.0.1", port: appPort };
  if (at.kind === "socket") return at;
  return { kind: "tcp", address: at.kind === "instance" ? instanceAddress : at.address, port: at.port };
}

/** Where the listener is bound that a port has of its own. */
export function boundAddress({ ingress }: InboundPort, instanceAddress: string): string {
  return ingress?.bind ?? instanceAddress;
}

/** Whether that listener is what would be found there: each connection would make another, for ever. */
export function leadsToItself(port: InboundPort, instanceAddress: string): boolean {
  const application = applicationAddress(port, instanceAddress);
  if (application.kind === "socket" || application.port !== port.inboundPort) return false;
  const { address } = application;
  return [address, address.includes(":") ? "::" : "0.0.0.0"].includes(boundAddress(port, instanceAddress));
}
