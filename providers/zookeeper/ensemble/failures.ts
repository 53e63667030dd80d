/** What can go wrong while an ensemble is deployed or changed, in words that say what is whole and what to do. */
import { type Diagnostic, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";

/** Ends a rollout; carries what to tell. */
export class RolloutError extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.summary);
    this.name = "RolloutError";
  }
}

export function portTaken(address: string, id: number, endpoint: string, purpose: string): Diagnostic {
  return errorDiagnostic(
    "port-taken",
    `${address}: another program listens on ${endpoint}, the ${purpose} port of server ${id}`,
    {
      address,
      detail: "The server was not started; what ran before still runs.",
      remedy: `Stop that program or give server ${id} another ${purpose} port, then apply again.`,
    },
  );
}

/** `reason`: what is wrong with the file, and where. */
export function badSnapshot(address: string, reason: string): Diagnostic {
  return errorDiagnostic(
    "bad-snapshot",
    `${address}: the ensemble cannot begin with that snapshot: ${reason}`,
    {
      address,
      detail: "It would start without data. No server was made or started.",
      remedy: "Give bootstrap.snapshot a whole snapshot file, or take bootstrap out for an empty ensemble.",
    },
  );
}

export function otherSnapshot(address: string, id: number, name: string): Diagnostic {
  return errorDiagnostic(
    "other-snapshot",
    `${address}: server ${id} holds another snapshot, ${name}, already`,
    {
      address,
      detail:
        "An earlier creation was cut off, and bootstrap.snapshot or the file has changed since. No server was started.",
      remedy:
        "Put the former file back, or destroy the ensemble, which has never served, and create it again.",
    },
  );
}

export interface NotBack {
  readonly address: string;
  readonly id: number;
  readonly waitedSeconds: number;
  readonly reason: string;
  readonly logs: string;
  /** What was done about it: rolled back, left, … */
  readonly outcome: string;
}

export function notBack({ address, id, waitedSeconds, reason, logs, outcome }: NotBack): Diagnostic {
  const tail = logs.trim() === "" ? "It printed nothing." : `Its last lines:\n${indent(logs)}`;
  return errorDiagnostic(
    "server-not-back",
    `${address}: server ${id} did not come into step within ${waitedSeconds} s: ${reason}`,
    {
      address,
      detail: `${outcome}\n${tail}`,
      remedy:
        "Correct what the server complains of and apply again, or raise rolling.waitSeconds if it only needs longer.",
    },
  );
}

export function notWholeBefore(address: string, id: number, reason: string): Diagnostic {
  return errorDiagnostic(
    "ensemble-not-whole",
    `${address}: server ${id} is not touched, because the ensemble is not whole: ${reason}`,
    {
      address,
      detail:
        "Taking one more server down now could cost the quorum. Servers changed before this one keep their new configuration.",
      remedy:
        "Look at `ferry show` for the state of each server, repair it, and apply again: it goes on from here.",
    },
  );
}

export function reconfigNeedsSuperuser(address: string): Diagnostic {
  return errorDiagnostic(
    "reconfig-needs-superuser",
    `${address}: servers cannot be added or removed while they run`,
    {
      address,
      detail:
        "settings.reconfigEnabled is true, so the membership can be changed by reconfig only, and that needs the superuser. Nothing is changed.",
      remedy:
        "Declare superuser.password (applied as a rolling restart first), or set settings.reconfigEnabled to false for rolling restarts.",
    },
  );
}

export function standaloneCannotGrow(address: string): Diagnostic {
  return errorDiagnostic(
    "standalone-membership",
    `${address}: a single stand-alone server cannot be given companions, nor an ensemble be cut down to one, while it serves`,
    {
      address,
      detail: "It has no quorum to agree on a new membership. Nothing is changed.",
      remedy:
        "Declare a new ensemble of the wanted size and move the data, or run at least two servers from the start.",
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
