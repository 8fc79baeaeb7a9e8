import { mayBeHttp, protocolOf } from "#core/model/protocol.ts";

/** Whether there is something that shares of requests can be of: a port for HTTP, or one of which nobody says what it is for. */
export function routesRequests(ports: readonly { readonly name: string; readonly protocol: string }[]): boolean {
  return ports.length === 0 || ports.some(({ protocol }) => mayBeHttp(protocolOf({ protocol })));
}
