import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { PharosError } from "#core/errors.ts";
import { type KeyAddressRules, whyNotAsked } from "#server/keys/why-not-asked.ts";

/** The addresses that are connected to are those that were looked at: a name that answers otherwise a second later changes nothing. */
export function guardedLookup(rules: KeyAddressRules): LookupFunction {
  return (name, options, callback) =>
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const why = addresses.map(({ address }) => whyNotAsked(address, rules)).find((each) => each !== undefined);
      if (why !== undefined) return callback(new PharosError("forbidden", `${name} is not asked: ${why}`), []);
      if (options.all === true) return callback(null, addresses);
      callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
    });
}
