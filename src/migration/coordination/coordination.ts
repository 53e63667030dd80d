/**
 * Everything of a migration that happens in the two ZooKeepers, in one place: the synchronisation, the elections on both sides,
 * the counters, what is equal. It holds the sessions. It starts and stops no server.
 */

import type { FenceOutcome } from "../../sync/sequence/fence-parent.js";
import { inWords, withBothSides } from "../../sync/side/connect-side.js";
import { SideSession } from "../../sync/side/side.js";
import type { PathRule, SyncSpec } from "../../sync/spec.js";
import { compareSides } from "../../sync/verify/compare-sides.js";
import { resultOf, type VerifyReport } from "../../sync/verify/report.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import type { MigrationSpec, SideName, ZooKeeperSide } from "../model/spec.js";
import { createParents, type Fence, fenceCounters, listFences } from "./counters.js";
import { type Clients, type Election, type ElectionView, readElection, readElectionOn } from "./election.js";
import { HostedSync } from "./hosted-sync.js";
import { otherSide, turned, turnedOutcome, turnedReport } from "./orientation.js";
import { type Removal, removeMembers } from "./remove-members.js";
import { type Auth, migrationSync } from "./sync-spec.js";

export interface CoordinationOptions {
  readonly spec: MigrationSpec;
  /** The content of `env:NAME` or `file:PATH`; rejects with DiagnosticError. */
  readonly secret: (reference: string) => Promise<Buffer>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** One line for people and logs. */
  readonly log: (text: string) => void;
}

export interface Compared {
  /** See VerifyResult. */
  readonly result: "equal" | "different" | "unproven";
  readonly report: VerifyReport;
}

/** Pause between two readings of a znode that differs, milliseconds: short, since frameworks stand still meanwhile. */
const REREAD = { rereads: 20, pauseMs: 100 } as const;

export class Coordination {
  private readonly sessions: Record<SideName, SideSession>;
  private readonly syncs: Readonly<Record<SideName, HostedSync>>;
  private origin: SideName = "a";

  private constructor(
    private readonly mesosPath: string,
    specs: Readonly<Record<SideName, SyncSpec>>,
    { now, log }: Pick<CoordinationOptions, "now" | "log">,
  ) {
    this.sessions = { a: new SideSession(specs.a.a), b: new SideSession(specs.a.b) };
    const syncFrom = (origin: SideName) => new HostedSync(specs[origin], origin, this.client, now, log);
    this.syncs = { a: syncFrom("a"), b: syncFrom("b") };
  }

  /** Connects to nothing yet. Rejects with DiagnosticError when a secret cannot be read. */
  static async open({ spec, secret, now, log }: CoordinationOptions): Promise<Coordination> {
    const [a, b] = await Promise.all([
      authOf(spec.source.zookeeper, secret),
      authOf(spec.target.zookeeper, secret),
    ]);
    const auth = { a, b };
    const specs = { a: migrationSync(spec, auth, "a"), b: migrationSync(spec, auth, "b") };
    return new Coordination(spec.mesosPath, specs, { now, log });
  }

  /** A session that has not ended; waits for it as long as it takes. */
  readonly client = (side: SideName): Promise<ZooKeeperClient> => this.sessions[side].client();

  /** The session is ended, and the next one knows nothing of it: a restored ensemble refuses whoever has seen more than it has. */
  async renew(side: SideName): Promise<void> {
    const { spec } = this.sessions[side];
    const before = this.sessions[side];
    this.sessions[side] = new SideSession(spec);
    await before.close();
  }

  /** The one that runs or ran last; before any, the one from A. */
  get sync(): HostedSync {
    return this.syncs[this.origin];
  }

  /** From now on `sync` is the one that has this side as its source. Starts and ends nothing. */
  turnTo(origin: SideName): void {
    this.origin = origin;
  }

