/**
 * Elections with members on both sides, as Curator's latches and Mesos' contenders hold them: at no moment do two members
 * see themselves first, whatever happens to the engine and its links. Watched by readers of somebody else's.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { controlPaths } from "../../src/sync/control/layout.js";
import { fenceParent, swapFence } from "../../src/sync/sequence/fence-parent.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { type IndependentReader, independentReader } from "../harness/zookeeper-reader.js";
import { EngineProcess } from "./engine-process.js";
import { sideOf, specOf } from "./sync-world.js";

const election = suite("election over both sides");

interface Claim {
  readonly path: string;
  readonly side: "a" | "b";
}

/** The member of this side that sees itself first there, if one does. */
async function claimOn(side: "a" | "b", reader: IndependentReader, parent: string): Promise<Claim | null> {
  const seen = await reader.read(parent);
  const first = [...(seen?.children ?? [])].sort((one, other) => sequence(one) - sequence(other))[0];
  if (first === undefined) return null;
  const node = await reader.read(`${parent}/${first}`);
  // A shadow has no session on this side: whoever it stands for leads on the other one, or did.
  return node === null || node.stat.ephemeralOwner === 0n ? null : { path: `${parent}/${first}`, side };
}

function sequence(name: string): number {
  return Number(name.slice(-10));
}

/** Looks all the time. Two claims count when the first one stood before and after the second was seen. */
class Watcher {
  looks = 0;
  readonly doubles: string[] = [];
  readonly leaders: string[] = [];
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly readers: readonly [IndependentReader, IndependentReader],
    private readonly parent: string,
  ) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const before = await claimOn("a", this.readers[0], this.parent);
      const other = await claimOn("b", this.readers[1], this.parent);
      const after = await claimOn("a", this.readers[0], this.parent);
      this.looks++;
      if (before !== null && other !== null && after?.path === before.path) {
        this.doubles.push(`${before.path} on a and ${other.path} on b`);
      }
      const leader = other ?? after;
      const name = leader === null ? "" : `${leader.side}:${leader.path}`;
      if (name !== "" && this.leaders.at(-1) !== name) this.leaders.push(name);
    }
  }
}

interface Stage {
  readonly a: TestEnsemble;
  readonly b: TestEnsemble;
  readonly parent: string;
  readonly engine: () => EngineProcess;
  readonly restart: () => Promise<void>;
  /** A member with a session of its own: closing it leaves the election. */
  readonly join: (side: "a" | "b") => Promise<ZooKeeperClient>;
  readonly swap: () => Promise<void>;
  readonly watcher: Watcher;
  readonly leaderOn: (side: "a" | "b") => Promise<void>;
}

async function stage(name: string, prefix: string, play: (on: Stage) => Promise<void>): Promise<void> {
  const [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
  const parent = `/w/${name}`;
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name,
    bidirectional: true,
    conflicts: { strategy: "last-write-wins", alertPerMinute: 1_000_000 },
  });
  const own = await Promise.all([a, b].map(({ connectString }) => connect({ connectString })));
  const [forA, forB] = own;
  if (forA === undefined || forB === undefined) throw new Error("no clients");
  const maker = await connect({ connectString: a.connectString });
  await maker.create("/w", null);
  await maker.create(parent, null);
  await maker.close();
  let engine = new EngineProcess(spec);
  const members: ZooKeeperClient[] = [];
  const readers = await Promise.all([independentReader(a.connectString), independentReader(b.connectString)]);
  let watcher: Watcher | null = null;
  try {
    await waitFor("both copies are done", 30_000, () => engine.log.split("compared").length > 2);
    await waitFor("the parent is on both sides", 30_000, async () => (await forB.exists(parent)) !== null);
    const request = {
      clients: { a: forA, b: forB },
      paths: controlPaths(name),
      at: { a: parent, b: parent },
    };
    await fenceParent(request, "a", 10_000);
    const watching = new Watcher(readers, parent);
    watcher = watching;
    await play({
      a,
      b,
      parent,
      watcher: watching,
      engine: () => engine,
      restart: async () => {
        await engine.kill("SIGKILL");
        engine = new EngineProcess(spec);
        await waitFor("an engine is active again", 30_000, () => engine.log.includes("active, epoch"));
      },
      join: async (side) => {
        const { connectString } = side === "a" ? a : b;
        const member = await connect({ connectString, sessionTimeoutMs: 4_000 });
        members.push(member);
        await member.create(`${parent}/${prefix}`, Buffer.from(side), { mode: "ephemeral-sequential" });
        return member;
      },
      swap: async () => {
        await swapFence(request);
      },
      leaderOn: async (side) => {
        const reader = side === "a" ? readers[0] : readers[1];
        await waitFor(`a member on side ${side} leads`, 30_000, () => claimOn(side, reader, parent));
        await waitFor(
          `the watcher has seen it, after ${watching.leaders.join(" ")}`,
          30_000,
          () => watching.leaders.at(-1)?.startsWith(side) === true,
        );
      },
    });
    await watching.stop();
    assert.equal(watching.doubles, []);
    assert.ok(watching.looks > 20, `${watching.looks} looks`);
  } finally {
    await watcher?.stop();
    for (const reader of readers) reader.close();
    await Promise.all([...members, ...own].map((client) => client.close()));
    await engine.kill();
    await Promise.all([a.close(), b.close()]);
  }
}

/** Waits until the other side shows as many members as this one has. */
async function shown({ a, b, parent }: Stage, count: number): Promise<void> {
  const readers = await Promise.all([independentReader(a.connectString), independentReader(b.connectString)]);
  try {
    await waitFor(`both sides show ${count} members`, 30_000, async () => {
      const nodes = await Promise.all(readers.map((reader) => reader.read(parent)));
      return nodes.every((node) => node?.children.length === count);
    });
  } finally {
    for (const reader of readers) reader.close();
  }
}

for (const [style, prefix] of [
  ["latch", "_c_8f1e-latch-"],
  ["contender", "json.info_"],
] as const) {
  election(`${style}: one leader while members come and go and the engine is killed and paused`, () =>
    stage(style, prefix, async (on) => {
      const first = await on.join("a");
      const second = await on.join("b");
      const third = await on.join("a");
      await shown(on, 3);
      await on.leaderOn("a");
      await first.close();
      await shown(on, 2);
      await on.restart();
      on.engine().signal("SIGSTOP");
      // The link is gone: side b must not take over, side a has somebody.
      const fourth = await on.join("b");
      await on.leaderOn("a");
      on.engine().signal("SIGCONT");
      await shown(on, 3);
      // Leadership moves on purpose: first the counters, then the last member of side a.
      await on.swap();
      await third.close();
      await on.leaderOn("b");
      const fifth = await on.join("a");
      await shown(on, 3);
      await on.leaderOn("b");
      await on.restart();
      await second.close();
      await on.leaderOn("b");
      await fourth.close();
      await on.leaderOn("a");
      await fifth.close();
      const sides = on.watcher.leaders.map((leader) => leader[0]).join("");
      assert.match(sides, /^a+b+a+$/);
    }),
  );
}

election.run();
