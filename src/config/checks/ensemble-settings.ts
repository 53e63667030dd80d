/** Settings of an ensemble that contradict each other, or that are ferry's to write. */

import { specFields } from "../../schema/fields.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, numberAt, objectAt, ofKind, specPlace } from "./input.js";

/** Lines of zoo.cfg that ferry writes from other fields: key → where it is said instead. */
const MANAGED: Readonly<Record<string, string>> = {
  clientPort: "servers[].clientPort",
  secureClientPort: "servers[].secureClientPort",
  clientPortAddress: "the host's address",
  dataDir: "the host's work directory",
  dataLogDir: "the host's work directory",
  dynamicConfigFile: "servers",
  "admin.serverPort": "servers[].adminPort",
  "admin.enableServer": "servers[].adminPort",
  "metricsProvider.className": "metrics.provider",
  "metricsProvider.httpPort": "servers[].metricsPort",
  "4lw.commands.whitelist": "fourLetterWords",
  observerMasterPort: "servers[].observerMasterPort",
  peerType: "servers[].role",
  sslQuorum: "tls.quorum",
};

function checkExtra(ensemble: LoadedResource, input: CheckInput): void {
  const typed = specFields("ZooKeeperEnsemble").properties.get("settings")?.properties;
  for (const key of Object.keys(objectAt(objectAt(ensemble.spec, "settings"), "extra"))) {
    const instead = /^server\.\d+$/.test(key)
      ? "servers"
      : typed?.has(key) === true
        ? `settings.${key}`
        : MANAGED[key];
    if (instead === undefined) continue;
    input.report.error(
      "managed-setting",
      specPlace(ensemble, ["settings", "extra", key], "key"),
      `settings.extra of ${ensemble.address} sets ${key}, which has a field of its own`,
      {
        remedy: `say it by ${instead}`,
        address: ensemble.address,
      },
    );
  }
}

function checkTimeouts(ensemble: LoadedResource, input: CheckInput): void {
  const settings = objectAt(ensemble.spec, "settings");
  const tick = numberAt(settings, "tickTime") ?? 2000;
  const least = numberAt(settings, "minSessionTimeout") ?? 2 * tick;
  const most = numberAt(settings, "maxSessionTimeout") ?? 20 * tick;
  if (least <= most) return;
  const name = settings["maxSessionTimeout"] === undefined ? "minSessionTimeout" : "maxSessionTimeout";
  input.report.error(
    "session-timeouts",
    specPlace(ensemble, ["settings", name]),
    `${ensemble.address}: the shortest session timeout (${least} ms) is longer than the longest (${most} ms)`,
    {
      detail: `unless they are set they are 2 and 20 ticks, and a tick is ${tick} ms`,
      remedy: "correct minSessionTimeout, maxSessionTimeout or tickTime",
      address: ensemble.address,
    },
  );
}

export function checkEnsembleSettings(input: CheckInput): void {
  for (const ensemble of ofKind(input, "ZooKeeperEnsemble")) {
    checkExtra(ensemble, input);
    checkTimeouts(ensemble, input);
  }
}
