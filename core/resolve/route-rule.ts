// What a route says, in the words of its schema: docs/adr/0035-rules-in-istios-words.md.
import type { StringMatch } from "#core/kinds/string-match.ts";
import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import type { HeaderRules as WrittenHeaderRules } from "#core/kinds/virtual-service/header-rules.ts";
import type { HttpFault } from "#core/kinds/virtual-service/http-fault.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type {
  HttpRedirect,
  HttpRetry,
  HttpRoute,
  HttpRouteDestination,
} from "#core/kinds/virtual-service/http-route.ts";
import type { Percent as WrittenPercent } from "#core/kinds/virtual-service/percent.ts";

/** Which requests, where they go, and what happens to them on the way. */
export type RouteRule = HttpRoute;
/** One of the matches of a rule. */
export type RouteMatch = HttpMatch;
export type TextMatch = StringMatch;
/** Where a share of the requests goes. */
export type RouteShare = HttpRouteDestination;
/** A host, a subset of it, and a port. */
export type RouteTarget = Destination;
export type HeaderRules = WrittenHeaderRules;
export type RouteRedirect = HttpRedirect;
export type RouteRetries = HttpRetry;
export type RouteFault = HttpFault;
export type RouteCors = NonNullable<HttpRoute["corsPolicy"]>;
export type Percent = WrittenPercent;
