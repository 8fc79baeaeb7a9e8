import type { JsonObject, JsonValue } from "#core/schema/field.ts";

/**
 * Envoy gives scripts all of LuaJIT, programs and files of the host among it. A script of the mesh is for requests: what reaches the host
 * is taken from it before it is read, and so is what loads machine code and bytecode. On one line with the script, so that its lines keep their numbers.
 */
const PRELUDE =
  "io,package,require,module,debug,ffi,jit,load,loadstring,loadfile,dofile=nil;" +
  "os={clock=os.clock,date=os.date,difftime=os.difftime,getenv=os.getenv,time=os.time}; ";

export function confineScript(text: string): string {
  return PRELUDE + text;
}

const OF_LUA = /\.lua\./;
const TYPE = /^(?:@type|type_?url)$/i;
const TEXT = /^inline_?(?:string|code)$/i;
const BYTES = /^inline_?bytes$/i;

/** The same with all scripts in it confined, wherever one may stand. */
export function confineScripts(value: JsonObject): JsonObject {
  return confineAll(value, false) as JsonObject;
}

function confineAll(value: JsonValue, isLua: boolean): JsonValue {
  if (Array.isArray(value)) return value.map((each: JsonValue) => confineAll(each, isLua));
  if (typeof value !== "object" || value === null) return value;
  const all = Object.entries(value);
  const isWithin =
    isLua || all.some(([name, each]) => TYPE.test(name) && typeof each === "string" && OF_LUA.test(each));
  return Object.fromEntries(
    all.map(([name, each]) => {
      if (!isWithin || typeof each !== "string") return [name, confineAll(each, isWithin)];
      if (TEXT.test(name)) return [name, confineScript(each)];
      if (BYTES.test(name)) return [name, confineBytes(each)];
      return [name, each];
    }),
  );
}

function confineBytes(base64: string): string {
  return Buffer.concat([Buffer.from(PRELUDE), Buffer.from(base64, "base64")]).toString("base64");
}
