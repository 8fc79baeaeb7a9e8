import { UsageError } from "#cli/failure.ts";

/** `http:9080:19080`: service port's name, where the application listens, where its sidecar does. */
export function parsePort(text: string): { name: string; appPort: number; inboundPort: number } {
  const [name = "", app = "", inbound = app] = text.split(":");
  const ports = [Number(app), Number(inbound)];
  if (name === "" || !ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new UsageError(`--port ${text} is not NAME:APP_PORT[:INBOUND_PORT]`, {
      hint: "for example --port http:9080:19080",
    });
  }
  return { name, appPort: ports[0] ?? 0, inboundPort: ports[1] ?? 0 };
}
