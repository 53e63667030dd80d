/** Carries out `ferry sandbox status`: what the project declares, and how each of its servers is. Changes nothing. */
import { existsSync } from "node:fs";
import { openRuntime } from "../../providers/open-runtime.js";
import type { DesiredResource } from "../config/desired.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { type Part, partsOf } from "../sandbox/platform/declared.js";
import { lookAt } from "../sandbox/platform/look.js";
import { type PlatformStatus, statusJson } from "../sandbox/platform/status.js";
import { statusText } from "../sandbox/platform/status-text.js";
import { readNote } from "../sandbox/platform/workspace.js";
import { createSecretResolver } from "../secrets/resolver.js";
import { listenForInterrupts } from "./interrupts.js";
import { openConfiguration } from "./project.js";
import { type Reply, reply } from "./reply.js";
import { type SandboxRequest, shownFolder } from "./sandbox-command.js";
import type { Terminal } from "./terminal.js";

export async function runSandboxStatus(request: SandboxRequest, terminal: Terminal): Promise<Reply> {
  if ((await readNote(request.folder)) === null) throw noSandbox(request.folder);
  const interrupts = listenForInterrupts(terminal);
  try {
    const status = await lookAtSandbox(request, interrupts.stop);
    return reply(statusText(status), statusJson(status));
  } finally {
    interrupts.dispose();
  }
}

/** Rejects with DiagnosticError when the configuration cannot be read, or with the reason of `signal`. */
export async function lookAtSandbox(request: SandboxRequest, signal: AbortSignal): Promise<PlatformStatus> {
  const { desired, registry } = await openConfiguration(request.configuration);
  await registry.close();
  const pidOf = await pidsOn(
    desired.resources.filter(({ kind }) => kind === "Host"),
    request,
    signal,
  );
  const isMade = (address: string, server: string): boolean => pidOf(address, server) !== undefined;
  const runs = ({ address, servers }: Part): boolean =>
    servers.some(({ id }) => typeof pidOf(address, id) === "number");
  const declared = partsOf(desired.resources);
  const migrates = desired.resources.some(({ kind }) => kind === "Migration");
  const parts = migrates ? declared.map((part) => asMade(part, declared, isMade, runs)) : declared;
  return lookAt(parts, (address, server) => pidOf(address, server) ?? null, signal);
}

/**
 * What a migration has not made yet, or has taken away, is declared and not wanted now: servers that are on no host, and a
 * tier of which nothing runs while the same tier of the other side does.
 */
function asMade(
  part: Part,
  all: readonly Part[],
  isMade: (address: string, server: string) => boolean,
  runs: (part: Part) => boolean,
): Part {
  const isLeft = !runs(part) && all.some((other) => other.tier === part.tier && runs(other));
  const servers = part.servers.map((server) => ({
    ...server,
    wanted: server.wanted && !isLeft && isMade(part.address, server.id),
  }));
  return { ...part, servers };
}

/** Labels that every server of ferry's has. */
const ADDRESS_LABEL = "ferry.address";
const SERVER_LABEL = "ferry.server";

async function pidsOn(
  hosts: readonly DesiredResource[],
  { configuration, folder }: SandboxRequest,
  signal: AbortSignal,
): Promise<(address: string, server: string) => number | null | undefined> {
  const secrets = createSecretResolver({ root: folder, env: configuration.env, salt: "" });
  const pids = new Map<string, number | null>();
  for (const { address, spec } of hosts) {
    const runtime = await openRuntime(address, spec, { projectRoot: folder, secrets, signal });
    try {
      for (const { labels, pid } of await runtime.list({}, signal))
        pids.set(`${labels[ADDRESS_LABEL]} ${labels[SERVER_LABEL]}`, pid);
    } finally {
      await runtime.close();
    }
  }
  // Undefined: it is on none of the hosts.
  return (address, server) => pids.get(`${address} ${server}`);
}

function noSandbox(folder: string): DiagnosticError {
  const what = existsSync(folder) ? "holds no sandbox" : "is not there";
  return new DiagnosticError([
    errorDiagnostic("sandbox-missing", `${shownFolder(folder)} ${what}`, {
      detail: "Nothing was touched.",
      remedy: "Start one with `ferry sandbox up`, or name its folder with --dir.",
    }),
  ]);
}
