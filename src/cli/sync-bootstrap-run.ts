/** Carries out `ferry sync bootstrap`: a snapshot file for new servers of the target, or the running target filled by an engine. */
import { mkdir } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { renderExactness } from "../render/sync/report-text.js";
import { count, counted } from "../render/sync/words.js";
import { type BootstrapFile, writeBootstrapFile } from "../sync/bootstrap/bootstrap-file.js";
import { CollectFailed, CollectLost } from "../sync/bootstrap/collect.js";
import { chooseFeed } from "../sync/choose-feed.js";
import type { SyncStatus } from "../sync/control/records.js";
import { countNodes } from "../sync/count-nodes.js";
import { observerFeed } from "../sync/engine/open-feed.js";
import { exactnessTable, snapshotExactness } from "../sync/exactness.js";
import { hex } from "../sync/feed/zxid.js";
import { connectSide, inWords } from "../sync/side/connect-side.js";
import type { SyncSpec } from "../sync/spec.js";
import type { Json } from "../value/json.js";
import { SnapshotFileError } from "../zookeeper/snapshot-file/snapshot-file-error.js";
import { bootstrapProgress } from "./bootstrap-progress.js";
import { listenForInterrupts } from "./interrupts.js";
import { type Reply, reply } from "./reply.js";
import { rulesOf } from "./sync-report-run.js";
import { runSync } from "./sync-run.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import type { Terminal } from "./terminal.js";

export interface SyncBootstrapRequest extends SyncRequest {
  /** For the file, relative to where the command works. */
  readonly directory: string;
}

export async function runSyncBootstrap(request: SyncBootstrapRequest, terminal: Terminal): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync(request);
    const spec = await sync.resolve();
    if (spec.bidirectional) throw bothWays(sync);
    const { directory: cwd } = request.configuration;
    const directory = resolve(cwd, request.directory);
    const made = await inWords(sync.address, interrupts.stop, () =>
      writeFile(sync, spec, directory, interrupts.stop, terminal),
    );
    return { ...fileReply(sync, spec, made, cwd), diagnostics };
  } finally {
    terminal.live(null);
    interrupts.dispose();
  }
}

interface RunData {
  readonly status: SyncStatus | null;
  readonly outcome: string;
}

/** As `sync run --once`, with what is exact at the end. */
export async function runSyncFill(request: SyncRequest, terminal: Terminal): Promise<Reply> {
  const { sync } = await selectSync(request);
  const choices = { watch: terminal.canLive, once: true, fromSnapshot: false, acceptDeletions: false };
  const answer = await runSync({ ...request, ...choices }, terminal);
  const { status, outcome } = answer.data as unknown as RunData;
  const rows = exactnessTable(rulesOf(sync), status?.directions[0]?.feed ?? null);
  const data = { ...(answer.data as { readonly [key: string]: Json }), exactness: rows as unknown as Json };
  const isDone = outcome === "level";
  return {
    ...answer,
    text: () => (isDone ? `${answer.text()}\n\n${renderExactness(rows)}` : answer.text()),
    data,
  };
}

async function writeFile(
  sync: DeclaredSync,
  spec: SyncSpec,
  directory: string,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<BootstrapFile> {
  const client = await connectSide(spec.a, signal);
  try {
    const { kind, reason } = await chooseFeed(spec.a, "auto", client);
    if (kind !== "observer") throw noQuorumPort(sync, reason);
    const feed = observerFeed(spec.a, () => Promise.resolve(client), Math.random);
    await mkdir(directory, { recursive: true });
    const onProgress = bootstrapProgress(sync.name, await countNodes(spec.a), terminal);
    return await writeBootstrapFile({ spec, directory, feed, signal, onProgress });
  } catch (error) {
    signal.throwIfAborted();
    throw inOwnWords(sync, directory, error);
  } finally {
    await client.close();
  }
}

function fileReply(sync: DeclaredSync, spec: SyncSpec, made: BootstrapFile, cwd: string): Reply {
  const { file, kept, touched } = made;
  const rows = snapshotExactness(spec);
  const path = relative(cwd, file.path);
  const how = kept
    ? "kept: the source has not changed it since"
    : `${count(touched)} brought to their final state`;
  const text = [
    `${sync.address}: ${path} holds ${counted(file.nodes, "znode")} of ${spec.a.name} as of ${hex(file.zxid)}`,
    `  znodes   ${how}`,
    `  size     ${counted(file.bytes, "byte")}`,
    `  SHA-256  ${file.sha256}`,
    "",
    `New servers start on it with \`bootstrap: { snapshot: ${path} }\` in their ZooKeeperEnsemble (a path from its YAML file); then run \`ferry sync run ${sync.name}\`.`,
    "",
    renderExactness(rows),
  ].join("\n");
  return reply(text, {
    address: sync.address,
    file: {
      path: file.path,
      zxid: hex(file.zxid),
      nodes: file.nodes,
      bytes: file.bytes,
      sha256: file.sha256,
    },
    kept,
    touched,
    exactness: rows as unknown as Json,
  });
}

/** Nothing would tell what the source has deleted since from what the target alone has. */
function bothWays({ address, name }: DeclaredSync): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("sync-bootstrap-both", `${address}: a snapshot file is for a target that only follows`, {
      address,
      detail:
        "With `direction: bidirectional`, what the source deletes after the file was made would come back from the target. No file was made.",
      remedy: `Declare \`direction: a-to-b\`, make the file, start the servers on it, run \`ferry sync run ${name} --once\`; then declare \`bidirectional\` again.`,
    }),
  ]);
}

function noQuorumPort({ address, name }: DeclaredSync, reason: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("sync-bootstrap-feed", `${address}: a snapshot file needs a quorum port of the source`, {
      address,
      detail: `There is none: ${reason}. No file was made.`,
      remedy: `Give \`source.quorum.servers\`, or fill the running target: ferry sync bootstrap ${name}`,
    }),
  ]);
}

function inOwnWords({ address }: DeclaredSync, directory: string, error: unknown): unknown {
  if (error instanceof CollectFailed || error instanceof CollectLost) {
    const remedy =
      error instanceof CollectFailed ? error.failure.remedy : "Run it again when the source has a leader.";
    return new DiagnosticError([
      errorDiagnostic(
        "sync-bootstrap-feed",
        `${address}: no whole snapshot of the source: ${error.message}`,
        {
          address,
          detail: "No file was made, and nothing was changed.",
          remedy: `${remedy}.`.replace(/\.+$/, "."),
        },
      ),
    ]);
  }
  const isFileSystem = error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
  if (!(error instanceof SnapshotFileError) && !isFileSystem) return error;
  return new DiagnosticError([
    errorDiagnostic("sync-bootstrap-file", `${address}: ${error.message}`, {
      address,
      detail: `Nothing was changed on either ensemble; what was unfinished in ${directory} is gone.`,
      remedy: "See that the folder may be written and has room for three times the tree, then run it again.",
    }),
  ]);
}
