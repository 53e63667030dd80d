/**
 * Specs of deployed resources as they are on one side: the same servers with the other ZooKeeper. What a repointed server is started
 * with. Pure; nothing but where they find ZooKeeper and the masters is changed.
 */
import type { JsonObject } from "../../value/json.js";
import type { ZooKeeperSide } from "../model/spec.js";
import { objectAt } from "./reading.js";

/** What a server is told of a side. */
export interface SidePlace {
  readonly zookeeper: Pick<ZooKeeperSide, "resource" | "connectString">;
  readonly mesosPath: string;
}

/** The spec of a MesosMasters, MesosAgents, MarathonInstance or MesosFramework, on that side. Other kinds stay as they are. */
export function specOn(kind: string, spec: JsonObject, place: SidePlace): JsonObject {
  switch (kind) {
    case "MesosMasters":
      return { ...spec, zookeeper: moved(objectAt(spec, "zookeeper"), place) };
    case "MesosAgents": {
      const { masters: _, ...rest } = spec;
      const path = { path: place.mesosPath };
      return { ...rest, zookeeper: moved({ ...objectAt(spec, "zookeeper"), ...path }, place) };
    }
    case "MarathonInstance":
    case "MesosFramework": {
      const { masters: _, zookeeper, ...rest } = spec;
      const own = zookeeper === undefined ? {} : { zookeeper: moved(objectAt(spec, "zookeeper"), place) };
      return { ...rest, ...own, master: masterUrl(place) };
    }
    default:
      return spec;
  }
}

/** `zk://h:p,h:p/mesos`, as agents and frameworks take it. Without credentials: those are a matter of their own fields. */
export function masterUrl({ zookeeper, mesosPath }: SidePlace): string {
  return `zk://${zookeeper.connectString}${mesosPath}`;
}

function moved(zookeeper: JsonObject, place: SidePlace): JsonObject {
  const { ensemble: _, connectString: __, ...kept } = zookeeper;
  const { resource, connectString } = place.zookeeper;
  return resource === null ? { ...kept, connectString } : { ...kept, ensemble: resource };
}
