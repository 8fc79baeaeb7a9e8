import { expect, test } from "vitest";
import { normalizeCidr } from "#core/schema/normalize-cidr.ts";

test.each([
  ["10.1.2.3", "10.1.2.3/32"],
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["10.1.255.3/23", "10.1.254.0/23"],
  ["10.1.2.3/08", "10.0.0.0/8"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["FE80:0::1", "fe80::1/128"],
  ["2001:db8::ff/121", "2001:db8::80/121"],
  ["::ffff:10.1.2.3/104", "::ffff:a00:0/104"],
])("%s is %s", (text, expected) => expect(normalizeCidr(text)).toBe(expected));
