import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIP } from "node:net";

const TIMEOUT_MS = 5000;

/**
 * The address of this host on the way to `server` ("host:port"): what the control plane sees a connection come from, where nothing
 * between them rewrites it. No packet is sent. Rejects where there is no way, or the name is not known.
 */
export async function ownAddress(server: string): Promise<string> {
  const colon = server.lastIndexOf(":");
  const host = server.slice(0, colon).replaceAll(/^\[|\]$/g, "");
  const socket = createSocket(isIP(host) === 6 ? "udp6" : "udp4");
  try {
    const connected = once(socket, "connect", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    socket.connect(Number(server.slice(colon + 1)), host);
    await connected;
    return socket.address().address;
  } finally {
    socket.close();
  }
}
