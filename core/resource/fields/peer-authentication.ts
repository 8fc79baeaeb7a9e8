import { explicit, type FieldTable, map, oneOfValues, under } from "#core/resource/field.ts";
import { MATCH_LABELS } from "#core/resource/fields/selector.ts";

const MODE = oneOfValues(["UNSET", "DISABLE", "PERMISSIVE", "STRICT"]);

export const PEER_AUTHENTICATION_FIELDS: FieldTable = {
  ...under("selector", MATCH_LABELS),
  "mtls.mode": MODE,
  portLevelMtls: explicit(map("port-number")),
  "portLevelMtls{}.mode": MODE,
};
