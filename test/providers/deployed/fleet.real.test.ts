/** Deployed servers of no system in particular, as real processes: found again, compared, driven one by one, put back. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Sleepers } from "./sleepers.js";

const fleet = suite("deployed servers");
const sleepers = new Sleepers({ process: { workDir: "work" } });

fleet.after(async () => {
  await sleepers.close();
});

fleet(
  "creation starts all, secrets are nobody else's to read, and a second look finds them as declared",
  async () => {
    const after = sleepers.spec();
    const result = await sleepers.create();
    assert.is(result.status, "done", JSON.stringify(result));
    const { servers, ...rest } = await sleepers.live();
    const { servers: _servers, rolling: _rolling, ...declared } = after;
    assert.equal(rest, declared);
    assert.equal(
      servers,
      [1, 2].map((id) => ({ id, host: "Host/h", running: true })),
    );
    const file = join(sleepers.folder, "work/units/sleeper-s-1/conf/password");
    assert.is(readFileSync(file, "utf8"), "hush");
    assert.is(statSync(file).mode & 0o777, 0o600);
  },
);

fleet(
  "what was edited by hand, and what came from elsewhere and has changed, shows in its field",
  async () => {
    writeFileSync(join(sleepers.folder, "work/units/sleeper-s-2/conf/password"), "other");
    sleepers.upstream = "zk:2182";
    const found = await sleepers.live();
    assert.is(found["password"], null);
    assert.is(found["upstream"], "zk:2181");
    assert.is((await sleepers.operate({ action: "status" }, "2")).matches, false);
    const before = await sleepers.operate({ action: "status" }, "1");
    assert.is((await sleepers.update(sleepers.spec())).status, "done");
    const after = await sleepers.operate({ action: "status" }, "1");
    assert.equal([after.running, after.matches], [true, true]);
    assert.not.equal(after.pid, before.pid);
    assert.is((await sleepers.live())["upstream"], "Up/u");
  },
);

fleet(
  "a server that does not come back is given what it had, and those after it are left alone",
  async () => {
    const second = await sleepers.operate({ action: "status" }, "2");
    const result = await sleepers.update(sleepers.spec({ line: "broken" }));
    assert.is(result.status, "failed");
    const [said] = result.diagnostics;
    assert.is(said?.code, "server-not-back");
    assert.match(
      said?.detail ?? "",
      /sleeper 1 was given its former configuration again, and is back[\s\S]*broken/,
    );
    assert.equal(await sleepers.operate({ action: "status" }, "2"), second);
    assert.is((await sleepers.live())["line"], "one");
  },
);

fleet("single servers are driven by themselves, and repeating it changes nothing", async () => {
  const running = await sleepers.operate({ action: "start" }, "1");
  assert.equal(await sleepers.operate({ action: "start" }, "1"), running);
  const changed = await sleepers.operate({ action: "start" }, "1", sleepers.spec({ line: "two" }));
  assert.equal([changed.running, changed.matches], [true, true]);
  assert.not.equal(changed.pid, running.pid);
  for (const _ of [1, 2]) {
    const stopped = await sleepers.operate({ action: "stop" }, "1");
    assert.equal([stopped.running, stopped.there, stopped.pid], [false, true, null]);
  }
  for (const _ of [1, 2]) {
    const gone = await sleepers.operate({ action: "remove", purgeData: false }, "1");
    assert.equal([gone.there, gone.running], [false, false]);
  }
  assert.is((await sleepers.operate({ action: "status" }, "2")).running, true);
});

fleet("servers of another state are left alone", async () => {
  const found = await sleepers.read("lineage-2");
  assert.is(found.status, "unreadable");
  assert.is(found.diagnostics[0]?.code, "belongs-to-another-state");
});

fleet.run();
