/** What the kinds of this provider share. Data only. */
import type { Clock } from "../../src/http/connection.js";
import type { Clients } from "./access.js";

export interface Dependencies {
  readonly clients: Clients;
  readonly clock: Clock;
}
