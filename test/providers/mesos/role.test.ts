/** Roles without a master of today: what is normalised, what is refused, and how versions before 1.9 are dealt with. */

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jsonOf, normaliseRole, roleState, validateRole } from "../../../providers/mesos/role/spec.js";
import { quotasOf } from "../../../src/mesos/answers.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { json, SmallMaster } from "../../mesos/small-master.js";
import { codesOf, succeeded, World } from "./world.js";

const roles = suite("MesosRole");

roles("what is normalised is what Mesos gives back of it", () => {
  const amounts = fc.dictionary(
    fc.constantFrom("cpus", "mem", "disk", "gpus"),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
  );
  const spec = fc.record({ guarantees: amounts, limits: amounts });
  void fc.assert(
    fc.property(spec, (quota) => {
      const normal = normaliseRole({ mesos: "Mesos/m", role: "web", quota });
      assert.equal(normaliseRole(normal), normal);
      const state = roleState(normal);
      const scalars = (from: Readonly<Record<string, number>>): JsonObject =>
        Object.fromEntries(Object.entries(from).map(([name, value]) => [name, { value }]));
      const { guarantees, limits } = state.quota;
      const config = { role: "web", guarantees: scalars(guarantees), limits: scalars(limits) };
      const back = quotasOf({ get_quota: { status: { configs: [config] } } }).get("web");
      assert.equal(jsonOf({ weight: 1, quota: back ?? { guarantees: {}, limits: {} } }), {
        weight: 1,
        quota: normal["quota"],
      });
    }),
  );
});

roles("quotas that no Mesos takes are refused before anything is asked", () => {
  const codes = (spec: JsonObject): string[] => validateRole(spec).map(({ diagnostic }) => diagnostic.code);
  const quota = { guarantees: { cpus: 2 } };
  assert.equal(codes({ role: "web", quota }), []);
  assert.equal(codes({ role: "web/a" }), []);
  assert.equal(codes({ role: "web/a", quota }), ["mesos-role-quota"]);
  assert.equal(codes({ role: "*", quota }), ["mesos-role-quota"]);
  assert.equal(codes({ role: "web", quota: { ...quota, limits: { cpus: 1 } } }), ["mesos-role-quota"]);
});

/** A master of 1.8 as far as quotas go: no UPDATE_QUOTA, one quota for each role until it is removed. */
function oldMaster(): SmallMaster {
  const quotas = new Map<string, Json>();
  return new SmallMaster((call) => {
    const type = String(call["type"]);
    const part = call[type.toLowerCase()];
    const request = isObject(part) && isObject(part["quota_request"]) ? part["quota_request"] : {};
    if (type === "GET_MASTER") {
      return json({ get_master: { master_info: { id: "m", port: 5050, hostname: "m1", version: "1.8.1" } } });
    }
    if (type === "GET_WEIGHTS") return json({ get_weights: {} });
    if (type === "GET_ROLES") return json({ get_roles: {} });
    if (type === "GET_QUOTA") return json({ get_quota: { status: { infos: [...quotas.values()] } } });
    if (type === "REMOVE_QUOTA") quotas.delete("web");
    else if (type !== "SET_QUOTA") return { status: 400, body: "Expecting 'type' to be present" };
    else if (quotas.has("web")) return { status: 400, body: "Quota already set" };
    else if (JSON.stringify(request).includes("999")) return { status: 409, body: "not enough" };
    else quotas.set("web", { role: "web", guarantee: request["guarantee"] ?? [] });
    return {};
  });
}

roles("before 1.9 a quota is taken away and given anew, and other limits are refused", async () => {
  const master = await oldMaster().start();
  const world = new World({ masters: [master.address] });
  try {
    const web = { mesos: "Mesos/m", role: "web", quota: { guarantees: { cpus: 2 } } };
    succeeded(await world.create("MesosRole", web));
    assert.equal(await world.differing("MesosRole", web), []);
    const more = { ...web, quota: { guarantees: { cpus: 3 }, limits: { cpus: 3 } } };
    succeeded(await world.update("MesosRole", more));
    assert.equal(await world.differing("MesosRole", more), []);
    assert.equal(
      master.types.filter((type) => type.endsWith("_QUOTA") && type !== "GET_QUOTA"),
      ["SET_QUOTA", "REMOVE_QUOTA", "SET_QUOTA"],
    );
    const limited = { ...web, quota: { guarantees: { cpus: 3 }, limits: { cpus: 9 } } };
    assert.equal(codesOf(await world.update("MesosRole", limited)), ["mesos-too-old"]);
    const refused = { ...web, quota: { guarantees: { cpus: 999 } } };
    assert.equal(codesOf(await world.update("MesosRole", refused)), ["mesos-conflict"]);
    assert.equal(await world.differing("MesosRole", more), [], "the old quota is back");
  } finally {
    await world.close();
    master.stop();
  }
});

roles.run();
