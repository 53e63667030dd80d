/** The provider of ZooKeeper: ensembles on hosts, znodes in ensembles, synchronisations between ensembles. */
import type { JsonObject } from "../../src/value/json.js";
import { connect } from "../../src/zookeeper/connect.js";
import { openRuntime } from "../open-runtime.js";
import type { Provider } from "../provider.js";
import { findDistribution } from "./distribution.js";
import type { Dependencies } from "./ensemble/cluster.js";
import { ensembleHandler } from "./ensemble/handler.js";
import { syncHandler } from "./sync/handler.js";
import { Connections } from "./znode/access.js";
import { znodeHandler } from "./znode/handler.js";

/** `dependencies` stand in for the real world in tests that need faults nobody can order. */
export function createZooKeeperProvider(
  _settings: JsonObject,
  dependencies: Dependencies = { openRuntime, connect, findDistribution },
): Provider {
  const connections = new Connections(dependencies.connect);
  return {
    name: "zookeeper",
    description: "ZooKeeper ensembles on hosts, the znodes in them, and their synchronisation",
    kinds: [ensembleHandler(dependencies), znodeHandler(connections), syncHandler(connections)],
    close: () => connections.close(),
  };
}
