/** All checks across resources, in the order in which they build on each other. */
import type { Report } from "../report.js";
import type { LoadedResource } from "../resources/resource.js";
import { checkAcls } from "./acls.js";
import { checkCycles } from "./cycles.js";
import { checkDeployedServers } from "./deployed-servers.js";
import { checkEnsembleFeatures } from "./ensemble-features.js";
import { checkEnsembleServers } from "./ensemble-servers.js";
import { checkEnsembleSettings } from "./ensemble-settings.js";
import { checkFrameworks } from "./frameworks.js";
import { checkHosts } from "./hosts.js";
import { checkIgnoredFields } from "./ignored-fields.js";
import type { CheckInput } from "./input.js";
import { checkMarathonIds, orderMarathon } from "./marathon.js";
import { checkMarathonInstances } from "./marathon-instances.js";
import { checkMesos } from "./mesos.js";
import { checkDeployedMesos } from "./mesos-deployed.js";
import { checkMigrationPairs } from "./migration-pairs.js";
import { checkMigrations } from "./migrations.js";
import { checkPorts } from "./ports.js";
import { checkReferences } from "./references.js";
import { checkSyncPairs } from "./sync-pairs.js";
import { checkSyncs } from "./syncs.js";
import { orderZNodes } from "./znode-order.js";
import { checkZNodes } from "./znodes.js";

const CHECKS: readonly ((input: CheckInput) => void)[] = [
  checkReferences,
  checkHosts,
  checkEnsembleServers,
  checkEnsembleSettings,
  checkEnsembleFeatures,
  checkDeployedServers,
  checkPorts,
  checkZNodes,
  checkAcls,
  checkSyncs,
  checkSyncPairs,
  checkMesos,
  checkMigrations,
  checkMigrationPairs,
  checkDeployedMesos,
  checkFrameworks,
  checkMarathonInstances,
  checkMarathonIds,
  checkIgnoredFields,
  orderZNodes,
  orderMarathon,
  checkCycles,
];

export function runChecks(found: {
  readonly resources: readonly LoadedResource[];
  readonly report: Report;
}): void {
  const byAddress = new Map(found.resources.map((resource) => [resource.address, resource]));
  for (const check of CHECKS) check({ ...found, byAddress });
}
