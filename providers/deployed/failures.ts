/** What can go wrong while servers are deployed or changed, in words that say what is whole and what to do. Computes only. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";

type More = Pick<Diagnostic, "detail" | "remedy">;

/** An error of one diagnostic. */
export function refusal(code: string, address: string, summary: string, more: More): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, `${address}: ${summary}`, { address, ...more })]);
}

export function unknownHost(address: string, host: string): DiagnosticError {
  return refusal("unknown-host", address, `nothing is known of ${host}`, {
    detail: "Its servers there can be neither read nor changed. Nothing was touched.",
    remedy: `Declare ${host}, or take its servers out of the list while the host is still declared.`,
  });
}

export function noImage(address: string, noun: string): DiagnosticError {
  return refusal("no-image", address, `a ${noun} on a Docker host needs an image`, {
    detail: "Nothing was started.",
    remedy: "Set image to one that holds the program.",
  });
}

export function portTaken(
  address: string,
  server: string,
  endpoint: string,
  purpose: string,
): DiagnosticError {
  return refusal(
    "port-taken",
    address,
    `another program listens on ${endpoint}, the ${purpose} port of ${server}`,
    {
      detail: "It was not started; what ran before still runs.",
      remedy: `Stop that program or give ${server} another port or ip, then apply again.`,
    },
  );
}

export function foreignServer(address: string, server: string, host: string, lineage: string): Diagnostic {
  return errorDiagnostic(
    "belongs-to-another-state",
    `${address}: ${server} on ${host} belongs to another state`,
    {
      address,
      detail: `Its mark names the lineage ${lineage}. ferry touches nothing that another state owns. Nothing is changed.`,
      remedy: `Use the state that made it, or take it over on purpose with \`ferry import ${address} deployed\`.`,
    },
  );
}

export function unknownValue(address: string, field: string): DiagnosticError {
  return refusal("unknown-value", address, `${field} is not known yet`, {
    detail: "A reference in it leads to something that does not exist. Nothing is changed.",
    remedy: "Apply the resource it refers to first, or write the value itself.",
  });
}

/** Before a server is taken down: the others could not do without it. */
export function notTakenDown(address: string, servers: string, reason: string): DiagnosticError {
  return refusal("servers-not-whole", address, `${servers} is not touched: ${reason}`, {
    detail: "One more server down now could cost more. Servers changed before keep their new configuration.",
    remedy:
      "Look at `ferry show` for the state of each server, repair it, and apply again: it goes on from here.",
  });
}

export interface NotBack {
  readonly address: string;
  /** `master 2`. */
  readonly server: string;
  readonly waitedSeconds: number;
  readonly reason: string;
  readonly logs: string;
  /** What was done about it: put back, left, … */
  readonly outcome: string;
}

export function notBack({ address, server, waitedSeconds, reason, logs, outcome }: NotBack): DiagnosticError {
  const tail = logs.trim() === "" ? "It printed nothing." : `Its last lines:\n${indent(logs)}`;
  return refusal(
    "server-not-back",
    address,
    `${server} did not come into step within ${waitedSeconds} s: ${reason}`,
    {
      detail: `${outcome}\n${tail}`,
      remedy:
        "Correct what the server complains of and apply again, or raise rolling.waitSeconds if it only needs longer.",
    },
  );
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

/** Of whatever was thrown while something was changed. */
export function diagnosticsOf(error: unknown, address: string, signal: AbortSignal): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  const { aborted } = signal;
  const message = error instanceof Error ? error.message : String(error);
  const summary = aborted ? `${address}: stopped before the next step` : `${address}: ${message}`;
  return [
    errorDiagnostic(aborted ? "interrupted" : "deployment-failed", summary, {
      address,
      detail:
        "Steps that were finished stay; the one under way may be half done, which the next plan will show.",
      remedy: "Run `ferry plan` to see where it stands, then `ferry apply` to go on.",
    }),
  ];
}
