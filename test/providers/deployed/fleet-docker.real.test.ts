/** The same as containers of a real engine: made, found as declared, changed one after another, driven by themselves. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { IMAGE, startShellEngine } from "../docker/engine.js";
import { Sleepers } from "./sleepers.js";

const fleet = suite<{ engine: TestEngine; sleepers: Sleepers }>("deployed containers");
const obstacle = whyNoEngine();
const docker = obstacle === null ? fleet : fleet.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

fleet.before(async (world) => {
  if (obstacle !== null) return;
  world.engine = await startShellEngine();
  const container = { network: "host", memory: "64m", cpus: 0.5 };
  world.sleepers = new Sleepers(
    { docker: { endpoint: world.engine.endpoint } },
    { image: IMAGE, container, restart: "always", rolling: { waitSeconds: 20 } },
  );
});

fleet.after(async ({ engine, sleepers }) => {
  await sleepers?.close();
  await engine?.close();
});

docker("they come up as declared, limits and restart policy too", async ({ sleepers }) => {
  const result = await sleepers.create();
  assert.is(result.status, "done", JSON.stringify(result));
  const { servers, ...rest } = await sleepers.live();
  const { servers: _servers, rolling: _rolling, image: _image, ...declared } = sleepers.spec();
  assert.equal(rest, declared);
  assert.equal(
    servers,
    [1, 2].map((id) => ({ id, host: "Host/h", running: true })),
  );
  for (const id of ["1", "2"]) assert.is((await sleepers.operate({ action: "status" }, id)).matches, true);
});

docker(
  "a change reaches all, and a restart policy counts as one, because a container is made anew for it",
  async ({ sleepers }) => {
    const before = await sleepers.operate({ action: "status" }, "1");
    assert.is((await sleepers.update(sleepers.spec({ line: "two", restart: "on-failure" }))).status, "done");
    const found = await sleepers.live();
    assert.equal([found["line"], found["restart"]], ["two", "on-failure"]);
    assert.is.not((await sleepers.operate({ action: "status" }, "1")).pid, before.pid);
    const other = sleepers.spec({ line: "two" });
    assert.is((await sleepers.operate({ action: "status" }, "2", other)).matches, false);
    const changed = await sleepers.operate({ action: "start" }, "2", other);
    assert.equal([changed.running, changed.matches], [true, true]);
  },
);

docker("one is stopped and stays so, is started, and is taken away", async ({ sleepers }) => {
  const spec = sleepers.spec({ line: "two" });
  const stopped = await sleepers.operate({ action: "stop" }, "2", spec);
  assert.equal([stopped.running, stopped.there, stopped.matches], [false, true, true]);
  assert.is((await sleepers.operate({ action: "start" }, "2", spec)).running, true);
  assert.is((await sleepers.operate({ action: "remove", purgeData: true }, "2", spec)).there, false);
  assert.is((await sleepers.operate({ action: "status" }, "1", spec)).running, true);
});

fleet.run();
