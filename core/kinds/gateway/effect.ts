import type { GatewaySpec } from "#core/kinds/gateway/schema.ts";
import { joinParts, joinWords } from "#core/kinds/join-words.ts";

export function describeGateway({ servers }: GatewaySpec): string {
  return joinParts(
    servers.map(({ port, hosts }) => {
      const names = hosts.map((host) => host.replace(/^\*\/|^\.\//, ""));
      return `${port.protocol} on ${port.number} for ${names.includes("*") ? "every host" : joinWords(names, "and")}`;
    }),
  );
}
