/** A session with one side for the length of a task. What goes wrong becomes a diagnostic that names the side. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { connect } from "../../zookeeper/connect.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError, type ZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { Side, SideSpec } from "../spec.js";
import { connectOptions } from "./side.js";

const CONNECT_TIMEOUT_MS = 10_000;

/** Connects; the caller closes it. Rejects with ZooKeeperError. */
export function connectSide(side: SideSpec, signal: AbortSignal): Promise<ZooKeeperClient> {
  return connect({ ...connectOptions(side), connectTimeoutMs: CONNECT_TIMEOUT_MS, signal });
}

/** Two sessions for `work` alone, closed afterwards. Rejects with ZooKeeperError, or as `work`. */
export async function withBothSides<T>(
  spec: Readonly<Record<Side, SideSpec>>,
  signal: AbortSignal,
  work: (clients: Readonly<Record<Side, ZooKeeperClient>>) => Promise<T>,
): Promise<T> {
  const a = await connectSide(spec.a, signal);
  try {
    const b = await connectSide(spec.b, signal);
    try {
      return await work({ a, b });
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}

/** Runs `work`; a ZooKeeperError becomes a DiagnosticError. */
export async function inWords<T>(address: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw isZooKeeperError(error) ? new DiagnosticError([refusal(address, error)]) : error;
  }
}

export function refusal(address: string, error: ZooKeeperError): Diagnostic {
  const remedies: Readonly<Record<string, string>> = {
    UNREACHABLE: "Check the connect string, and that the ensemble runs and has a quorum.",
    AUTH_FAILED: "Check auth, sasl and tls of that side.",
    NO_AUTH: "Give that side `auth` with a credential that may read /ferry there, or the superuser's.",
  };
  return errorDiagnostic("zookeeper", `${address}: ${error.message}`, {
    address,
    remedy: remedies[error.code] ?? error.remedy ?? "Check that both ensembles serve, then run it again.",
  });
}
