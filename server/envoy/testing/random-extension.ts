import type { AnyResource } from "#core/resource/resource.ts";
import { type Draw, parse } from "#server/envoy/testing/random-draw.ts";

const MODULE = { url: "https://modules.example.com/a.wasm", sha256: "0a".repeat(32) };

/** What proxies run, of all workloads of a namespace or of the mesh, or of those that it chooses. */
export function randomExtension(draw: Draw): AnyResource {
  const { pick, random, rarely, service } = draw;
  const isPlugin = rarely(2);
  const wasm = {
    ...MODULE,
    ...pick<object>([{}, { url: "http://10.0.0.9:8080/b.wasm" }, { url: "file:///opt/c.wasm", sha256: "" }]),
    ...pick<object>([{}, { type: "NETWORK" }, { type: "HTTP" }]),
    ...pick<object>([{}, { failStrategy: "FAIL_OPEN" }, { pluginName: "a", pluginConfig: { a: random(3) } }]),
  };
  const spec = {
    ...(rarely(2) ? { selector: { matchLabels: { app: service } } } : {}),
    ...(rarely(2) ? { phase: pick(["AUTHN", "AUTHZ", "STATS"]) } : {}),
    ...(rarely(2) ? { priority: pick([-1, 0, 5]) } : {}),
    ...(rarely(2)
      ? {
          match: [
            { mode: pick(["CLIENT", "SERVER"]), ...pick<object>([{}, { ports: [{ number: pick([80, 9080]) }] }]) },
          ],
        }
      : {}),
    ...(isPlugin ? wasm : pick<object>([{ wasm }, { lua: { inlineCode: `-- ${random(3)}` } }])),
  };
  return parse(
    JSON.stringify({
      apiVersion: "extensions.istio.io/v1alpha1",
      kind: isPlugin ? "WasmPlugin" : "TrafficExtension",
      metadata: { name: `ext${random(3)}`, namespace: rarely(3) ? "istio-system" : draw.namespace },
      spec,
    }),
  );
}
