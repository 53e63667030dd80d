/** How a server that is only named is asked: as the migration names it. */
import { createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ByHand, type ByHandOptions } from "../../../src/migration/actions/by-hand.js";
import { freePorts } from "../../harness/ports.js";
import { marathon, specFor } from "../specs.js";

const hands = suite("servers that are only named");

hands("a Marathon is asked with the scheme of its URL", async () => {
  const [port = 0] = await freePorts(1);
  const listener = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve));
  try {
    const address = `127.0.0.1:${port}`;
    const framework = { ...marathon(), urls: [`https://${address}/`] };
    const asked: string[] = [];
    const options = {
      migration: { ...specFor(), frameworks: [framework] },
      marathon: (url: string) => {
        asked.push(url);
        return { info: async () => ({ master: null, zookeeper: null }), close: async () => {} };
      },
    } as unknown as ByHandOptions; // the parts that this uses
    const ref = { name: "m1", address, deployed: null };
    const server = { ref, role: "framework" as const, spec: null, home: "a" as const };
    const context = {
      signal: new AbortController().signal,
      deadline: performance.now() + 5_000,
      report: () => {},
    };
    await new ByHand(options).status(server, { zookeeper: "b" }, context);
    assert.equal(asked, [`https://${address}/`]);
  } finally {
    listener.close();
  }
});

hands.run();
