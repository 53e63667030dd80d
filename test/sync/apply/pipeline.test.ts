/** What counts as applied while the target answers late, refuses, or takes a step by itself. Real targets: pipeline's callers. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeRecord } from "../../../src/sync/apply/checkpoint.js";
import { Offsets } from "../../../src/sync/apply/offsets.js";
import { Pipeline } from "../../../src/sync/apply/pipeline.js";
import { controlPaths } from "../../../src/sync/control/layout.js";
import type { TargetOp, Work } from "../../../src/sync/translate/target-op.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { ZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import { waitFor } from "../../harness/wait.js";
import { sideOf, specOf } from "../sync-world.js";

const pipelining = suite("pipeline");
const OPEN = [{ perms: 31, scheme: "world", id: "anyone" }];

/** A target that remembers its checkpoint's version; the first multi fails, and everything waits for `release`. */
class SlowTarget {
  version = 0;
  multis = 0;
  acls = 0;
  release: () => void = () => {};
  private readonly gate = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  constructor(private readonly failing: boolean) {}

  async multi(): Promise<[]> {
    this.multis++;
    if (this.failing && this.multis === 1) {
      throw new ZooKeeperError("NODE_EXISTS", { operation: "multi", opIndex: 2 });
    }
    this.version++;
    return [];
  }

  async setAcl(): Promise<void> {
    this.acls++;
    await this.gate;
  }

  async sync(): Promise<void> {
    await this.gate;
  }

  async getData(): Promise<unknown> {
    const data = encodeRecord({ format: 1, zxid: "", source: "", engine: "e", timeMs: 0, transactions: 0 });
    return { data, stat: { version: this.version } };
  }

  async exists(): Promise<unknown> {
    return { version: 1 };
  }
}

function pipelineOn(target: SlowTarget): Pipeline {
  const side = sideOf("x", { connectString: "x:2181" } as Parameters<typeof sideOf>[1]);
  return new Pipeline({
    client: async () => target as unknown as ZooKeeperClient,
    context: {
      paths: controlPaths("test"),
      direction: "a-to-b",
      offsets: new Offsets(),
      recordAcl: OPEN,
      isHeld: () => false,
    },
    epoch: 1,
    checkpoint: {
      record: { format: 1, zxid: "", source: "", engine: "e", timeMs: 0, transactions: 0 },
      version: 0,
      mzxid: 0n,
    },
    source: "x:2181",
    engine: "e",
    limits: specOf(side, side).limits,
    seenMultis: null,
    repairer: { repair: async (ops) => ops, mustLook: () => false, look: async ({ ops }) => ops },
    listener: {
      onApplied: () => {},
      onRepaired: () => {},
      onStopped: (problem) => assert.unreachable(problem.message),
    },
  });
}

const workOf = (op: TargetOp): Work => ({ ops: [op], zxid: 7n, timeMs: 0, arrived: 5, bytes: 100 });
const CREATE: TargetOp = { kind: "create", path: "/x", data: null, acl: OPEN, mode: "persistent", ttlMs: 0 };
const SET_ACL: TargetOp = { kind: "setAcl", path: "/x", acl: OPEN, version: 1 };

async function expectNotIdle(pipeline: Pipeline, target: SlowTarget): Promise<void> {
  let idle = false;
  const done = pipeline.idle().then(() => {
    idle = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal([idle, pipeline.backlog, pipeline.oldest], [false, 1, 5]);
  target.release();
  await done;
  assert.equal([pipeline.backlog, pipeline.oldest], [0, null]);
}

pipelining("what was refused and is being repaired is not applied yet", async () => {
  const target = new SlowTarget(true);
  const pipeline = pipelineOn(target);
  pipeline.submit(workOf(CREATE));
  await waitFor("the multi is refused", 10_000, () => target.multis === 1);
  await expectNotIdle(pipeline, target);
  assert.is(target.multis, 2);
});

pipelining("nor is an ACL that is set by itself", async () => {
  const target = new SlowTarget(false);
  const pipeline = pipelineOn(target);
  pipeline.submit(workOf(SET_ACL));
  await waitFor("the ACL is on its way", 10_000, () => target.acls === 1);
  await expectNotIdle(pipeline, target);
  assert.is(target.multis, 1);
});

pipelining.run();
