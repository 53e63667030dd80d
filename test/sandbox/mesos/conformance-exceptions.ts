/** Recordings that the simulation does not match, each with the reason. The conformance test fails when one matches after all. */

export const EXCEPTIONS: Readonly<Record<string, string>> = {
  "master-leader/GET_root.http":
    "Mesos' own web UI, which is not simulated: the page says that this is a simulation",
};
