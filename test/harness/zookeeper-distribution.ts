/** Which ZooKeeper the tests run: what is on the machine, or fetched into ferry's cache when Maven can. */

import {
  type Distribution,
  fetchDistribution,
  findDistribution,
} from "../../providers/zookeeper/distribution.js";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";

/** What is fetched for a line of versions, or when nothing at all is here. */
const RELEASES: Readonly<Record<string, string>> = {
  "3.4": "3.4.14",
  "3.5": "3.5.10",
  "3.6": "3.6.4",
  "3.7": "3.7.2",
  "3.8": "3.8.4",
  "3.9": "3.9.4",
};

/** Rejects with DiagnosticError when it is neither here nor to be had. */
export async function testDistribution(version?: string): Promise<Distribution> {
  const env = process.env;
  const found = findDistribution(version === undefined ? { env } : { env, version });
  if (found.value !== undefined) return found.value;
  const fetched = await fetchDistribution({ version: RELEASES[version ?? "3.8"] ?? version ?? "", env });
  if (fetched.value !== undefined) return fetched.value;
  throw new DiagnosticError([...found.diagnostics, ...fetched.diagnostics]);
}

/** As testDistribution, undefined instead of an error: the test can say that it left a version out. */
export async function testDistributionIfAny(version: string): Promise<Distribution | undefined> {
  try {
    return await testDistribution(version);
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}
