import { accessRouter, identityRouter, sessionRouter } from "#server/api/routers/access.ts";
import { alertsRouter } from "#server/api/routers/alerts.ts";
import { authenticationRouter } from "#server/api/routers/authentication.ts";
import { configRouter } from "#server/api/routers/config.ts";
import { credentialsRouter, gatewaysRouter } from "#server/api/routers/credentials.ts";
import { effectsRouter } from "#server/api/routers/effects.ts";
import { healthRouter } from "#server/api/routers/health.ts";
import { limitUseRouter } from "#server/api/routers/limit-use.ts";
import { limitsRouter } from "#server/api/routers/limits.ts";
import {
  logsRouter,
  overviewRouter,
  proxiesRouter,
  requestsRouter,
  servicesRouter,
  topologyRouter,
  tracesRouter,
} from "#server/api/routers/mesh.ts";
import { objectivesRouter } from "#server/api/routers/objectives.ts";
import { simulateRouter } from "#server/api/routers/simulate.ts";
import { createCallerFactory, router } from "#server/api/trpc.ts";

/** The whole API. Names are stable: the CLI, the console and the permission table use them. */
export const appRouter = router({
  session: sessionRouter,
  overview: overviewRouter,
  topology: topologyRouter,
  services: servicesRouter,
  config: configRouter,
  effects: effectsRouter,
  health: healthRouter,
  objectives: objectivesRouter,
  alerts: alertsRouter,
  simulate: simulateRouter,
  traces: tracesRouter,
  logs: logsRouter,
  requests: requestsRouter,
  proxies: proxiesRouter,
  identity: identityRouter,
  authentication: authenticationRouter,
  gateways: gatewaysRouter,
  limitUse: limitUseRouter,
  credentials: credentialsRouter,
  limits: limitsRouter,
  access: accessRouter,
});

export type AppRouter = typeof appRouter;
/** Calls the API in process, for server components. */
export const createApiCaller = createCallerFactory(appRouter);
export type AppCaller = ReturnType<typeof createApiCaller>;
