import { expect, test } from "vitest";
import { whyNoServiceAddress } from "#core/schema/service-address.ts";

test.each([
  "0.0.0.0",
  "0.0.0.0/0",
  "10.1.2.3/0",
  "0.0.0.0/1",
  "0.1.2.3",
  "127.0.0.1",
  "126.0.0.0/7",
  "240.240.3.4",
  "240.240.3.4/32",
  "240.240.0.0/16",
  "240.240.9.0/24",
  "240.0.0.0/4",
  "::",
  "::/0",
  "::1",
  "2001:2::7",
  "2001::/16",
  "::ffff:127.0.0.1",
  "::ffff:a01:203",
])("%s is no address of one service", (address) => expect(whyNoServiceAddress(address)).toBeDefined());

test.each([
  "10.1.2.3",
  "10.1.2.3/32",
  "10.0.0.0/8",
  "128.0.0.0/2",
  "240.241.0.1",
  "240.239.0.0/16",
  "2001:db8::1",
  "2001:db8::/32",
  "fd00::/8",
  "::2",
])("%s may be one", (address) => expect(whyNoServiceAddress(address)).toBeUndefined());
