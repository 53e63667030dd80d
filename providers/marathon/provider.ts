/** The provider of Marathon: apps, groups and pods on Marathons that are there already. */
import { MarathonClient } from "../../src/marathon/client.js";
import { type Clock, REAL_CLOCK } from "../../src/marathon/connection.js";
import type { JsonObject } from "../../src/value/json.js";
import type { Provider } from "../provider.js";
import { Clients } from "./access.js";
import { appHandler } from "./app/handler.js";
import { groupHandler } from "./group/handler.js";
import { instanceHandler } from "./instance/handler.js";
import { podHandler } from "./pod/handler.js";

/** `clock` stands in for time in tests. */
export function createMarathonProvider(_settings: JsonObject, clock: Clock = REAL_CLOCK): Provider {
  const clients = new Clients((connection) => new MarathonClient(connection, clock));
  const dependencies = { clients, clock };
  return {
    name: "marathon",
    description: "Marathons that are there already, and the apps, groups and pods on them",
    kinds: [
      instanceHandler(dependencies),
      appHandler(dependencies),
      groupHandler(dependencies),
      podHandler(dependencies),
    ],
    close: () => clients.close(),
  };
}
