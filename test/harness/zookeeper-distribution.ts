/** Which ZooKeeper the tests run: what is on the machine, or fetched into ferry's cache when Maven can. */

import {
  type Distribution,
  fetchDistribution,
  findDistribution,
} from "../../providers/zookeeper/distribution.js";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";

/** Rejects with DiagnosticError when it is neither here nor to be had. */
export async function testDistribution(version?: string): Promise<Distribution> {
  const env = process.env;
  const found = findDistribution(version === undefined ? { env } : { env, version });
  if (found.value !== undefined) return found.value;
  const fetched = await fetchDistribution({ version: version ?? "3.8.4", env });
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
