/** A request as it reached an application. */
export interface SeenRequest {
  readonly app: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}
