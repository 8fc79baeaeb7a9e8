import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { PharosError } from "#core/errors.ts";

/** Of a body that is handed over, as it comes and unpacked. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024;

const gunzipped = promisify(gunzip);

/** A body without its compression. Throws "invalid" and "too-large". */
export async function unpack(body: Uint8Array, contentEncoding: string): Promise<Uint8Array> {
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding === "" || encoding === "identity") return body;
  if (encoding !== "gzip")
    throw new PharosError("invalid", `content encoding ${JSON.stringify(encoding.slice(0, 100))} is not gzip`, {
      hint: "send it with gzip, or as it is",
    });
  try {
    return await gunzipped(body, { maxOutputLength: BODY_BYTES_MAX });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE")
      throw new PharosError("too-large", `more than ${BODY_BYTES_MAX} bytes when unpacked`, {
        hint: "send it in parts",
      });
    throw new PharosError("invalid", `no gzip: ${error instanceof Error ? error.message : String(error)}`);
  }
}
