/** What every step of a change in Marathon needs: whom to ask, for how long, and whom to tell. Data only. */
import type { MarathonClient } from "../../../src/marathon/client.js";
import type { Clock } from "../../../src/marathon/connection.js";
import type { Progress } from "../../provider.js";
import type { DeploymentSpec } from "../spec.js";

export interface Work {
  readonly address: string;
  readonly client: MarathonClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly settings: DeploymentSpec;
  readonly report: (progress: Progress) => void;
}

/** Milliseconds between two looks at a deployment. */
export const LOOK_EVERY_MS = 500;
