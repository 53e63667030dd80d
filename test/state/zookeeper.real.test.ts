/** The ZooKeeper backend on a real server: chunks, compare-and-set, the lock's queue, and processes killed at any request. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Diagnostic, DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { createSecretResolver } from "../../src/secrets/resolver.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import type { Lock, LockOwner, StateBackend } from "../../state/backend.js";
import { putResource } from "../../state/edit.js";
import type { State } from "../../state/model.js";
import { openBackend } from "../../state/open.js";
import { createLockOwner } from "../../state/owner.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { type Ended, runProcess } from "./processes.js";
import { ballast, KEY_HEX, record, successor } from "./sample.js";

const zookeeper = suite("state in ZooKeeper");
const PROCESS = "zookeeper-process.js";
const AT_ONCE = 6;
let ensemble: TestEnsemble;

zookeeper.before(async () => {
  // Servers keep the last 500 transactions in memory, here up to half a megabyte each.
  ensemble = await startEnsemble({ size: 1, jvmOptions: ["-Xmx640m"] });
});

zookeeper.after(async () => {
  // A server that is gone explains every other failure.
  if (ensemble?.server(1).pid === null) console.error(ensemble.server(1).logTail());
  await ensemble?.close();
});

function open(
  path: string,
  env: Record<string, string> = {},
  auth: string | null = null,
): Promise<StateBackend> {
  const secrets = createSecretResolver({ root: "/", env, salt: "" });
  return openBackend(
    {
      kind: "zookeeper",
      connectString: ensemble.connectString,
      path,
      auth: auth === null ? [] : [{ scheme: "digest", credential: auth }],
    },
    { root: "/", secrets, ...(env["KEY"] === undefined ? {} : { encryptionKey: "env:KEY" }) },
  );
}

async function withBackend<T>(
  opening: Promise<StateBackend>,
  work: (backend: StateBackend) => Promise<T>,
): Promise<T> {
  const backend = await opening;
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}

function lockFor(backend: StateBackend, timeoutMs = 0): Promise<Lock> {
  return backend.lock({ owner: createLockOwner("test"), timeoutMs });
}

async function writeAll(backend: StateBackend, states: readonly State[]): Promise<void> {
  const lock = await lockFor(backend);
  for (const state of states) await backend.write(state, lock);
  await lock.release();
}

async function failureOf(work: Promise<unknown>): Promise<Diagnostic> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
    throw error;
  }
  throw new Error("it was not refused");
}

function heavy(state: State | null, bytes: number): State {
  const grown = successor(state);
  const loaded = putResource(grown, record("ZNode/heavy", { attributes: { ballast: ballast(bytes) } }));
  return { ...loaded, serial: grown.serial };
}

/** With a session of its own: a server that is busy with big states may let an older one expire. */
async function watching<T>(work: (watcher: ZooKeeperClient) => Promise<T>): Promise<T> {
  const watcher = await connect({ connectString: ensemble.connectString });
  try {
    return await work(watcher);
  } finally {
    await watcher.close();
  }
}

async function versionNodes(path: string): Promise<string[]> {
  return (await watching((watcher) => watcher.getChildren(`${path}/versions`))).children;
}

zookeeper("stores, reads back and keeps a numbered history", async () => {
  await withBackend(open("/plain/state"), async (backend) => {
    assert.is(await backend.read(), null);
    assert.equal(await backend.history(), []);
    const states = [successor(null)];
    for (let count = 1; count < 4; count += 1) states.push(successor(states.at(-1) ?? null));
    await writeAll(backend, states);
    assert.equal(await backend.read(), states[3]);
    assert.equal(
      (await backend.history()).map((entry) => entry.serial),
      [3, 2, 1],
    );
    assert.equal(await backend.readHistory(2), states[1]);
    assert.is((await failureOf(backend.readHistory(9))).code, "state-no-such-history");
  });
});

zookeeper("splits what is larger than a request, and collects what the history drops", async () => {
  await withBackend(open("/large/state"), async (backend) => {
    let state: State | null = null;
    const lock = await lockFor(backend);
    for (let count = 0; count < 14; count += 1) {
      state = heavy(state, count === 13 ? 3_500_000 : 2_000);
      await backend.write(state, lock);
    }
    await lock.release();
    assert.equal(await backend.read(), state);
    // The present one and ten steps; the rest is gone.
    assert.is((await versionNodes("/large/state")).length, 11);
    const newest = (await versionNodes("/large/state")).sort().at(-1) ?? "";
    const path = `/large/state/versions/${newest}`;
    const { children: chunks } = await watching((watcher) => watcher.getChildren(path));
    assert.ok(chunks.length > 4, `${chunks.length} chunks`);
  });
});

