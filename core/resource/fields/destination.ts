import { type FieldTable, port, required, string } from "#core/resource/field.ts";

export const DESTINATION: FieldTable = {
  host: required(string("host")),
  subset: string("label"),
  "port.number": required(port()),
};
