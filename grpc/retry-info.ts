import { BinaryWriter } from "@bufbuild/protobuf/wire";

const MESSAGE = 2;

/** `grpc-status-details-bin` of an error that says when to try again: a google.rpc.Status with a RetryInfo, in base64. */
export function retryDetails(code: number, message: string, retryAfterMs: number): string {
  const seconds = Math.floor(retryAfterMs / 1000);
  const delay = new BinaryWriter().tag(1, 0).int64(seconds);
  delay.tag(2, 0).int32(Math.round((retryAfterMs - seconds * 1000) * 1e6));
  const info = new BinaryWriter().tag(1, MESSAGE).bytes(delay.finish());
  const any = new BinaryWriter().tag(1, MESSAGE).string("type.googleapis.com/google.rpc.RetryInfo");
  any.tag(2, MESSAGE).bytes(info.finish());
  const status = new BinaryWriter().tag(1, 0).int32(code).tag(2, MESSAGE).string(message);
  status.tag(3, MESSAGE).bytes(any.finish());
  return Buffer.from(status.finish()).toString("base64");
}
