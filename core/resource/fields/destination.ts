import { type FieldTable, port, required, string } from "#core/resource/field.ts";

export const DESTINATION: FieldTable = {
  host: required(string("host")),
  subset: string("subset-name"),
  "port.number": required(port()),
};
