/** The replica's records on disk: over a restart, after a line torn by a kill, after a rewrite, and after a real SIGKILL. */
import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  EMPTY_REPLICA,
  type ReplicaRecord,
  withRecord,
} from "../../../../src/sandbox/mesos/coordination/replica-state.js";
import { FileStorage } from "../../../../src/sandbox/mesos/coordination/replica-storage.js";
import { waitFor } from "../../../harness/wait.js";

const storage = suite("records of mesos' log replica");
let folder = "";

storage.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferry-replica-"));
});
storage.after.each(() => rm(folder, { recursive: true, force: true }));

const by = { number: 1, by: "x" };
const appended = (position: number): ReplicaRecord => ({
  kind: "action",
  action: {
    position,
    promised: by,
    performed: { ballot: by, value: { type: "APPEND", bytes: "é".repeat(50) } },
    learned: true,
  },
});

async function stored(records: readonly ReplicaRecord[]): Promise<void> {
  const file = new FileStorage(folder);
  let state = await file.load();
  for (const record of records) {
    state = withRecord(state, record);
    await file.append(record, state);
  }
  await file.close();
}

async function loaded() {
  const file = new FileStorage(folder);
  const state = await file.load();
  await file.close();
  return state;
}

const SOME: readonly ReplicaRecord[] = [
  { kind: "status", status: "VOTING" },
  { kind: "promised", ballot: { number: 7, by: "y" } },
  appended(1),
  appended(2),
];

storage("a new folder is an empty replica; what is stored is there after a restart", async () => {
  assert.equal(await loaded(), EMPTY_REPLICA);
  await stored(SOME);
  assert.equal(await loaded(), SOME.reduce(withRecord, EMPTY_REPLICA));
});

storage("a torn line is cut off, and writing goes on behind what is whole", async () => {
  await stored(SOME);
  await appendFile(join(folder, "records"), '0123456789abcdef {"kind":"sta');
  assert.equal(await loaded(), SOME.reduce(withRecord, EMPTY_REPLICA));
  await stored([appended(3)]);
  assert.equal((await loaded()).end, 3);
});

storage("it is rewritten when most of it is of no use any more", async () => {
  const promises = Array.from(
    { length: 600 },
    (_, number) => ({ kind: "promised", ballot: { number, by: "x" } }) as const,
  );
  await stored([...SOME, ...promises, appended(3)]);
  assert.equal(await loaded(), [...SOME, ...promises, appended(3)].reduce(withRecord, EMPTY_REPLICA));
  const lines = (await readFile(join(folder, "records"), "utf8")).split("\n").length;
  assert.ok(lines < 200, `${lines} lines`);
});

storage("what was stored outlives a SIGKILL", async () => {
  const module = new URL("../../../../src/sandbox/mesos/coordination/replica-storage.js", import.meta.url)
    .href;
  const state = new URL("../../../../src/sandbox/mesos/coordination/replica-state.js", import.meta.url).href;
  const code = `
    import { FileStorage } from ${JSON.stringify(module)};
    import { withRecord } from ${JSON.stringify(state)};
    const file = new FileStorage(${JSON.stringify(folder)});
    let state = await file.load();
    for (let number = 1; ; number++) {
      const record = { kind: "promised", ballot: { number, by: "x" } };
      state = withRecord(state, record);
      await file.append(record, state);
      process.stdout.write(number + "\\n");
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  child.stdout.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  await waitFor("a thousand promises", 30_000, () => told.split("\n").length > 1_000);
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await gone;
  const last = Number(told.trim().split("\n").at(-1));
  assert.ok((await loaded()).promised.number >= last, `${last} was told`);
});

storage.run();
