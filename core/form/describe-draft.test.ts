import { expect, test } from "vitest";
import { describeDraft } from "#core/form/describe-draft.ts";
import { summarizeEdit } from "#core/form/summarize-edit.ts";

const SIDECAR = {
  apiVersion: "networking.istio.io/v1",
  kind: "Sidecar",
  metadata: { name: "narrow", namespace: "shop" },
  spec: { egress: [{ hosts: ["./*"] }] },
};

test("what a document does is told as lists tell it, and nothing while it has errors", () => {
  expect(describeDraft(SIDECAR)).toBe("Callers know ./*");
  expect(describeDraft({ ...SIDECAR, spec: { egress: [{}] } })).toBe("");
  expect(describeDraft(null)).toBe("");
});

test("the reason of an edit names what changed", () => {
  expect(summarizeEdit(null, SIDECAR)).toBe("new Sidecar narrow");
  expect(summarizeEdit(SIDECAR, SIDECAR)).toBe("");
  const spec = { egress: [{ hosts: ["*/*"], bind: "127.0.0.1", port: {} }], outboundTrafficPolicy: {} };
  expect(summarizeEdit(SIDECAR, { ...SIDECAR, spec })).toBe(
    "narrow: egress[0].hosts[0], egress[0].bind, egress[0].port and 1 more",
  );
});
