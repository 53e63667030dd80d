/**
 * Deployed frameworks: credentials that must not be read off a command line, placeholders that mean something, and ports that are
 * needed. Texts only.
 */
import { didYouMean } from "../../diagnostics/suggestion.js";
import { PLACEHOLDERS, placeholdersIn } from "../../mesos/placeholders.js";
import type { Json } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, objectAt, ofKind, serversOf, specPlace } from "./input.js";

export function checkFrameworks(input: CheckInput): void {
  for (const framework of ofKind(input, "MesosFramework")) {
    for (const text of textsOf(framework)) checkPlaceholders(framework, text, input);
    checkPorts(framework, input);
  }
}

interface Text {
  readonly text: string;
  readonly path: readonly (string | number)[];
}

function textsOf({ spec }: LoadedResource): Text[] {
  const { arguments: list } = spec;
  const written = Array.isArray(list) ? (list as readonly Json[]) : [];
  const values = [
    ...written.map((value, index) => ({ value, path: ["arguments", index] })),
    ...Object.entries(objectAt(spec, "environment")).map(([name, value]) => ({
      value,
      path: ["environment", name],
    })),
  ];
  return values.flatMap(({ value, path }) => (typeof value === "string" ? [{ text: value, path }] : []));
}

function checkPlaceholders(framework: LoadedResource, { text, path }: Text, input: CheckInput): void {
  const { address, spec } = framework;
  const problem = (code: string, summary: string, remedy: string): void =>
    input.report.error(code, specPlace(framework, path), summary, { remedy, address });
  for (const [written, name = ""] of text.matchAll(/\{([a-zA-Z]+)\}/g)) {
    if ((PLACEHOLDERS as readonly string[]).includes(name)) continue;
    const remedy = didYouMean(name, [...PLACEHOLDERS], "placeholder");
    const summary = `${address} has ${written}, which is no placeholder and stays as it is`;
    input.report.warning("unknown-placeholder", specPlace(framework, path), summary, { remedy, address });
  }
  const used = placeholdersIn(text);
  const state = used.find((name) => name.startsWith("zk"));
  if (state !== undefined && spec["zookeeper"] === undefined) {
    const summary = `${address} has {${state}}, and no zookeeper`;
    problem("placeholder-without-value", summary, "set zookeeper, or leave the placeholder out");
  }
  if (path[0] !== "arguments") return;
  const guarded: Readonly<Record<string, boolean>> = {
    zk: objectAt(spec, "zookeeper")["auth"] !== undefined,
    master: spec["masterAuth"] !== undefined,
  };
  for (const name of used.filter((one) => guarded[one] === true)) {
    const summary = `{${name}} in the arguments of ${address} holds credentials, and everybody on the host can read a command line`;
    problem(
      "secret-in-arguments",
      summary,
      `use {${name}File}, a file that holds it, or put it into environment`,
    );
  }
}

function checkPorts(framework: LoadedResource, input: CheckInput): void {
  const asked = objectAt(framework.spec, "health")["path"] !== undefined;
  const used = textsOf(framework).some(({ text }) => placeholdersIn(text).includes("port"));
  if (!asked && !used) return;
  const why = asked ? "it is asked for its health" : "{port} is used";
  for (const { item, index } of serversOf(framework)) {
    if (item["port"] !== undefined) continue;
    input.report.error(
      "missing-port",
      specPlace(framework, ["servers", index]),
      `server ${String(item["id"])} of ${framework.address} has no port, and ${why}`,
      { remedy: "add port", address: framework.address },
    );
  }
}
