/**
 * From any earlier format to the present one, a step at a time. Each step is pure and stays for ever: a state of any age
 * can be read.
 */
import type { JsonObject } from "../../src/value/json.js";
import { STATE_FORMAT_VERSION } from "../model.js";
import { upgradeFrom0 } from "./format-0.js";

type Upgrade = (document: JsonObject) => JsonObject;

/** At index n: from format n to n + 1. */
const UPGRADES: readonly Upgrade[] = [upgradeFrom0];

/** `document` of format `version` (0 … the present one) in the present format. */
export function upgradeDocument(document: JsonObject, version: number): JsonObject {
  return UPGRADES.slice(version, STATE_FORMAT_VERSION).reduce((current, step) => step(current), document);
}
