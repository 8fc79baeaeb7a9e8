import { expect, test } from "vitest";
import { silenceText } from "#components/alerts/silence-text.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

test("a silence that the page writes is one that is read", () => {
  const labels = { alertname: "A", path: 'a: "b"', empty: "" };
  const text = silenceText({ labels, seconds: 60, reason: " why ", nowMs: Date.UTC(2026, 0, 1), namespace: "shop" });
  const { resources, diagnostics } = parseDocuments(text);
  expect(diagnostics).toEqual([]);
  expect(resources).toMatchObject([
    {
      kind: "Silence",
      metadata: { namespace: "shop", name: "silence-20260101000000" },
      spec: {
        matchers: [{ name: "alertname", value: "A" }, { name: "path", value: 'a: "b"' }, { name: "empty" }],
        endsAt: "2026-01-01T00:01:00Z",
        reason: "why",
      },
    },
  ]);
});
