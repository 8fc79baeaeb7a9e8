import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import type { Extension } from "#core/resolve/extensions.ts";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { extendListener } from "#server/envoy/extensions/extend-listener.ts";

const extension = (name: string, phase: Extension["phase"], match: Extension["match"]): Extension => ({
  ...{ resource: `TrafficExtension/default/${name}`, path: "spec", name, plugin: `default.${name}`, phase, match },
  priority: 0,
  isHttp: true,
  code: { kind: "lua", text: "" },
});

test("extensions keep their order where a chain has only the later one", () => {
  const listener = create(ListenerSchema, {
    filterChains: [80, 81].map((destinationPort) => ({
      filterChainMatch: { destinationPort },
      filters: [
        {
          name: "envoy.filters.network.http_connection_manager",
          configType: {
            case: "typedConfig" as const,
            value: anyPack(HttpConnectionManagerSchema, create(HttpConnectionManagerSchema, {})),
          },
        },
      ],
    })),
  });
  const first = extension("first", "AUTHN", [{ ports: [{ number: 81 }] }]);
  const second = extension("second", "AUTHZ", []);
  expect(extendListener(listener, [first, second], "SERVER", []).used).toEqual([first, second]);
});
