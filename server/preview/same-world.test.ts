import { afterAll, beforeAll, expect, test } from "vitest";
import type { XdsType } from "#core/xds/type-urls.ts";
import { HostileMesh, nodeId } from "#server/mesh-rpc/testing/hostile-mesh.ts";

/** The listener of ratings denies by this beside what the server has it deny. */
const POLICY = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: more, namespace: default }
spec:
  selector: { matchLabels: { app: ratings } }
  action: DENY
  rules: [{ from: [{ source: { namespaces: [closed] } }] }]
`;

let mesh: HostileMesh;
beforeAll(async () => {
  mesh = await HostileMesh.open();
}, 60_000);
afterAll(() => mesh.stop());

async function preview() {
  const { xds } = await mesh.admin.config.preview.mutate({ changes: [{ op: "upsert", text: POLICY }] });
  expect(xds.length).toBeGreaterThan(0);
  return xds;
}

/** What a preview says is there is what the proxy was given. */
async function expectAsServed(changes: Awaited<ReturnType<typeof preview>>): Promise<void> {
  for (const { type, name, before } of changes) {
    const served = (await mesh.admin.proxies.config.query({
      id: nodeId("ratings-v1-0"),
      type: type as XdsType,
    })) as readonly { readonly name: string; readonly resource: unknown }[];
    expect(JSON.parse(before ?? "null")).toEqual(served.find((each) => each.name === name)?.resource);
  }
}

test("a preview compiles what the proxies were given, also what the server adds to what people wrote", async () => {
  await expectAsServed(await preview());
  // The thread of previews follows; one that is started now begins with it.
  const { id } = await mesh.admin.identity.revoke.mutate({
    kind: "identity",
    subject: "default/thief",
    reason: "its key was stolen",
  });
  const changes = await preview();
  await expectAsServed(changes);
  expect(JSON.stringify(changes)).toContain("sa/thief");
  await mesh.admin.identity.liftRevocation.mutate({ id, reason: "" });
  const after = await preview();
  await expectAsServed(after);
  expect(JSON.stringify(after)).not.toContain("sa/thief");
});
