/** Which feed `auto` takes: on real servers, by what answers there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chooseFeed } from "../../src/sync/choose-feed.js";
import { connect } from "../../src/zookeeper/connect.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { sideOf } from "./sync-world.js";

const choosing = suite("choosing a feed");
let modern: TestEnsemble;
let old: TestEnsemble;

choosing.before(async () => {
  // 3.4 alone is a stand-alone server: it has no quorum port.
  [modern, old] = await Promise.all([
    startEnsemble({ size: 1 }),
    startEnsemble({ size: 1, version: "3.4.14" }),
  ]);
});

choosing.after(async () => {
  await Promise.all([modern?.close(), old?.close()]);
});

async function chosen(
  ensemble: TestEnsemble,
  servers: readonly string[],
  wanted: "auto" | "classic" = "auto",
) {
  const side = sideOf("a", ensemble);
  const client = await connect({ connectString: ensemble.connectString });
  try {
    return await chooseFeed({ ...side, quorum: { ...side.quorum, servers } }, wanted, client);
  } finally {
    await client.close();
  }
}

choosing("the observer where a quorum port answers, asked for or told", async () => {
  const found = await chosen(modern, []);
  assert.is(found.kind, "observer");
  const port = /^the quorum port 127\.0\.0\.1:(\d+) answers$/.exec(found.reason)?.[1];
  assert.ok(port, found.reason);
  assert.equal(await chosen(modern, ["127.0.0.1:1", `127.0.0.1:${port}`]), found);
});

choosing("the recursive watch where none answers and the server has it", async () => {
  assert.equal(await chosen(modern, ["127.0.0.1:1"]), {
    kind: "watch",
    reason: "no quorum port can be reached (tried 127.0.0.1:1)",
  });
});

choosing("one-shot watches where the server is too old", async () => {
  assert.equal(await chosen(old, []), {
    kind: "classic",
    reason: "the ensemble does not say where its quorum ports are, and 3.4.14 has no recursive watch",
  });
});

choosing("what is declared is taken without asking", async () => {
  assert.equal(await chosen(modern, [], "classic"), { kind: "classic", reason: "declared" });
});

choosing("an ensemble that is down gets the observer, with the reason", async () => {
  const side = { ...sideOf("a", modern), connectString: "127.0.0.1:1" };
  const found = await chooseFeed(side, "auto", null);
  assert.is(found.kind, "observer");
  assert.match(found.reason, "could not be asked yet");
});

choosing.run();
