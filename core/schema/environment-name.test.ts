import { expect, test } from "vitest";
import { checkEnvironmentName } from "#core/schema/environment-name.ts";

test.each(["REGION", "_a", "ISTIO_META_DNS_CAPTURE", "PATHS", "LDAP_HOST", "NODEPOOL", "x".repeat(128)])(
  "%s may come from elsewhere",
  (name) => expect(checkEnvironmentName(name)).toBeUndefined(),
);

test.each([
  "LD_PRELOAD",
  "ld_library_path",
  "PATH",
  "Path",
  "NODE_OPTIONS",
  "GLIBC_TUNABLES",
  "MALLOC_CONF",
  "HEAPPROFILE",
  "SSL_CERT_FILE",
  "SSLKEYLOGFILE",
  "http_proxy",
  "NO_PROXY",
  "AWS_SECRET_ACCESS_KEY",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "TMPDIR",
  "BASH_ENV",
  "ENV",
  "ASAN_OPTIONS",
  "PHAROS_DIR",
  "RES_OPTIONS",
])("%s stays its host's", (name) => {
  expect(checkEnvironmentName(name)).toMatchObject({ notHandled: expect.stringContaining("environment") });
});

test.each(["", "1A", "A-B", "A=B", "A B", "A\0", "ä", "x".repeat(129)])("%j is no name", (name) => {
  expect(checkEnvironmentName(name)).toMatch(/is not the name/);
});
