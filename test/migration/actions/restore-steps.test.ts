/**
 * A brought back from its archive, with listeners in place of its servers: what is proved before anything is touched, what a person is told,
 * and that nothing in clear stays, however it ends.
 */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import type { ArchiveAccess } from "../../../src/migration/actions/archive-access.js";
import { restoreStep } from "../../../src/migration/actions/restore-steps.js";
import type { Scope } from "../../../src/migration/actions/scope.js";
import type { StepOf } from "../../../src/migration/actions/step.js";
import { writeArchive } from "../../../src/migration/archive/write.js";
import type { Facts } from "../../../src/migration/model/ports.js";
import { freePorts } from "../../harness/ports.js";
import { actionOf, specOf } from "../platform.js";

const restores = suite("bringing A back from its archive");
const NOW = Date.UTC(2026, 0, 1);
const STEP: StepOf<"restore-ensemble"> = { kind: "restore-ensemble", side: "a" };

/** What was done to the ensemble, in order. */
class World {
  readonly done: string[] = [];
  readonly told: string[] = [];
  readonly noted = new Map<string, Facts>();
  readonly action = actionOf(STEP);
  /** Something of it is on its hosts. */
  there = false;
  /** Content of the snapshot that it was started with. */
  content = "";
  private server: Server | null = null;
  key = randomBytes(32);

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly resource: string | null,
  ) {}

  static async open(resource: string | null): Promise<World> {
    const [port = 0] = await freePorts(1);
    return new World(await mkdtemp(join(tmpdir(), "ferry-restore-")), port, resource);
  }

  async archive(migration: string, key = this.key): Promise<void> {
    const files = [
      { name: "snapshot.1f", source: Buffer.from("znodes of A") },
      { name: "platform.json", source: Buffer.from("{}") },
    ];
    const times = { createdMs: NOW - 1_000, expiresMs: NOW + 1_000 };
    const path = join(this.folder, "archive-a.ferry");
    const by = { key: { bytes: key, reference: "env:KEY" }, random: randomBytes };
    await writeArchive({ path, migration, ...times, ...by, files });
  }

  readonly startWith = async (snapshot: string): Promise<void> => {
    this.content = `${basename(snapshot)}: ${await readFile(snapshot, "utf8")}`;
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.server = server;
    this.there = true;
  };

  /** The person of a named ensemble does what is asked. */
  private readonly hear = (text: string): void => {
    this.told.push(text);
    const file = /put (\S+) into/.exec(text)?.[1];
    if (file !== undefined) void this.startWith(file);
  };

  run(atMs = NOW) {
    return restoreStep(this.access).run(this.scope(atMs), STEP);
  }

  probe() {
    return restoreStep(this.access).probe(this.scope(NOW), STEP);
  }

  private get access(): ArchiveAccess {
    const secret = async () => Buffer.from(this.key.toString("hex"));
    const sideSpec = () => Promise.reject(new Error("nobody asks"));
    return { folder: this.folder, migrationId: "m-1", sideSpec, secret, random: randomBytes };
  }

  private scope(atMs: number): Scope {
    const { done, noted, action } = this;
    const lab = specOf({ a: `127.0.0.1:${this.port}`, b: "127.0.0.1:1" }, { mode: "replace" });
    const zookeeper = { ...lab.source.zookeeper, resource: this.resource };
    const ensembles = {
      deploy: async (_side: unknown, _context: unknown, snapshot = "") => {
        done.push("deploy");
        await this.startWith(snapshot);
      },
      remove: async () => {
        done.push("remove");
        this.there = false;
      },
      isThere: async () => this.there,
    };
    const coordination = { renew: async () => {}, exists: async () => this.content !== "" };
    const scope = {
      spec: { ...lab, source: { ...lab.source, zookeeper }, archiveKey: "env:KEY" },
      ...{ action, ensembles, coordination, facts: noted, lookMs: 10 },
      now: () => atMs,
      signal: new AbortController().signal,
      deadline: performance.now() + 5_000,
      note: async (facts: Facts) => void noted.set(action.id, facts),
      report: this.hear,
    };
    return scope as unknown as Scope; // the parts that this step uses
  }

  async close(): Promise<void> {
    this.server?.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function within(resource: string | null, play: (world: World) => Promise<void>): Promise<void> {
  const world = await World.open(resource);
  try {
    await play(world);
  } finally {
    await world.close();
  }
}

async function refused(world: World, code: string, atMs = NOW): Promise<void> {
  try {
    await world.run(atMs);
    assert.unreachable(`it was not refused with ${code}`);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    assert.is(error.diagnostics[0]?.code, code, error.message);
  }
  assert.equal(world.done, []);
  assert.equal(world.told, []);
  assert.equal(await readdir(world.folder), ["archive-a.ferry"]);
}

restores("expired, of another migration, with another key, or damaged: nothing is touched", () =>
  within("ZooKeeperEnsemble/a", async (world) => {
    world.there = true;
    await world.archive("m-1");
    await refused(world, "archive-expired", NOW + 1_000);
    await world.archive("m-2");
    await refused(world, "archive-damaged");
    await world.archive("m-1", randomBytes(32));
    await refused(world, "archive-wrong-key");
    await writeFile(join(world.folder, "archive-a.ferry"), "nonsense");
    await refused(world, "archive-damaged");
  }),
);

restores("what a removal has left goes first; cut off later, it is not removed once more", () =>
  within("ZooKeeperEnsemble/a", async (world) => {
    await world.archive("m-1");
    world.there = true;
    // Of an attempt that was killed.
    await mkdir(join(world.folder, "restore-a"));
    await writeFile(join(world.folder, "restore-a", "snapshot.1f"), "in clear");
    assert.is((await world.probe()).kind, "not-done");
    await world.run();
    assert.equal(world.done, ["remove", "deploy"]);
    assert.is(world.content, "snapshot.1f: znodes of A");
    assert.equal(await readdir(world.folder), ["archive-a.ferry"]);
    assert.is((await world.probe()).kind, "done");
    assert.is((await world.run()).facts["restored"], false);
    assert.equal(world.done, ["remove", "deploy"]);
  }),
);

restores("an attempt that was cut off while it deployed goes on deploying", () =>
  within("ZooKeeperEnsemble/a", async (world) => {
    await world.archive("m-1");
    world.there = true;
    world.noted.set(world.action.id, { cleared: true });
    await world.run();
    assert.equal(world.done, ["deploy"]);
  }),
);

restores("a person who starts a named one is told with what, and the file is gone afterwards", () =>
  within(null, async (world) => {
    await world.archive("m-1");
    const { facts } = await world.run();
    assert.is(facts["restored"], true);
    assert.is(world.content, "snapshot.1f: znodes of A");
    assert.is(world.told.length, 1);
    assert.equal(await readdir(world.folder), ["archive-a.ferry"]);
  }),
);

restores.run();
