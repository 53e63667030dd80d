/** ZNodes: no path of an ensemble declared twice, nothing below /zookeeper, no data that the servers would refuse. */
import { isExpression } from "../../value/expression.js";
import type { JsonObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, numberAt, objectAt, ofKind, placeName, specPlace, textAt } from "./input.js";
import { type DeclaredPath, declaredPaths, ensembleOf } from "./znode-paths.js";

/** jute.maxbuffer unless it is set. */
const LARGEST_PACKET = 1_048_575;

function placePath(declared: DeclaredPath): readonly string[] {
  return declared.at.length === 0 ? ["path"] : declared.at;
}

function dataBytes(node: JsonObject): number {
  const base64 = textAt(node, "dataBase64");
  if (base64 !== undefined) return Math.floor((base64.length * 3) / 4);
  const text = textAt(node, "data");
  return text === undefined ? 0 : Buffer.byteLength(text, "utf8");
}

function checkSize(znode: LoadedResource, declared: DeclaredPath, limit: number, input: CheckInput): void {
  const bytes = dataBytes(declared.node);
  if (bytes <= limit) return;
  const field = ["data", "dataBase64"].find((name) => declared.node[name] !== undefined) ?? "data";
  input.report.error(
    "data-too-large",
    specPlace(znode, [...declared.at, field]),
    `${declared.path} has ${bytes} bytes of data, and the servers take packets of ${limit}`,
    {
      remedy:
        'keep large data elsewhere, or raise settings["jute.maxbuffer"] of the ensemble and of all clients',
      address: znode.address,
    },
  );
}

function largestPacket(znode: LoadedResource, input: CheckInput): number {
  const ensemble = input.byAddress.get(ensembleOf(znode) ?? "");
  if (ensemble === undefined) return LARGEST_PACKET;
  return numberAt(objectAt(ensemble.spec, "settings"), "jute.maxbuffer") ?? LARGEST_PACKET;
}

function checkReserved(znode: LoadedResource, declared: DeclaredPath, input: CheckInput): void {
  if (declared.path !== "/zookeeper" && !declared.path.startsWith("/zookeeper/")) return;
  const target = declared.at.length === 0 ? "value" : "key";
  input.report.error(
    "reserved-path",
    specPlace(znode, placePath(declared), target),
    `${declared.path} belongs to ZooKeeper itself`,
    {
      remedy: "choose a path outside /zookeeper; its configuration is changed through ZooKeeperEnsemble",
      address: znode.address,
    },
  );
}

export function checkZNodes(input: CheckInput): void {
  const taken = new Map<string, { znode: LoadedResource; declared: DeclaredPath }>();
  for (const znode of ofKind(input, "ZNode")) {
    const ensemble = ensembleOf(znode);
    const limit = largestPacket(znode, input);
    for (const declared of declaredPaths(znode)) {
      checkReserved(znode, declared, input);
      checkSize(znode, declared, limit, input);
      if (ensemble === undefined || isExpression(znode.spec["connectString"])) continue;
      const key = `${ensemble}\n${declared.path}`;
      const other = taken.get(key);
      if (other === undefined) {
        taken.set(key, { znode, declared });
        continue;
      }
      input.report.error(
        "path-declared-twice",
        specPlace(znode, placePath(declared), declared.at.length === 0 ? "value" : "key"),
        `${znode.address} and ${other.znode.address} declare ${declared.path} in ${ensemble} both`,
        {
          detail: `the other one is at ${placeName(other.znode, placePath(other.declared))}`,
          remedy: "declare each znode once: merge them, or take one out",
          address: znode.address,
        },
      );
    }
  }
}
