/** What every part of a leading Marathon is given. Types only. */

import type { Clock } from "../../framework/clock.js";
import type { Cluster } from "../../framework/cluster.js";
import type { RunSpec } from "../definition/run-spec.js";
import type { DefinitionSettings } from "../definition/settings.js";
import type { WriteBehind } from "../storage/write-behind.js";
import type { Counters } from "./counters.js";
import type { Events } from "./events.js";

/** Of the flags of the same names; milliseconds. */
export interface EngineSettings {
  readonly definitions: DefinitionSettings;
  readonly maxRunningDeployments: number;
  readonly maxInstancesPerOffer: number;
  readonly declineOfferMs: number;
  readonly minReviveMs: number;
  readonly suppressOffers: boolean;
  /** Null = --disable_maintenance_mode. */
  readonly drainingMs: number | null;
  readonly reconciliationInitialMs: number;
  readonly reconciliationMs: number;
  readonly scaleAppsInitialMs: number;
  readonly scaleAppsMs: number;
  readonly taskLaunchTimeoutMs: number;
  readonly expungeInitialMs: number;
  readonly expungeMs: number;
  readonly maxApps: number | null;
  readonly envVarsPrefix: string | null;
  readonly mesosBridgeName: string;
  readonly mesosUser: string;
}

export interface EngineContext {
  readonly clock: Clock;
  /** A UUID, new each time. */
  readonly uuid: () => string;
  readonly events: Events;
  readonly writes: WriteBehind;
  readonly cluster: Cluster;
  readonly counters: Counters;
  readonly settings: EngineSettings;
  readonly log: (text: string) => void;
  /** As wanted now; null when nobody wants it any more. */
  readonly spec: (id: string) => RunSpec | null;
  /** Something about instances has changed: deployments and the queue are looked at again. */
  readonly changed: () => void;
}
