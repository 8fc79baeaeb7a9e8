/** Addresses that services get which have none, as in Istio: nobody else's, for they are routed nowhere. */
export const VIRTUAL_ADDRESSES = "240.240.0.0/16";
