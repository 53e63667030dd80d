/** The provider of Marathon: deployed Marathons and those that are there already, and the apps, groups and pods on them. */
import { MarathonClient } from "../../src/marathon/client.js";
import { type Clock, REAL_CLOCK } from "../../src/marathon/connection.js";
import type { JsonObject } from "../../src/value/json.js";
import { connect } from "../../src/zookeeper/connect.js";
import { openRuntime } from "../open-runtime.js";
import type { Provider } from "../provider.js";
import { Clients } from "./access.js";
import { appHandler } from "./app/handler.js";
import { marathonInstanceHandler } from "./deployed/handler.js";
import { groupHandler } from "./group/handler.js";
import { instanceHandler } from "./instance/handler.js";
import { podHandler } from "./pod/handler.js";

/** `clock` stands in for time in tests. */
export function createMarathonProvider(_settings: JsonObject, clock: Clock = REAL_CLOCK): Provider {
  const clients = new Clients((connection) => new MarathonClient(connection, clock));
  const dependencies = { clients, clock };
  return {
    name: "marathon",
    description: "Marathons on hosts and those that are there already, and the apps, groups and pods on them",
    kinds: [
      marathonInstanceHandler({ clients, connect }, openRuntime),
      instanceHandler(dependencies),
      appHandler(dependencies),
      groupHandler(dependencies),
      podHandler(dependencies),
    ],
    close: () => clients.close(),
  };
}
