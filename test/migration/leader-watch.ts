/**
 * An observer of somebody else's making: looks all the time whether more than one master leads, by the znodes of both sides (read with
 * node-zookeeper-client) and by what every master says of itself.
 */
import type { IndependentReader } from "../harness/zookeeper-reader.js";

interface Claim {
  readonly side: "a" | "b";
  readonly path: string;
  readonly address: string;
}

/** The master of this side that sees itself first there, if one does. */
async function claimOn(side: "a" | "b", reader: IndependentReader): Promise<Claim | null> {
  const seen = await reader.read("/mesos");
  const names = (seen?.children ?? []).filter((name) => name.startsWith("json.info_"));
  const first = names.sort((one, other) => Number(one.slice(-10)) - Number(other.slice(-10)))[0];
  if (first === undefined) return null;
  const path = `/mesos/${first}`;
  const node = await reader.read(path);
  // A shadow has no session on this side: whoever it stands for leads on the other one, or did.
  if (node === null || node.stat.ephemeralOwner === 0n) return null;
  const { address } = JSON.parse(node.data?.toString("utf8") ?? "{}") as { address: { ip: string } };
  return { side, path, address: address.ip };
}

export class LeaderWatch {
  looks = 0;
  readonly doubles: string[] = [];
  /** In the order in which they led: `a:127.0.0.11`. */
  readonly leaders: string[] = [];
  private stopped = false;
  private readonly running: Promise<unknown>;

  /** @param masters `host:port` */
  constructor(
    private readonly readers: readonly [IndependentReader, IndependentReader],
    private readonly masters: readonly string[],
  ) {
    this.running = Promise.all([this.watchZnodes(), this.watchMasters()]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Two claims count when the first one stood before and after the second was seen. */
  private async watchZnodes(): Promise<void> {
    while (!this.stopped) {
      const before = await claimOn("a", this.readers[0]);
      const other = await claimOn("b", this.readers[1]);
      const after = await claimOn("a", this.readers[0]);
      this.looks++;
      if (before !== null && other !== null && after?.path === before.path) {
        this.doubles.push(`${before.path} on a and ${other.path} on b`);
      }
      const leader = other ?? after;
      const name = leader === null ? "" : `${leader.side}:${leader.address}`;
      if (name !== "" && this.leaders.at(-1) !== name) this.leaders.push(name);
    }
  }

  private async watchMasters(): Promise<void> {
    while (!this.stopped) {
      const first = await this.elected();
      if (first.length > 1) {
        const again = await this.elected();
        const both = again.filter((master) => first.includes(master));
        if (both.length > 1) this.doubles.push(`${both.join(" and ")} take themselves for the leader`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async elected(): Promise<string[]> {
    const answers = await Promise.all(
      this.masters.map(async (master) => {
        const signal = AbortSignal.timeout(1_000);
        const answer = await fetch(`http://${master}/metrics/snapshot`, { signal }).catch(() => null);
        const metrics = (await answer?.json().catch(() => null)) as Record<string, number> | null | undefined;
        return metrics?.["master/elected"] === 1 ? [master] : [];
      }),
    );
    return answers.flat();
  }
}
