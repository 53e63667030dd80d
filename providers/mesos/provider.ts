/** The provider of Mesos: masters, agents and frameworks on hosts, and roles, agents, maintenance and reservations of any Mesos. */
import { type Clock, REAL_CLOCK } from "../../src/http/connection.js";
import { MesosClient } from "../../src/mesos/client.js";
import type { JsonObject } from "../../src/value/json.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { OpenRuntime } from "../deployed/fleet.js";
import { openRuntime } from "../open-runtime.js";
import type { Provider } from "../provider.js";
import { Clients } from "./access.js";
import { agentHandler } from "./agent/handler.js";
import { agentsHandler } from "./agents/handler.js";
import { clusterHandler } from "./cluster/handler.js";
import { frameworkHandler } from "./framework/handler.js";
import { maintenanceHandler } from "./maintenance/handler.js";
import { mastersHandler } from "./masters/handler.js";
import { reservationHandler } from "./reservation/handler.js";
import { roleHandler } from "./role/handler.js";

/** `clock` stands in for time in tests. */
export function createMesosProvider(
  _settings: JsonObject,
  clock: Clock = REAL_CLOCK,
  open: OpenRuntime = openRuntime,
): Provider {
  const clients = new Clients((connection) => new MesosClient(connection, clock));
  const dependencies = { clients, clock };
  return {
    name: "mesos",
    description:
      "Masters, agents and frameworks of Mesos on hosts, and roles, agents, maintenance and reservations on any Mesos",
    kinds: [
      mastersHandler(open),
      agentsHandler(open),
      clusterHandler(dependencies),
      roleHandler(dependencies),
      agentHandler(dependencies),
      maintenanceHandler(dependencies),
      reservationHandler(dependencies),
      frameworkHandler(connect, open),
    ],
    close: () => clients.close(),
  };
}
