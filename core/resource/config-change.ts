export type ConfigChange =
  | {
      readonly op: "upsert";
      readonly text: string;
      readonly expectedVersion?: number | undefined;
      readonly file?: string | undefined;
      /** Of the resources in it that name none, and written into them; `default` where absent. */
      readonly namespace?: string | undefined;
    }
  | { readonly op: "delete"; readonly ref: string; readonly expectedVersion?: number | undefined };