zookeeper("refuses a write that does not follow what is stored, and a foreign lineage", async () => {
  await withBackend(open("/conflict/state"), async (backend) => {
    const first = successor(null);
    const second = successor(first);
    await writeAll(backend, [first, second]);
    const lock = await lockFor(backend);
    for (const next of [second, { ...second, serial: 4 }, { ...successor(second), lineage: "other" }]) {
      assert.is((await failureOf(backend.write(next, lock))).code, "state-conflict");
    }
    await lock.release();
    assert.is((await failureOf(backend.write(successor(second), lock))).code, "state-lock-lost");
    assert.equal(await backend.read(), second);
  });
});

zookeeper("names the holder, waits its turn, and gives up on time", async () => {
  await withBackend(open("/lock/state"), (first) =>
    withBackend(open("/lock/state"), async (second) => {
      const held = await lockFor(first);
      assert.is((await second.lockHolder())?.owner.id, held.owner.id);
      assert.is((await failureOf(lockFor(second))).code, "state-locked");
      assert.is((await failureOf(lockFor(second, 100))).code, "state-locked");
      const seen: LockOwner[] = [];
      const abort = new AbortController();
      const request = {
        owner: createLockOwner("test"),
        timeoutMs: 60_000,
        onWait: (by: LockOwner) => seen.push(by),
      };
      const aborted = second.lock({ ...request, signal: abort.signal });
      await waitFor("it waits", 5000, () => seen.length === 1);
      abort.abort();
      assert.is((await failureOf(aborted)).code, "interrupted");
      const patient = second.lock(request);
      await waitFor("it waits", 5000, () => seen.length === 2);
      await held.release();
      await (await patient).release();
      assert.is(await first.lockHolder(), null);
      const { children } = await watching((watcher) => watcher.getChildren("/lock/state/locks"));
      assert.equal(children, []);
    }),
  );
});

zookeeper("a lock removed by hand is lost at once and nothing is written under it", async () => {
  await withBackend(open("/unlock/state"), (first) =>
    withBackend(open("/unlock/state"), async (second) => {
      const state = successor(null);
      const lock = await lockFor(first);
      await first.write(state, lock);
      assert.is((await failureOf(second.unlock("wrong"))).code, "state-lock-other");
      await second.unlock(lock.owner.id);
      const other = await lockFor(second);
      assert.is((await failureOf(first.write(successor(state), lock))).code, "state-lock-lost");
      await waitFor("the lost lock is noticed", 5000, () => lock.lost.aborted);
      await second.write(successor(state), other);
      assert.is((await second.read())?.serial, 2);
    }),
  );
});

zookeeper("a lock is given up when no server answers any more", async () => {
  await withBackend(open("/expired/state"), async (backend) => {
    const lock = await lockFor(backend);
    await backend.write(successor(null), lock);
    await ensemble.server(1).kill("SIGSTOP");
    try {
      await waitFor("the lock is given up without an answer", 40_000, () => lock.lost.aborted);
    } finally {
      await ensemble.server(1).kill("SIGCONT");
    }
  });
});

zookeeper("encryption is switched on and off with the next write, for the history too", async () => {
  const path = "/encrypted/state";
  const states = [successor(null)];
  for (let count = 1; count < 5; count += 1) states.push(successor(states.at(-1) ?? null));
  await withBackend(open(path), (backend) => writeAll(backend, states.slice(0, 3)));
  await withBackend(open(path, { KEY: KEY_HEX }), async (backend) => {
    assert.is((await failureOf(backend.read())).code, "state-not-encrypted");
  });
  await withBackend(open(path, { KEY: KEY_HEX, FERRY_STATE_OLD_KEY: "none" }), (backend) =>
    writeAll(backend, states.slice(3, 4)),
  );
  for (const node of await versionNodes(path)) {
    const { data } = await watching((watcher) => watcher.getData(`${path}/versions/${node}/00000`));
    assert.match(String(data), /"encrypted"/);
    assert.not.match(String(data), /ZNode/);
  }
  await withBackend(open(path, { KEY: KEY_HEX }), async (backend) => {
    assert.equal(await backend.readHistory(1), states[0]);
  });
  await withBackend(open(path), async (backend) => {
    assert.is((await failureOf(backend.read())).code, "state-key-missing");
  });
  await withBackend(open(path, { FERRY_STATE_OLD_KEY: KEY_HEX }), (backend) =>
    writeAll(backend, states.slice(4)),
  );
  await withBackend(open(path), async (backend) => assert.equal(await backend.read(), states[4]));
});

