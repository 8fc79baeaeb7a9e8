import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { SecretWords } from "#server/mesh/secret-words.ts";

const mesh = (token: string) =>
  parseDocuments(`apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec: { extensionProviders: [{ name: sky, skywalking: { service: sky.test, port: 11800, accessToken: ${token} } }] }
`).resources;

test("a proxy's words are told without what only editors may read, what it was before too", () => {
  const words = new SecretWords();
  const said = 'backend_token: "needle-one", then "needle-two"';
  expect(words.hideIn(said)).toBe(said);
  words.note(mesh("needle-one"));
  expect(words.hideIn(said)).toBe('backend_token: "[redacted]", then "needle-two"');
  words.note(mesh("needle-two"));
  expect(words.hideIn(said)).toBe('backend_token: "[redacted]", then "[redacted]"');
  expect(words.hideIn('backend_token: "needle-t...(truncated)')).toBe('backend_token: "[redacted]...(truncated)');
});
