/**
 * Where a synchronisation keeps what it must not forget: znodes under /ferry/sync/<name> on the sides it writes to. They
 * are never synchronised themselves. Side b holds what both directions share (status, control, conflicts); the owner, the
 * checkpoint and the shadows are on the side that is written, because each multi must name them.
 */
import type { Direction } from "../spec.js";

/** Never synchronised, whatever the paths say. */
export const RESERVED = ["/zookeeper", "/ferry"] as const;

export interface ControlPaths {
  readonly root: string;
  /** DeclaredRecord: what `ferry apply` wrote last. On side b. */
  readonly declared: string;
  /** Version = epoch of the engine that may write. On each written side. */
  readonly owner: string;
  /** Changed by the active engine at least each HEARTBEAT_MS. On side b. */
  readonly heartbeat: string;
  /** Presence of each engine (ephemeral). On side b. */
  readonly engines: string;
  /** SyncStatus, written by the active engine about once a second. On side b. */
  readonly status: string;
  /** SyncControl: what people ask of the engines. On side b. */
  readonly control: string;
  /** One child per conflict (ConflictRecord). On side b. */
  readonly conflicts: string;
  /** One child per fenced parent (FenceRecord). On side b. */
  readonly fences: string;
  /** Sessions of ours that write without a checkpoint, one child each (hex). On each written side. */
  readonly sessions: string;
  checkpoint(direction: Direction): string;
  /** One child per shadow (ShadowRecord). On the side written by the direction. */
  shadows(direction: Direction): string;
  /** One child per znode whose version could not be made level (OffsetRecord). On the side written. */
  offsets(direction: Direction): string;
}

export function controlPaths(name: string): ControlPaths {
  const root = `/ferry/sync/${name}`;
  return {
    root,
    declared: `${root}/declared`,
    owner: `${root}/owner`,
    heartbeat: `${root}/heartbeat`,
    engines: `${root}/engines`,
    status: `${root}/status`,
    control: `${root}/control`,
    conflicts: `${root}/conflicts`,
    fences: `${root}/fences`,
    sessions: `${root}/sessions`,
    checkpoint: (direction) => `${root}/${direction}/checkpoint`,
    shadows: (direction) => `${root}/${direction}/shadows`,
    offsets: (direction) => `${root}/${direction}/offsets`,
  };
}
