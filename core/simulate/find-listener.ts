import type { Listener } from "#core/simulate/listener.ts";
import type { ProxyImage } from "#core/simulate/proxy-image.ts";

const ANY_ADDRESS = new Set(["0.0.0.0", "::"]);

/** Where captured traffic comes in from outside; see docs/reference on ports. */
const CAPTURED_INBOUND = "virtualInbound";

/** The listener that takes a connection to a proxy's host: one that binds the port, or the one that captures. */
export function findInboundListener(image: ProxyImage, address: string, port: number): Listener | undefined {
  const all = image.listeners();
  const bound = all.filter((each) => each.binds && each.port === port);
  return (
    bound.find((each) => each.address === address) ??
    bound.find((each) => ANY_ADDRESS.has(each.address)) ??
    all.find(({ name }) => name === CAPTURED_INBOUND)
  );
}

/** For a captured connection of an application: the listener of its destination, or the one that captured it. */
export function findCapturedListener(image: ProxyImage, address: string, port: number): Listener | undefined {
  const all = image.listeners();
  const capturing = all.find((each) => each.usesOriginalDestination);
  if (capturing === undefined) return undefined;
  const handed = all.filter((each) => each.port === port && each !== capturing);
  return (
    handed.find((each) => each.address === address) ??
    handed.find((each) => !each.binds && ANY_ADDRESS.has(each.address)) ??
    capturing
  );
}
