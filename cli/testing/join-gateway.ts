import { expect } from "vitest";
import type { ApiClient } from "#cli/client/client.ts";
import { freePort } from "#node/free-port.ts";
import { type Cleanup, startAgent, temporaryDir } from "#testing/test-agent.ts";

const GROUP = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ingress, namespace: default }
spec: { metadata: { labels: { istio: ingressgateway } }, template: { serviceAccount: ingress } }
`;

/** A gateway's agent with its Envoy joins the server of `api` as an instance of the group `ingress`, and is connected. */
export async function joinGateway(api: ApiClient, cleanup: Cleanup): Promise<void> {
  await api.config.applyChanges.mutate({ changes: [{ op: "upsert", text: GROUP }] });
  const input = { namespace: "default", serviceAccount: "ingress", group: "ingress" };
  const { token } = await api.identity.createJoinToken.mutate(input);
  startAgent(cleanup, {
    dir: temporaryDir(cleanup),
    name: "ingress-0",
    serviceAccount: "ingress",
    nodeType: "router",
    labels: { istio: "ingressgateway" },
    token,
    ports: [],
    httpProxyPort: await freePort(),
    adminPort: await freePort(),
  });
  await expect
    .poll(async () => (await api.proxies.list.query())[0]?.connectedSince ?? null, { timeout: 60_000 })
    .not.toBeNull();
}
