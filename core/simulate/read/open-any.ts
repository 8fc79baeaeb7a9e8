import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";

/** The message inside, where it is one of this kind. */
export function openAny<D extends DescMessage>(schema: D, any: Any | undefined): MessageShape<D> | undefined {
  return any === undefined ? undefined : anyUnpack(any, schema);
}

/** `envoy.extensions.filters.http.rbac.v3.RBAC` */
export function typeOf(any: Any | undefined): string {
  return any === undefined ? "" : any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1);
}
