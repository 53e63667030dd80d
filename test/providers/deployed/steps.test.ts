/** In which order servers are made, changed and removed; and unit names that cannot be mistaken for each other. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CurrentServer, serverSteps } from "../../../providers/deployed/steps.js";
import { unitName } from "../../../providers/deployed/unit.js";

const steps = suite("steps of deployed servers");

function now(id: string, more: Partial<CurrentServer> = {}): CurrentServer {
  return { id, host: "Host/h", running: true, match: "same", ...more };
}

function wanted(id: string, more: { readonly host?: string; readonly running?: boolean } = {}) {
  return { id, host: "Host/h", running: true, ...more };
}

steps("nothing differs, nothing is done", () => {
  assert.equal(serverSteps({ current: [now("1")], wanted: [wanted("1")], batch: 1 }), []);
});

steps("what is dead comes up before anything else goes down", () => {
  const current = [now("1", { match: "different" }), now("2", { running: false, match: "different" })];
  assert.equal(serverSteps({ current, wanted: [wanted("1"), wanted("2")], batch: 1 }), [
    { kind: "start", ids: ["2"], isNew: false },
    { kind: "change", ids: ["1"] },
  ]);
});

steps("changes go in batches, others one by one", () => {
  const current = ["1", "2", "3"].map((id) => now(id, { match: "different" }));
  const all = ["1", "2", "3", "4"].map((id) => wanted(id));
  assert.equal(serverSteps({ current, wanted: all, batch: 2 }), [
    { kind: "start", ids: ["4"], isNew: true },
    { kind: "change", ids: ["1", "2"] },
    { kind: "change", ids: ["3"] },
  ]);
});

steps("a restart policy needs no restart, a server that is not to run no change", () => {
  const current = [now("1", { match: "restart-policy" }), now("2", { match: "different" })];
  assert.equal(serverSteps({ current, wanted: [wanted("1"), wanted("2", { running: false })], batch: 1 }), [
    { kind: "adjust", id: "1" },
    { kind: "stop", id: "2" },
  ]);
});

steps("a server that moves to another host leaves the first before it comes up on the second", () => {
  const current = [now("1"), now("2")];
  assert.equal(serverSteps({ current, wanted: [wanted("1", { host: "Host/i" })], batch: 1 }), [
    { kind: "remove", id: "1", host: "Host/h" },
    { kind: "start", ids: ["1"], isNew: true },
    { kind: "remove", id: "2", host: "Host/h" },
  ]);
});

steps("units of resources in modules do not share names with those outside", () => {
  assert.is(unitName("mesos-master", "MesosMasters/a", "1"), "mesos-master-a-1");
  assert.match(unitName("mesos-master", "module.x.MesosMasters/a", "1"), /^mesos-master-a-[0-9a-f]{8}-1$/);
});

steps.run();
