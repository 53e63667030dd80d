/**
 * Carries out what a person decided about a held path: brings the whole subtree level with the chosen side, again until
 * nothing came in between, and only then lets the mirroring go on there.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { descendants } from "../apply/node-reader.js";
import type { ConflictRecord } from "../control/records.js";
import type { Side } from "../spec.js";
import type { Holds } from "./holds.js";

export interface DecisionsContext {
  readonly holds: Holds;
  readonly client: (side: Side) => Promise<ZooKeeperClient>;
  readonly toB: (pathA: string) => string | null;
  /** Null while nobody has decided. */
  readonly resolution: (conflict: string) => Promise<ConflictRecord["resolution"]>;
  /** Brings one path level; whether it was already. */
  readonly enforce: (pathA: string, from: Side) => Promise<boolean>;
  /** Everything brought so far is done. */
  readonly idle: () => Promise<void>;
  readonly log: (text: string) => void;
}

/** Passes over a subtree until it must stand still; beyond it the next round goes on. */
const PASSES = 20;

export class Decisions {
  private working = false;

  constructor(private readonly context: DecisionsContext) {}

  async round(): Promise<void> {
    if (this.working || this.context.holds.size === 0) return;
    this.working = true;
    try {
      for (const [path, conflict] of this.context.holds.all()) {
        const resolution = await this.context.resolution(conflict);
        if (resolution !== null) await this.carryOut(path, resolution.winner);
      }
    } finally {
      this.working = false;
    }
  }

  private async carryOut(path: string, from: Side): Promise<void> {
    const { holds, idle, log } = this.context;
    for (let pass = 0; pass < PASSES; pass++) {
      const missed = holds.missedBelow(path);
      let level = true;
      for (const at of await this.subtree(path)) {
        if (!(await this.context.enforce(at, from))) level = false;
        // A child is made below a parent that is there.
        if (!level) await idle();
      }
      if (level && holds.missedBelow(path) === missed) {
        holds.release(path);
        log(`${path}: decided for side ${from}, carried out, and mirrored again`);
        return;
      }
    }
  }

  /** Every path of either side, parents first; paths of side a. */
  private async subtree(path: string): Promise<string[]> {
    const { client, toB } = this.context;
    const pathB = toB(path) ?? path;
    const [inA, inB] = await Promise.all([
      descendants(await client("a"), path),
      descendants(await client("b"), pathB),
    ]);
    const both = new Set([path, ...inA, ...inB.map((child) => path + child.slice(pathB.length))]);
    return [...both].sort((one, other) => one.length - other.length);
  }
}