zookeeper("with a credential only its owner can read the state", async () => {
  const env = { OWNER: "ferry:secret", OTHER: "eve:guess" };
  await withBackend(open("/private/state", env, "env:OWNER"), (backend) =>
    writeAll(backend, [successor(null)]),
  );
  await withBackend(open("/private/state", env, "env:OTHER"), async (backend) => {
    assert.is((await failureOf(backend.read())).code, "state-not-permitted");
  });
  await withBackend(open("/private/state", env, "env:OWNER"), async (backend) => {
    assert.is((await backend.read())?.serial, 1);
  });
});

zookeeper("processes at once lose no write", async () => {
  const path = "/contended/state";
  const args = [ensemble.connectString, path, "0", "2", "0", "60000"];
  const ended = await Promise.all(Array.from({ length: 8 }, () => runProcess(PROCESS, args)));
  for (const each of ended) assert.is(each.code, 0, each.output);
  await withBackend(open(path), async (backend) => {
    const state = await backend.read();
    assert.is(state?.serial, 16);
    assert.is(Object.keys(state?.resources ?? {}).length, 16);
  });
});

for (const [words, bytes] of [
  ["in one request", 0],
  ["in several chunks", 1_200_000],
] as const) {
  zookeeper(`the old or the new state, whichever request a process is killed at, ${words}`, async () => {
    let finished = false;
    let killed = 0;
    for (let first = 1; !finished; first += AT_ONCE) {
      const requests = Array.from({ length: AT_ONCE }, (_, offset) => first + offset);
      const ended = await Promise.all(requests.map((request) => killAt(request, bytes)));
      finished = ended.every((each) => each.signal === null);
      killed += ended.filter((each) => each.signal === "SIGKILL").length;
    }
    assert.ok(killed > 12, `only ${killed} requests were tried`);
  });
}

/** From one write on, a process is killed at its `request`-th request of writing twice; then everything must fit. */
async function killAt(request: number, bytes: number): Promise<Ended> {
  const path = `/killed-${bytes}-${request}/state`;
  const common = [ensemble.connectString, path];
  const prepared = await runProcess(PROCESS, [...common, "0", "1", String(bytes), "0"]);
  assert.is(prepared.code, 0, prepared.output);
  const ended = await runProcess(PROCESS, [...common, String(request), "2", String(bytes), "0"]);
  if (ended.signal === null) assert.match(ended.output, /released/);
  else await checkAfterwards(path, ended.output, request);
  // Only what is in the tree counts against the test server's heap and snapshots.
  await removeTree(path);
  return ended;
}

async function removeTree(path: string): Promise<void> {
  const { children } = await watching((watcher) => watcher.getChildren(path));
  for (const child of children) await removeTree(`${path}/${child}`);
  await watching((watcher) => watcher.delete(path));
}

async function checkAfterwards(path: string, reported: string, request: number): Promise<void> {
  const where = `killed at request ${request}`;
  await withBackend(open(path), async (backend) => {
    const lock = await lockFor(backend);
    const state = await backend.read();
    const serial = state?.serial ?? 0;
    const lastReported = 1 + (reported.match(/wrote/g)?.length ?? 0);
    assert.ok(
      serial === lastReported || serial === lastReported + 1,
      `${where}: ${serial} after ${lastReported}`,
    );
    await backend.write(successor(state), lock);
    await lock.release();
    const history = (await backend.history()).map((entry) => entry.serial);
    assert.equal(
      history,
      Array.from({ length: serial }, (_, index) => serial - index),
      where,
    );
    for (const old of history) assert.is((await backend.readHistory(old)).serial, old, where);
    assert.is((await versionNodes(path)).length, serial + 1, `${where}: no garbage`);
  });
}

zookeeper.run();
