import { createSocket, type SocketType } from "node:dgram";
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
  const port = Number(server.slice(colon + 1));
  if (isIP(host) === 6) return addressTowards(host, port, "udp6");
  // A name may be one of IPv6 alone.
  return addressTowards(host, port, "udp4").catch((error: unknown) => {
    if (isIP(host) === 4) throw error;
    return addressTowards(host, port, "udp6");
  });
}

async function addressTowards(host: string, port: number, type: SocketType): Promise<string> {
  const socket = createSocket(type);
  try {
    const connected = once(socket, "connect", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    socket.connect(port, host);
    await connected;
    return socket.address().address;
  } finally {
    socket.close();
  }
}
