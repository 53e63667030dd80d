/** Carries out `ferry sync bump`: fences, swaps, lists and forgets the sequence counters of parents. */
import {
  type Diagnostic,
  DiagnosticError,
  errorDiagnostic,
  warningDiagnostic,
} from "../diagnostics/diagnostic.js";
import { type FenceView, gapNow, renderFence, renderFences } from "../render/sync/fence-text.js";
import { count } from "../render/sync/words.js";
import { controlPaths } from "../sync/control/layout.js";
import type { FenceRecord } from "../sync/control/records.js";
import { nextSequence } from "../sync/copy/counters.js";
import { type PathMap, pathMap } from "../sync/paths/path-map.js";
import { readFences, removeFence } from "../sync/sequence/fence-keeper.js";
import {
  type FenceOutcome,
  FenceRefused,
  type FenceRequest,
  fenceParent,
  swapFence,
} from "../sync/sequence/fence-parent.js";
import { inWords, withBothSides } from "../sync/side/connect-side.js";
import type { Side, SyncSpec } from "../sync/spec.js";
import type { Json } from "../value/json.js";
import { pathFault } from "../zookeeper/path.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { listenForInterrupts } from "./interrupts.js";
import { type Reply, reply } from "./reply.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import type { Terminal } from "./terminal.js";

/** Paths are the source's. */
export type BumpAction =
  | { readonly kind: "list" }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "swap"; readonly path: string }
  | { readonly kind: "fence"; readonly path: string; readonly lower: Side; readonly gap: number };

type Clients = Readonly<Record<Side, ZooKeeperClient>>;

export async function runSyncBump(
  request: SyncRequest,
  action: BumpAction,
  terminal: Terminal,
): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync(request);
    const spec = await sync.resolve();
    const bump = new Bump(sync, spec);
    bump.check(action);
    const answer = await inWords(sync.address, interrupts.stop, () =>
      withBothSides(spec, interrupts.stop, (clients) => bump.carryOut(action, clients)),
    );
    return { ...answer, diagnostics: [...diagnostics, ...answer.diagnostics] };
  } finally {
    interrupts.dispose();
  }
}

class Bump {
  private readonly map: PathMap;
  private readonly paths;

  constructor(
    private readonly sync: DeclaredSync,
    private readonly spec: SyncSpec,
  ) {
    this.map = pathMap(spec.paths);
    this.paths = controlPaths(spec.name);
  }

  /** Throws DiagnosticError for what can be refused without looking at an ensemble. */
  check(action: BumpAction): void {
    if (action.kind === "list") return;
    const { path } = action;
    const fault = pathFault(path);
    if (fault !== null)
      throw refused(this.sync, `${path === "" ? "an empty path" : path} is no path: ${fault}`);
    if (action.kind !== "remove" && this.map.toB(path) === null) {
      throw refused(this.sync, `${path} takes no part in it; PATH is a path of the source`);
    }
    const raisesSource = action.kind === "swap" || (action.kind === "fence" && action.lower === "b");
    if (raisesSource && !this.spec.bidirectional) throw oneWay(this.sync);
  }

  async carryOut(action: BumpAction, clients: Clients): Promise<Reply> {
    if (action.kind === "list") return this.list(clients);
    if (action.kind === "remove") return this.remove(action.path, clients);
    const at = { a: action.path, b: this.map.toB(action.path) ?? action.path };
    const request: FenceRequest = { clients, paths: this.paths, at };
    try {
      const outcome =
        action.kind === "swap"
          ? await swapFence(request)
          : await fenceParent(request, action.lower, action.gap);
      return this.done(outcome);
    } catch (error) {
      if (error instanceof FenceRefused) throw refused(this.sync, error.message);
      throw error;
    }
  }

  private done({ record, raised, counters }: FenceOutcome): Reply {
    const { path, lower, gap } = record;
    const fence: FenceView = { path, lower, gap, counters };
    const side = raised.side === "a" ? "source" : "target";
    const what =
      raised.by === 0
        ? "No counter had to be raised."
        : `The ${side}'s counter was raised by ${count(raised.by)}.`;
    const data = { address: this.sync.address, fence: json(fence), raised: { side, by: raised.by } };
    return reply(`${renderFence(fence)}\n${what}`, data, this.spec.bidirectional ? [] : [notKept(this.sync)]);
  }

  private async list(clients: Clients): Promise<Reply> {
    const records = await readFences(clients.b, this.paths);
    const fences = await Promise.all([...records.values()].map((record) => this.view(record, clients)));
    fences.sort((one, other) => (one.path < other.path ? -1 : 1));
    return reply(renderFences(fences), { address: this.sync.address, fences: fences.map(json) });
  }

  private async view({ path, lower, gap }: FenceRecord, clients: Clients): Promise<FenceView> {
    const toB = this.map.toB(path);
    const [a, b] = await Promise.all([next(clients.a, path), toB === null ? null : next(clients.b, toB)]);
    return { path, lower, gap, counters: { a, b } };
  }

  private async remove(path: string, clients: Clients): Promise<Reply> {
    const removed = await removeFence(clients.b, this.paths, path);
    if (!removed) throw refused(this.sync, `${path} is not fenced`);
    const text = `${path} is fenced no more. The counters stay as they are.`;
    return reply(text, { address: this.sync.address, removed: path });
  }
}

async function next(client: ZooKeeperClient, path: string): Promise<number | null> {
  await client.sync(path);
  const stat = await client.exists(path);
  return stat === null ? null : nextSequence(stat);
}

function json(fence: FenceView): Json {
  const { path, lower, gap, counters } = fence;
  const first = lower === "a" ? "source" : "target";
  return { path, lower: first, gap, gapNow: gapNow(fence), next: { source: counters.a, target: counters.b } };
}

function refused({ address, name }: DeclaredSync, reason: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("sync-fence-refused", `${address}: ${reason}`, {
      address,
      detail: "No counter was raised.",
      remedy: `\`ferry sync bump ${name} --list\` shows what is fenced.`,
    }),
  ]);
}

function oneWay({ address }: DeclaredSync): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic(
      "sync-fence-refused",
      `${address} has one direction: the source's counter is not raised`,
      {
        address,
        detail:
          "The engine would carry that over to the target, and the two would be as far apart as before.",
        remedy:
          "Leave --swap and --lower out: then the target's counter is raised. Or declare both directions.",
      },
    ),
  ]);
}

/** In one direction no engine reads fences. */
function notKept({ address }: DeclaredSync): Diagnostic {
  return warningDiagnostic("sync-fence-not-kept", `${address} has one direction: no engine keeps this gap`, {
    address,
    detail: "It stays until the parent is deleted and made anew, or the target is copied from nothing.",
    remedy: "Run it again then.",
  });
}
