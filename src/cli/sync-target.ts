/** A session with one side of a Sync for the length of a command. What goes wrong becomes a diagnostic that names the side. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { connectOptions } from "../sync/side/side.js";
import type { SideSpec } from "../sync/spec.js";
import { connect } from "../zookeeper/connect.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { isZooKeeperError, type ZooKeeperError } from "../zookeeper/zookeeper-error.js";
import type { DeclaredSync } from "./sync-selection.js";

const CONNECT_TIMEOUT_MS = 10_000;

/** Connects; the caller closes it. Rejects with ZooKeeperError. */
export function connectSide(side: SideSpec, signal: AbortSignal): Promise<ZooKeeperClient> {
  return connect({ ...connectOptions(side), connectTimeoutMs: CONNECT_TIMEOUT_MS, signal });
}

/** Opens the target of `sync` for `work` and closes it afterwards. Rejects with DiagnosticError. */
export async function withTarget<T>(
  sync: DeclaredSync,
  signal: AbortSignal,
  work: (client: ZooKeeperClient, side: SideSpec) => Promise<T>,
): Promise<T> {
  const side = await sync.side("target");
  return inWords(sync.address, signal, async () => {
    const client = await connectSide(side, signal);
    try {
      return await work(client, side);
    } finally {
      await client.close();
    }
  });
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
