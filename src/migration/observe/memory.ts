/**
 * What an observer remembers between two looks, since answers tell of now only: who led, what failed, which agents come and go. What the
 * migration itself does is no fault of the platform: the changes that an action makes are announced and not counted.
 */
import type { Agent } from "../../mesos/answers.js";

/** Milliseconds over which an agent that registers anew again counts as flapping. */
const FLAP_WINDOW_MS = 600_000;
/** The last one that is known, and two more: registering anew once is a fail-over. */
const FLAP_TIMES = 3;
/** Milliseconds: an agent that is not answered soon asks again, which is no going and coming. */
const SAME_MS = 5_000;

export class ObserverMemory {
  /** Tasks that failed by what the migration did, by framework and id, with the reason. */
  readonly failedByUs = new Map<string, string>();
  /** Changes of the leader that no action made. */
  leaderChanges = 0;
  private leader: string | null = null;
  private expecting = 0;
  private readonly registrations = new Map<string, number[]>();

  /** `leader`: null while nobody leads for certain. */
  seeLeader(leader: string | null): void {
    if (leader === null || leader === this.leader) return;
    if (this.leader !== null && this.expecting === 0) this.leaderChanges++;
    this.leader = leader;
  }

  /** Ids of agents that were lost and came back again and again. */
  flapping(agents: readonly Agent[], atMs: number): readonly string[] {
    for (const { id, reregisteredMs } of agents) {
      const times = (this.registrations.get(id) ?? []).filter((time) => atMs - time < FLAP_WINDOW_MS);
      const last = times.at(-1) ?? Number.NEGATIVE_INFINITY;
      if (reregisteredMs !== null && reregisteredMs - last >= SAME_MS) times.push(reregisteredMs);
      this.registrations.set(id, times);
    }
    // Those of a hand-over, or of agents that are being repointed, are made by us.
    if (this.expecting > 0) this.knownRegistrations();
    return [...this.registrations].flatMap(([id, times]) => (times.length >= FLAP_TIMES ? [id] : []));
  }

  /** An action that moves leadership or makes agents register anew begins. The result is to be called when it has ended. */
  expectMoves(): () => void {
    this.expecting++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.expecting--;
      this.leader = null;
      this.knownRegistrations();
    };
  }

  /** A stage begins, or is resumed: what happened before has been dealt with. */
  forget(): void {
    this.failedByUs.clear();
    this.leaderChanges = 0;
    this.knownRegistrations();
  }

  /** The last one of each agent counts as the first. */
  private knownRegistrations(): void {
    for (const [id, times] of this.registrations) this.registrations.set(id, times.slice(-1));
  }
}
