import { type Command, Option } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print, printValue } from "#cli/output/output.ts";
import { PharosError } from "#core/errors.ts";
import type { RevocationKind, RevocationView } from "#core/view/session.ts";

interface RevokeOptions extends CommonOptions {
  readonly reason: string;
  readonly namespace?: string;
  readonly certificate?: string;
  readonly joinToken?: string;
}

/** Exactly one of what may be named. */
function readSubject(
  identity: string | undefined,
  { namespace, certificate, joinToken: token }: RevokeOptions,
): { readonly kind: RevocationKind; readonly subject: string } {
  const named = Object.entries({ identity, namespace, certificate, token }).filter(
    (entry): entry is [RevocationKind, string] => entry[1] !== undefined,
  );
  const [only, ...more] = named;
  if (only === undefined || more.length > 0)
    throw new PharosError("invalid", "name one thing to revoke", {
      hint: "NAMESPACE/ACCOUNT, or one of --namespace, --certificate and --join-token",
    });
  return { kind: only[0], subject: only[1] };
}

const stateOf = ({ lifted }: RevocationView): string => (lifted === null ? "stands" : `lifted by ${lifted.by}`);

export function addRevoke(program: Command): void {
  const revoke = program
    .command("revoke")
    .description("end an identity, a namespace's identities, a certificate, or all that came of a join token");
  withServer(revoke.command("add", { isDefault: true }))
    .argument("[identity]", "NAMESPACE/ACCOUNT or its SPIFFE id")
    .description("refuse it from now on: at renewal, at the control plane, and at every proxy")
    .addOption(new Option("-n, --namespace <namespace>", "every identity of a namespace"))
    .option("--certificate <serial>", "one certificate, by serial or SHA-256 fingerprint")
    .option("--join-token <id>", "every certificate that came of a join token, its renewals too")
    .requiredOption("--reason <text>", "why; kept in the audit trail and told to whoever is refused")
    .action((identity: string | undefined, options: RevokeOptions) =>
      withClient(options, async (api) => {
        const made = await api.identity.revoke.mutate({ ...readSubject(identity, options), reason: options.reason });
        const { id, kind, subject, certificates } = made;
        if (options.output === "table")
          process.stdout.write(
            `revoked ${kind} ${subject}: ${id}\n${certificates === 1 ? "one certificate in its time is" : `${certificates} certificates in their time are`} on the revocation list\n`,
          );
        else printValue(options.output, made);
        return EXIT.ok;
      }),
    );
  withServer(revoke.command("lift"))
    .argument("<revocation>")
    .description("believe it again")
    .option("--reason <text>", "why; kept in the audit trail", "")
    .action((id: string, options: CommonOptions & { readonly reason: string }) =>
      withClient(options, async (api) => {
        const lifted = await api.identity.liftRevocation.mutate({ id, reason: options.reason });
        if (options.output === "table") process.stdout.write(`lifted ${id}: ${lifted.kind} ${lifted.subject}\n`);
        else printValue(options.output, lifted);
        return EXIT.ok;
      }),
    );
  withServer(revoke.command("list"))
    .description("what was revoked, by whom and why")
    .action((options: CommonOptions) =>
      withClient(options, async (api) => {
        const all = await api.identity.revocations.query();
        print(
          options.output,
          all,
          all,
          [
            { title: "id", value: (row) => row.id },
            { title: "kind", value: (row) => row.kind },
            { title: "subject", value: (row) => row.subject },
            { title: "state", value: stateOf },
            { title: "by", value: (row) => row.createdBy },
            { title: "at", value: (row) => row.createdAt },
            { title: "reason", value: (row) => row.reason },
          ],
          "nothing was revoked yet",
        );
        return EXIT.ok;
      }),
    );
}

/** `pharos identities`: the certificates in their time. */
export function addIdentities(program: Command): void {
  withServer(program.command("identities"))
    .description("certificates in their time: whose, until when, from where, and of which join token")
    .action((options: CommonOptions) =>
      withClient(options, async (api) => {
        const all = await api.identity.list.query();
        print(
          options.output,
          all,
          all,
          [
            { title: "identity", value: (row) => row.spiffeId },
            { title: "serial", value: (row) => row.serial },
            { title: "from", value: (row) => row.issuedTo },
            { title: "issued", value: (row) => row.notBefore },
            { title: "until", value: (row) => row.notAfter },
            { title: "token", value: (row) => row.grantId },
            { title: "state", value: (row) => (row.revocation === null ? "valid" : "revoked") },
          ],
          "no certificate was issued yet",
        );
        return EXIT.ok;
      }),
    );
}
