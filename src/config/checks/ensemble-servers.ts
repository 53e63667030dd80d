/** Servers of an ensemble: ids told apart, and a number of participants that keeps a majority well. */
import { isExpression } from "../../value/expression.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, ofKind, placeName, serversOf, specPlace } from "./input.js";

function checkIds(ensemble: LoadedResource, input: CheckInput): void {
  const seen = new Map<number, number>();
  for (const { item, index } of serversOf(ensemble)) {
    const id = item["id"];
    if (typeof id !== "number") continue;
    const other = seen.get(id);
    if (other === undefined) {
      seen.set(id, index);
      continue;
    }
    input.report.error(
      "duplicate-server-id",
      specPlace(ensemble, ["servers", index, "id"]),
      `${ensemble.address} has two servers with the id ${id}`,
      {
        detail: `the other one is at ${placeName(ensemble, ["servers", other, "id"])}`,
        remedy: "give each server an id of its own; keep the ids of servers that exist already",
        address: ensemble.address,
      },
    );
  }
}

function checkSize(ensemble: LoadedResource, input: CheckInput): void {
  if (
    !Array.isArray(ensemble.spec["servers"]) ||
    serversOf(ensemble).some(({ item }) => isExpression(item["role"]))
  )
    return;
  const voting = serversOf(ensemble).filter(({ item }) => item["role"] !== "observer").length;
  const place = specPlace(ensemble, ["servers"], "key");
  const about = { address: ensemble.address };
  if (voting === 0) {
    input.report.error(
      "no-participant",
      place,
      `${ensemble.address} has observers only, and nobody who votes`,
      { ...about, remedy: "make an odd number of servers role: participant" },
    );
  } else if (voting === 1) {
    input.report.warning(
      "single-server",
      place,
      `${ensemble.address} has one voting server: when it stops, everything stops`,
      { ...about, remedy: "use three or five servers where it matters" },
    );
  } else if (voting % 2 === 0) {
    input.report.warning(
      "even-ensemble",
      place,
      `${ensemble.address} has ${voting} voting servers, which survive no more failures than ${voting - 1} would`,
      {
        ...about,
        detail: `a majority of ${voting} is ${voting / 2 + 1}: it can lose ${voting / 2 - 1}`,
        remedy: `use ${voting + 1} or ${voting - 1}, or make one of them role: observer`,
      },
    );
  }
}

export function checkEnsembleServers(input: CheckInput): void {
  for (const ensemble of ofKind(input, "ZooKeeperEnsemble")) {
    checkIds(ensemble, input);
    checkSize(ensemble, input);
  }
}
