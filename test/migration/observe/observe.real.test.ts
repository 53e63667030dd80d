/** Clients of others on a real ZooKeeper are told from our own, and clocks that agree are found to. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ZooKeeperSide } from "../../../src/migration/model/spec.js";
import { clientsProbe } from "../../../src/migration/observe/clients-probe.js";
import { clockProbe } from "../../../src/migration/observe/clock-probe.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { waitFor } from "../../harness/wait.js";
import { startEnsemble } from "../../harness/zookeeper.js";

const observing = suite("observer on a real ensemble");

observing("our own connections are left out, those of others counted; clocks are compared", async () => {
  const ensemble = await startEnsemble({ size: 3 });
  const { signal } = new AbortController();
  const servers = ensemble.connectString
    .split(",")
    .map((address, at) => ({ name: `zk#${at + 1}`, address, deployed: null }));
  const side: ZooKeeperSide = { resource: null, connectString: ensemble.connectString, servers, auth: [] };
  const own = await Promise.all([
    connect({ connectString: ensemble.connectString }),
    connect({ connectString: ensemble.connectString }),
  ]);
  const [host = "", port = ""] = servers[0]?.address.split(":") ?? [];
  const script = `const s = require("node:net").connect(${port}, "${host}", () => s.write(Buffer.alloc(1)));`;
  let other: ReturnType<typeof spawn> | null = null;
  try {
    const left = async () => {
      const found = (await clientsProbe("a", side, Date.now).look(signal)).find(
        ({ name }) => name === "clients-left",
      );
      return found?.result.kind === "known" ? found.result.value : found?.result.reason;
    };
    await waitFor("nobody else", 20_000, async () => (await left()) === 0);
    other = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
    await waitFor("the other one is seen", 20_000, async () => (await left()) === 1);
    const ended = once(other, "exit");
    other.kill("SIGKILL");
    await ended;
    await waitFor("it is gone", 20_000, async () => (await left()) === 0);
    const [skew] = await clockProbe(
      async () => null,
      async () => own,
      Date.now,
    ).look(signal);
    assert.ok(skew?.result.kind === "known" && Number(skew.result.value) < 1_000, JSON.stringify(skew));
    assert.equal((await own[0]?.getChildren("/ferry"))?.children, []);
  } finally {
    if (other !== null && other.exitCode === null) other.kill("SIGKILL");
    await Promise.all(own.map((client) => client.close()));
    await ensemble.close();
  }
});

observing.run();
