/** Single servers of a deployed resource driven by a migration, as units on this machine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ResourceView } from "../../../providers/provider.js";
import { openRegistry } from "../../../providers/registry.js";
import { DeployedControl } from "../../../src/migration/actions/deployed-control.js";
import type { Server } from "../../../src/migration/actions/servers.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import type { JsonObject } from "../../../src/value/json.js";
import { specOf } from "../platform.js";

const deployed = suite("deployed servers in a migration");
const IP = `127.${30 + (process.pid % 200)}.${1 + Math.floor(Math.random() * 250)}.11`;

/** A master that only sleeps, on that ZooKeeper. */
function masters(connectString: string): JsonObject {
  return {
    zookeeper: { connectString, path: "/mesos" },
    quorum: 2,
    // What follows are its arguments, which it does not look at.
    program: ["sh", "-c", "exec sleep 1000", "master"],
    servers: [{ id: 1, host: "Host/h", ip: IP, port: 5050, running: true }],
  };
}

deployed(
  "one is started, moved to the other ZooKeeper with another quorum, stopped and removed",
  async () => {
    const projectRoot = mkdtempSync(join(tmpdir(), "ferry-operate-"));
    const registry = await openRegistry({});
    const host = { address: "127.0.0.1", runtime: { process: { workDir: "hosts/h" } } };
    const views: Readonly<Record<string, ResourceView>> = {
      "Host/h": { kind: "Host", spec: host, outputs: {} },
      "MesosMasters/m": { kind: "MesosMasters", spec: masters("a:2181"), outputs: {} },
    };
    const control = new DeployedControl(specOf({ a: "a:2181", b: "b:2181" }, { mode: "repoint" }), {
      handler: (kind) => registry.handler(kind),
      context: (signal) => ({
        projectRoot,
        lineage: "test",
        secrets: createSecretResolver({ root: projectRoot, salt: "test", env: {} }),
        signal,
        now: Date.now,
        resource: (address) => views[address],
      }),
    });
    const address = `${IP}:5050`;
    const server: Server = {
      ref: { name: "MesosMasters/m#1", address, deployed: { resource: "MesosMasters/m", server: "1" } },
      role: "master",
      spec: masters("a:2181"),
      home: "a",
    };
    const context = {
      signal: AbortSignal.timeout(60_000),
      deadline: performance.now() + 60_000,
      report: () => {},
    };
    try {
      const onA = { quorum: 2, zookeeper: "a" } as const;
      const onB = { quorum: 3, zookeeper: "b" } as const;
      assert.equal(await control.status(server, onA, context), {
        running: false,
        there: false,
        matches: false,
      });
      await control.start(server, onA, context);
      assert.equal(await control.status(server, onA, context), { running: true, there: true, matches: true });
      assert.equal(await control.status(server, onB, context), {
        running: true,
        there: true,
        matches: false,
      });
      await control.start(server, onB, context);
      assert.equal(await control.status(server, onB, context), { running: true, there: true, matches: true });
      await control.stop(server, context);
      assert.equal(await control.status(server, onB, context), {
        running: false,
        there: true,
        matches: true,
      });
      await control.remove(server, { purgeData: true }, context);
      assert.equal(await control.status(server, onB, context), {
        running: false,
        there: false,
        matches: false,
      });
    } finally {
      await control.remove(server, { purgeData: true }, context);
      await registry.close();
      rmSync(projectRoot, { recursive: true, force: true });
    }
  },
);

deployed.run();
