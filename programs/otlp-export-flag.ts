import { UsageError } from "#cli/failure.ts";
import { readHeaders } from "#programs/read-headers.ts";
import type { CollectorAddress } from "#server/telemetry/forward/collector.ts";

const FLAG = "--otlp-export";
const EXAMPLE = `for example ${FLAG} http://collector:4318 (HTTP), grpc://collector:4317 or grpcs://collector:4317 (gRPC)`;

/** Where telemetry is handed on to, with the headers of a file: `name=value`, one a line. */
export function otlpExportFlag(text: string, headersFile: string | undefined): CollectorAddress {
  const headers = headersFile === undefined ? {} : readHeaders(headersFile, `${FLAG}-headers`);
  if (!URL.canParse(text)) throw new UsageError(`${FLAG} ${JSON.stringify(text)} is no URL`, { hint: EXAMPLE });
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw new UsageError(`${FLAG} has a password in it`, { hint: `put it into the file of ${FLAG}-headers` });
  if (url.protocol === "http:" || url.protocol === "https:")
    return { protocol: "http", address: text.replace(/\/+$/, ""), isTls: url.protocol === "https:", headers };
  if ((url.protocol === "grpc:" || url.protocol === "grpcs:") && url.hostname !== "")
    return {
      protocol: "grpc",
      address: url.port === "" ? `${url.hostname}:4317` : url.host,
      isTls: url.protocol === "grpcs:",
      headers,
    };
  throw new UsageError(`${FLAG} ${JSON.stringify(text)} is none of http, https, grpc, grpcs`, { hint: EXAMPLE });
}
