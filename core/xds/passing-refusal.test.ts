import { expect, test } from "vitest";
import { mayPass } from "#core/xds/passing-refusal.ts";

test.each([
  ["cannot bind '127.0.0.1:8080': Address already in use", true],
  ["cannot bind '10.0.0.1:80': Cannot assign requested address", true],
  ["cannot bind '0.0.0.0:80': Permission denied", true],
  ["error adding listener: 'new' has duplicate address '0.0.0.0:80' as existing listener", true],
  ["Failed to load incomplete private key from path: /etc/certs/key.pem", true],
  ["Failed to load certificate chain from /etc/certs/cert.pem", true],
  ["Failed to load certificate chain from <inline>", false],
  ["error adding listener '127.0.0.1:80': no filter chains specified", false],
])("%s: %s", (message, passes) => {
  expect(mayPass(message)).toBe(passes);
});
