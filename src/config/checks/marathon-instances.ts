/**
 * Deployed Marathons: flags that ferry writes itself, that hold secrets or that Marathon no longer knows, flags said twice, and
 * two Marathons in one place of ZooKeeper. Texts only.
 */
import { flagOfVariable, GONE_FLAGS, MANAGED_FLAGS, SECRET_FLAGS } from "../../marathon/flags.js";
import { canonicalJson } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, objectAt, ofKind, placeName, serversOf, specPlace } from "./input.js";

export function checkMarathonInstances(input: CheckInput): void {
  for (const instance of ofKind(input, "MarathonInstance")) {
    checkFlags(instance, input);
    checkVariables(instance, input);
    checkAvailability(instance, input);
  }
  checkPlaces(input);
}

interface Fault {
  readonly code: string;
  readonly summary: string;
  readonly remedy: string;
}

/** What is wrong with a flag, wherever it is said. */
function faultOf(flag: string, where: string, address: string): Fault | undefined {
  const managed = MANAGED_FLAGS[flag];
  if (managed !== undefined) {
    const summary = `${where} of ${address} sets ${flag}, which has a field of its own`;
    return { code: "managed-setting", summary, remedy: `say it by ${managed}` };
  }
  const gone = GONE_FLAGS[flag];
  if (gone === undefined) return undefined;
  const summary = `${where} of ${address} sets ${flag}, and no Marathon starts with it any more`;
  return { code: "removed-flag", summary, remedy: gone };
}

function checkFlags(instance: LoadedResource, input: CheckInput): void {
  for (const flag of Object.keys(objectAt(instance.spec, "flags"))) {
    const fault = faultOf(flag, "flags", instance.address) ?? formFault(flag, instance);
    if (fault !== undefined) report(instance, ["flags", flag], fault, input);
  }
}

function formFault(flag: string, instance: LoadedResource): Fault | undefined {
  const value = objectAt(instance.spec, "flags")[flag];
  const secret = SECRET_FLAGS[flag];
  if (secret !== undefined) {
    const summary = `flags of ${instance.address} sets ${flag}, and everybody on the host can read a command line`;
    return { code: "secret-in-arguments", summary, remedy: secret };
  }
  if (flag.startsWith("disable_")) {
    const name = flag.slice("disable_".length);
    const summary = `flags of ${instance.address} has ${flag}: switches go by their own name`;
    return { code: "flag-form", summary, remedy: `write ${name}: false` };
  }
  if (flag !== "http" || value !== false) return undefined;
  const summary = `flags of ${instance.address} turns HTTP off, and ferry asks Marathon over HTTP`;
  return { code: "managed-setting", summary, remedy: "leave it on; ssl_keystore_path adds HTTPS beside it" };
}

/** Marathon ends when a flag is said on the command line and in the environment. */
function checkVariables(instance: LoadedResource, input: CheckInput): void {
  const flags = objectAt(instance.spec, "flags");
  const said = new Map<string, string>(Object.keys(flags).map((flag) => [flag, "flags"]));
  for (const field of ["environment", "secretEnvironment"]) {
    for (const name of Object.keys(objectAt(instance.spec, field))) {
      const variable = flagOfVariable(name);
      if (variable === undefined) continue;
      const flag = variable.replace(/^disable_/, "");
      const other = said.get(flag);
      const fault = faultOf(flag, field, instance.address) ?? twice(flag, name, other, instance);
      said.set(flag, field);
      if (fault !== undefined) report(instance, [field, name], fault, input);
    }
  }
}

function twice(
  flag: string,
  name: string,
  other: string | undefined,
  instance: LoadedResource,
): Fault | undefined {
  if (other === undefined) return undefined;
  const summary = `${name} of ${instance.address} is the flag ${flag}, which ${other} has too`;
  return { code: "flag-twice", summary, remedy: "say it once: Marathon does not start otherwise" };
}

function checkAvailability(instance: LoadedResource, input: CheckInput): void {
  const count = serversOf(instance).length;
  const off = objectAt(instance.spec, "flags")["ha"] === false;
  const variable = ["environment", "secretEnvironment"].find(
    (field) => objectAt(instance.spec, field)["MARATHON_DISABLE_HA"] !== undefined,
  );
  if (count < 2 || (!off && variable === undefined)) return;
  const path = off ? ["flags", "ha"] : [variable ?? "environment", "MARATHON_DISABLE_HA"];
  const summary = `${instance.address} has ${count} servers and no high availability (ha), so that each would lead without an election`;
  const remedy = "leave ha out, or declare one server";
  report(instance, path, { code: "servers-without-election", summary, remedy }, input);
}

function checkPlaces(input: CheckInput): void {
  const taken = new Map<string, LoadedResource>();
  for (const instance of ofKind(input, "MarathonInstance")) {
    const { ensemble = null, connectString = null, path = null } = objectAt(instance.spec, "zookeeper");
    const key = canonicalJson([ensemble, connectString, path]);
    const other = taken.get(key);
    if (other === undefined) {
      taken.set(key, instance);
      continue;
    }
    input.report.error(
      "marathon-place-twice",
      specPlace(instance, ["zookeeper"], "key"),
      `${instance.address} and ${other.address} have one place in ZooKeeper and would be one Marathon`,
      {
        detail: `the other one is at ${placeName(other, ["zookeeper"])}`,
        remedy: "give one of them another zookeeper.path, or declare the servers of both in one of them",
        address: instance.address,
      },
    );
  }
}

function report(
  instance: LoadedResource,
  path: readonly string[],
  { code, summary, remedy }: Fault,
  input: CheckInput,
): void {
  input.report.error(code, specPlace(instance, path, "key"), summary, { remedy, address: instance.address });
}