  /**
   * The source of the synchronisation that is to be begun. One that was never ended whole goes on as it was, because it knows what it has
   * brought over. Both sides must answer: rejects with DiagnosticError `zookeeper`.
   */
  async originFor(planned: SideName, signal: AbortSignal): Promise<SideName> {
    const { spec } = this.sync;
    await inWords(`Sync/${spec.name}`, signal, () => withBothSides(spec, signal, async () => {}));
    if (await this.syncs[planned].canGoOn()) return planned;
    const other = otherSide(planned);
    return (await this.syncs[other].canGoOn()) ? other : planned;
  }

  /** What is left of the one from the other side: its engine here ends, and its records go. Rejects with ZooKeeperError. */
  async dropOther(origin: SideName): Promise<void> {
    const other = this.syncs[otherSide(origin)];
    await other.stop();
    await other.forget();
  }

  private async clients(): Promise<Clients> {
    const [a, b] = await Promise.all([this.client("a"), this.client("b")]);
    return { a, b };
  }

  /** As one side alone shows it. Rejects with ZooKeeperError; so do all below. */
  async electionOn(side: SideName): Promise<ElectionView> {
    return readElectionOn(await this.client(side), this.mesosPath);
  }

  async election(): Promise<Election> {
    return readElection(await this.clients(), this.mesosPath);
  }

  /** Paths that were deleted; see remove-members.ts. */
  async removeMembers(removal: Pick<Removal, "addresses" | "prove">): Promise<readonly string[]> {
    return removeMembers({ clients: await this.clients(), mesosPath: this.mesosPath, ...removal });
  }

  /** Made on `side`; the synchronisation brings them to the other one. */
  async createParents(side: SideName, paths: readonly string[]): Promise<void> {
    await createParents(await this.client(side), paths);
  }

  async exists(side: SideName, path: string): Promise<boolean> {
    const client = await this.client(side);
    await client.sync(path);
    return (await client.exists(path)) !== null;
  }

  /** Names of the children on one side; none when the znode is not there. */
  async children(side: SideName, path: string): Promise<readonly string[]> {
    const client = await this.client(side);
    await client.sync(path);
    if ((await client.exists(path)) === null) return [];
    return (await client.getChildren(path)).children.toSorted();
  }

  async fences(): Promise<readonly Fence[]> {
    const { spec, origin } = this.sync;
    const found = await listFences(await this.client(turned(origin, "b")), spec);
    return found.map((fence) => ({ ...fence, lower: turned(origin, fence.lower) }));
  }

  async fence(fences: readonly Fence[], signal: AbortSignal): Promise<readonly FenceOutcome[]> {
    const { spec, origin } = this.sync;
    const asked = fences.map((fence) => ({ ...fence, lower: turned(origin, fence.lower) }));
    const outcomes = await fenceCounters(spec, asked, signal);
    return outcomes.map((outcome) => turnedOutcome(outcome, origin));
  }

  /** All that is synchronised, or these subtrees of it. */
  async compare(paths: readonly PathRule[] | null, signal: AbortSignal): Promise<Compared> {
    const { spec, origin } = this.sync;
    const part = paths === null ? spec : { ...spec, paths };
    const report = await compareSides(part, { kind: "own", confirmation: REREAD, signal });
    return { result: resultOf(report), report: turnedReport(report, origin) };
  }

  /** Ends the engine of this process, in good order, and the sessions. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([this.syncs.a.stop(), this.syncs.b.stop()]);
    await Promise.all([this.sessions.a.close(), this.sessions.b.close()]);
  }
}

async function authOf({ auth }: ZooKeeperSide, secret: CoordinationOptions["secret"]): Promise<Auth> {
  return Promise.all(
    auth.map(async ({ scheme, credential }) => ({ scheme, credential: trimmed(await secret(credential)) })),
  );
}

/** Without the line end that editors put at the end of a file. */
function trimmed(content: Buffer): Buffer {
  if (content.at(-1) !== 0x0a) return content;
  return content.subarray(0, content.at(-2) === 0x0d ? -2 : -1);
}
