/** Resources of one Mesos among each other: no role, agent, machine or reservation that two of them decide on. Texts only. */
import { canonicalJson, type Json, type JsonObject } from "../../value/json.js";
import { type CheckInput, itemsAt, objectAt, ofKind, placeName, specPlace, textAt } from "./input.js";

/** What a resource decides on: the key that may be there once only, where that is written, and its name for people. */
interface Decided {
  readonly key: string;
  readonly at: readonly (string | number)[];
  readonly name: string;
}

const DECIDED: Readonly<Record<string, (spec: JsonObject) => Decided[]>> = {
  MesosRole: (spec) => {
    const role = textAt(spec, "role");
    return role === undefined ? [] : [{ key: role, at: ["role"], name: `the role ${role}` }];
  },
  MesosAgent: (spec) => [{ key: agentKey(spec), at: ["agent"], name: "the same agent" }],
  MesosMaintenance: (spec) =>
    itemsAt(spec, "machines").flatMap(({ item, index }) => {
      const [hostname, ip] = [textAt(item, "hostname"), textAt(item, "ip")];
      if (hostname === undefined || ip === undefined) return [];
      const key = `${hostname.toLowerCase()} ${ip}`;
      return [{ key, at: ["machines", index], name: `the machine ${hostname} (${ip})` }];
    }),
  MesosReservation: (spec) => {
    const { role = null, principal = null } = spec;
    const key = canonicalJson([agentKey(spec), role, principal]);
    return [{ key, at: ["role"], name: `what is reserved for ${String(role)} on the same agent` }];
  },
};

function agentKey(spec: JsonObject): string {
  const agent: Json = objectAt(spec, "agent");
  return canonicalJson(agent).toLowerCase();
}

export function checkMesos(input: CheckInput): void {
  for (const [kind, decided] of Object.entries(DECIDED)) {
    const taken = new Map<string, { readonly address: string; readonly place: string }>();
    for (const resource of ofKind(input, kind)) {
      const mesos = textAt(resource.spec, "mesos");
      for (const { key, at, name } of mesos === undefined ? [] : decided(resource.spec)) {
        const other = taken.get(`${mesos}\n${key}`);
        if (other === undefined) {
          taken.set(`${mesos}\n${key}`, { address: resource.address, place: placeName(resource, at) });
        } else if (other.address !== resource.address) {
          input.report.error(
            "mesos-twice",
            specPlace(resource, at),
            `${resource.address} and ${other.address} decide on ${name} of ${mesos} both`,
            {
              detail: `the other one is at ${other.place}`,
              remedy: "declare it once",
              address: resource.address,
            },
          );
        }
      }
    }
  }
}
