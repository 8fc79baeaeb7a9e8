/** The request's path and query, written by the server over whatever a client sent under this name. */
export const ADDRESS_HEADER = "x-pharos-address";
