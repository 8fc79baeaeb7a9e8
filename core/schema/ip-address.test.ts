import { isIP } from "node:net";
import { expect, test } from "vitest";
import { isIpAddress, isIpOrCidr } from "#core/schema/ip-address.ts";
import { fc, seed } from "#testing/fc.ts";

test(`an address is what the system takes for one (FUZZ_SEED=${seed})`, () => {
  const piece = fc.constantFrom(
    "0",
    "1",
    "01",
    "255",
    "256",
    "ff",
    "fffff",
    "0x1",
    ":",
    "::",
    ".",
    "1.2.3.4",
    "ffff:",
    "",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 10 }).map((all) => all.join("")),
    fc.ipV4(),
    fc.ipV6(),
  );
  fc.assert(
    fc.property(text, (address) => isIpAddress(address) === (isIP(address) !== 0)),
    { numRuns: 5_000, seed },
  );
});

test("a zone is of one host, and a prefix length fits its address", () => {
  expect(isIpAddress("fe80::1%eth0")).toBe(false);
  for (const block of ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/08x", "/8", "10.0.0.0/8/8"])
    expect(isIpOrCidr(block), block).toBe(false);
  for (const block of ["10.0.0.0/32", "::/128", "0.0.0.0/0", "10.1.2.3"]) expect(isIpOrCidr(block), block).toBe(true);
});
