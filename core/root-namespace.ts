/** Where the control plane lives and resources apply to the whole mesh, as in Istio. */
export const ROOT_NAMESPACE = "istio-system";
